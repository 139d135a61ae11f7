/** Who says what follows: in the margin, or above it where there is none. */

interface Props {
  name: string
  /** Brings the name, where it is in the margin, to the height of the first line. */
  className: string
}

export function Speaker({ name, className }: Props) {
  return (
    <h2
      className={`mb-1 text-fine font-semibold text-faint margin:absolute margin:right-full margin:mr-3 ${className}`}
    >
      {name}
    </h2>
  )
}

/** Who says what follows: in the margin, or above it where there is none. */

export function Speaker({ name }: { name: string }) {
  return <h2 className="text-fine font-semibold text-faint md:pt-3 md:text-right">{name}</h2>
}

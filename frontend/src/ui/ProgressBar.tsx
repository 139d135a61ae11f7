/** How far something is. */

interface Props {
  label: string
  /** From 0 to 1; null: nobody knows. */
  value: number | null
  className?: string
}

export function ProgressBar({ label, value, className = '' }: Props) {
  const percent = value === null ? null : Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent !== null && { 'aria-valuenow': percent })}
      className={`h-1 overflow-hidden rounded-full bg-line ${className}`}
    >
      <div
        className={`h-full rounded-full bg-accent forced-color-adjust-none ${percent === null ? 'w-1/3 animate-to-and-fro motion-reduce:w-full motion-reduce:opacity-40' : 'transition-[width]'}`}
        style={percent === null ? undefined : { width: `${String(percent)}%` }}
      />
    </div>
  )
}

/** Shows where a text goes on that is being written. */

export function Caret() {
  return (
    <span
      aria-hidden="true"
      className="ml-px inline-block h-[1.1em] w-[0.45em] translate-y-[0.2em] animate-caret rounded-[1px] bg-accent"
    />
  )
}

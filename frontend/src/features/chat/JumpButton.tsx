/** The way back to the newest text. */

import { DownIcon } from '../../ui/icons'

export function JumpButton({ onJump }: { onJump: (behavior: ScrollBehavior) => void }) {
  return (
    <button
      type="button"
      onClick={() => {
        const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
        onJump(isCalm ? 'instant' : 'smooth')
      }}
      className="absolute -top-11 left-1/2 flex -translate-x-1/2 animate-appear items-center gap-1.5 rounded-full border border-edge bg-raised py-1 pr-3 pl-2 text-soft shadow-float hover:text-ink"
    >
      <DownIcon className="size-4" />
      Jump to newest
    </button>
  )
}

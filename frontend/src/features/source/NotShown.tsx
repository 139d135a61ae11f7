/** Stands for an original until it is there, or when it cannot be shown. */

import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { ProgressBar } from '../../ui/ProgressBar'

interface Props {
  /** What it is: `picture`. */
  kind: string
  /** Of it that has come, from 0 to 1. */
  share: number
  /** Why it cannot be shown; null while it comes. */
  error: string | null
  onRetry: () => void
  /** Shows the text instead; null: there is none. */
  onText: (() => void) | null
}

export function NotShown({ kind, share, error, onRetry, onText }: Props) {
  if (error === null) {
    return (
      <div className="m-auto grid w-48 animate-late gap-2 text-center text-fine text-soft">
        The {kind} is being fetched
        <ProgressBar label={`${kind.charAt(0).toUpperCase()}${kind.slice(1)}`} value={share} />
      </div>
    )
  }
  return (
    <div className="p-4">
      <Notice
        actions={
          <>
            <Button look="link" className="text-inherit" onClick={onRetry}>
              Try again
            </Button>
            {onText && (
              <Button look="link" className="text-inherit" onClick={onText}>
                Show its text
              </Button>
            )}
          </>
        }
      >
        {error}
      </Notice>
    </div>
  )
}

/** What the user asked. */

import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { RetryButton } from './RetryButton'
import { Speaker } from './Speaker'
import type { Turn } from './turns'
import { retryTime } from './turns'

interface Props {
  text: string
  /** Set until the server has stored it. */
  turn: Turn | null
  onRetry: (turn: Turn) => void
  /** Puts the text back into the composer. */
  onEdit: (turn: Turn) => void
}

export function Question({ text, turn, onRetry, onEdit }: Props) {
  const error = turn?.phase === 'failed' ? turn.error : null
  const state = error ? 'unsent' : turn ? 'sending' : 'complete'
  return (
    <article data-role="user" data-state={state} className="relative pt-6">
      <Speaker name="You" className="margin:mt-3.5" />
      <p
        className={`rounded-md bg-tint px-3.5 py-2.5 text-read break-words whitespace-pre-wrap ${turn ? 'opacity-70' : ''}`}
      >
        {text}
      </p>
      {turn && error && (
        <Notice
          className="mt-2"
          actions={
            <>
              <RetryButton
                notBefore={retryTime(turn)}
                onRetry={() => {
                  onRetry(turn)
                }}
              />
              <Button
                look="link"
                className="text-inherit"
                onClick={() => {
                  onEdit(turn)
                }}
              >
                Edit
              </Button>
            </>
          }
        >
          Not sent. {error.message}
        </Notice>
      )}
    </article>
  )
}

/** Says how an answer ended when it did not end well, and what helps. */

import type { Message } from '../../api'
import { Notice } from '../../ui/Notice'
import { RetryButton } from './RetryButton'
import type { Turn } from './turns'
import { retryTime } from './turns'

interface Props {
  message: Message | null
  turn: Turn | null
  onRegenerate: (message: Message) => void
  onRetry: (turn: Turn) => void
}

export function AnswerNotice({ message, turn, onRegenerate, onRetry }: Props) {
  if (turn) return <TurnNotice turn={turn} onRetry={onRetry} />
  if (!message) return null

  const regenerate = (
    <RetryButton
      onRetry={() => {
        onRegenerate(message)
      }}
    />
  )
  const { state, failure, finishReason } = message
  if (state === 'failed') {
    const actions = failure?.canRetry !== false && regenerate
    return (
      <Notice className="mt-2" actions={actions}>
        {failure?.message ?? 'The answer failed.'}
      </Notice>
    )
  }
  if (state === 'interrupted') {
    return (
      <Notice look="notice" className="mt-2" actions={regenerate}>
        The server stopped before the answer was finished.
      </Notice>
    )
  }
  if (state === 'cancelled') return <p className="mt-2 text-ui text-faint">Stopped</p>
  if (finishReason === 'length') {
    return <Hint>The answer reached its longest allowed length and is cut off here.</Hint>
  }
  if (finishReason === 'content_filter') {
    return <Hint>The model’s provider filtered the rest of this answer.</Hint>
  }
  return null
}

function TurnNotice({ turn, onRetry }: { turn: Turn; onRetry: (turn: Turn) => void }) {
  const { phase, waiting, error } = turn
  if (waiting) return <Hint>{waiting.message} Connecting again…</Hint>
  if (!error) return null
  if (phase === 'streaming') return <Hint>It could not be stopped. {error.message}</Hint>

  return (
    <Notice
      className="mt-2"
      actions={
        <RetryButton
          notBefore={retryTime(turn)}
          onRetry={() => {
            onRetry(turn)
          }}
        />
      }
    >
      {error.message}
    </Notice>
  )
}

function Hint({ children }: { children: React.ReactNode }) {
  return <p className="mt-2 text-ui text-notice">{children}</p>
}

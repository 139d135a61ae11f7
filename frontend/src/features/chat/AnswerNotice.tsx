/** Says how an answer ended when it did not end well, and what helps. */

import type { ReactNode } from 'react'
import type { Message } from '../../api'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { useMessageActions } from './actions'
import { canContinue } from './can-continue'
import { ErrorActions } from './ErrorActions'
import type { Turn } from './turns'
import { retryTime } from './turns'

interface Props {
  message: Message | null
  turn: Turn | null
}

export function AnswerNotice({ message, turn }: Props) {
  if (turn) return <TurnNotice turn={turn} />
  return message && <EndNotice message={message} />
}

function EndNotice({ message }: { message: Message }) {
  const actions = useMessageActions()
  const { state, failure, finishReason } = message
  const tryAgain = () => {
    actions.regenerate(message)
  }
  const goOn = canContinue(message) && (
    <Button
      look="link"
      className="text-inherit"
      onClick={() => {
        actions.continue(message)
      }}
    >
      Continue
    </Button>
  )
  if (state === 'failed') {
    const ways = (
      <>
        {goOn}
        {failure && <ErrorActions error={failure} isAnew onRetry={tryAgain} />}
      </>
    )
    return (
      <Notice className="mt-2" actions={ways}>
        {failure?.message ?? 'The answer failed.'}
      </Notice>
    )
  }
  if (state === 'interrupted') {
    const again = (
      <Button look="link" className="text-inherit" onClick={tryAgain}>
        Try again
      </Button>
    )
    return (
      <Notice
        look="notice"
        className="mt-2"
        actions={
          <>
            {goOn}
            {again}
          </>
        }
      >
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

function TurnNotice({ turn }: { turn: Turn }) {
  const actions = useMessageActions()
  const { phase, waiting, error } = turn
  // What heals within a moment is not worth a word.
  if (waiting) return <Hint className="animate-late">{waiting.message} Reconnecting…</Hint>
  if (!error) return null
  if (phase === 'streaming') return <Hint>It could not be stopped. {error.message}</Hint>
  const retry = () => {
    actions.retry(turn)
  }
  return (
    <Notice
      className="mt-2"
      actions={<ErrorActions error={error} notBefore={retryTime(turn)} onRetry={retry} />}
    >
      {error.message}
    </Notice>
  )
}

function Hint({ className = '', children }: { className?: string; children: ReactNode }) {
  return <p className={`mt-2 text-ui text-notice ${className}`}>{children}</p>
}

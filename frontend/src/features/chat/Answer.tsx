/** What the model answered, or is answering. */

import { useSyncExternalStore } from 'react'
import type { Message } from '../../api'
import { FrameValue } from '../../ui/frame-value'
import { AnswerFooter } from './AnswerFooter'
import { AnswerNotice } from './AnswerNotice'
import { Speaker } from './Speaker'
import type { Turn } from './turns'

interface Props {
  /** Null until the server has stored it. */
  message: Message | null
  /** Set while it is followed. */
  turn: Turn | null
  isNewest: boolean
  onRegenerate: (message: Message) => void
  onRetry: (turn: Turn) => void
}

const NO_TEXT = new FrameValue('')

export function Answer({ message, turn, isNewest, onRegenerate, onRetry }: Props) {
  const live = turn?.text ?? NO_TEXT
  const liveText = useSyncExternalStore(live.subscribe, live.get)
  const text = liveText || (message?.text ?? '')
  const isGenerating = turn ? turn.phase !== 'failed' : message?.state === 'generating'

  return (
    <article
      data-role="assistant"
      data-state={isGenerating ? 'generating' : (message?.state ?? 'failed')}
      aria-busy={isGenerating}
      className="relative pt-4"
    >
      <Speaker name="Lamla" className="margin:mt-1" />
      <div className="md:px-3.5">
        {(text || isGenerating) && (
          <p data-part="text" className="text-read break-words whitespace-pre-wrap">
            {text}
            {isGenerating && <Caret />}
          </p>
        )}
        <AnswerNotice message={message} turn={turn} onRegenerate={onRegenerate} onRetry={onRetry} />
        {message && !isGenerating && (
          <AnswerFooter message={message} isNewest={isNewest} onRegenerate={onRegenerate} />
        )}
      </div>
    </article>
  )
}

function Caret() {
  return (
    <span
      aria-hidden="true"
      className="ml-px inline-block h-[1.1em] w-[0.45em] translate-y-[0.2em] animate-caret rounded-[1px] bg-accent"
    />
  )
}

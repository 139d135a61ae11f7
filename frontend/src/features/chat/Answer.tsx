/** What the model answered, or is answering. */

import { lazy, memo, Suspense, useSyncExternalStore } from 'react'
import { NO_EVIDENCE } from '../../api'
import { FrameValue } from '../../ui/frame-value'
import { Markdown } from '../../ui/markdown/Markdown'
import { AnswerFooter } from './AnswerFooter'
import { AnswerNotice } from './AnswerNotice'
import { GroundingNotice } from './GroundingNotice'
import { Speaker } from './Speaker'
import type { AnswerEntry } from './transcript'
import { placeOf } from './turns'

const CitedText = lazy(() => import('./CitedText'))

interface Props {
  entry: AnswerEntry
  isNewest: boolean
}

const NO_TEXT = new FrameValue('')

export const Answer = memo(function Answer({ entry, isNewest }: Props) {
  const { message, turn, versions } = entry
  const live = turn?.text ?? NO_TEXT
  const liveText = useSyncExternalStore(live.subscribe, live.get)
  const text = liveText || (message?.text ?? '')
  const isGenerating = turn ? turn.phase !== 'failed' : message?.state === 'generating'
  const stored = message?.evidence ?? NO_EVIDENCE
  const evidence = turn && turn.evidence !== NO_EVIDENCE ? turn.evidence : stored
  const plain = <Markdown text={text} isGrowing={isGenerating} />

  return (
    <article
      data-role="assistant"
      data-state={isGenerating ? 'generating' : (message?.state ?? 'failed')}
      data-message={message?.id}
      data-grounding={evidence.grounding?.state}
      aria-busy={isGenerating}
      className="group relative rounded-md pt-4 transition-colors duration-500 data-found:bg-hover"
    >
      <Speaker name="Lamla" className="margin:mt-1" />
      <div className="md:px-3.5">
        <GroundingNotice
          grounding={evidence.grounding}
          conversationId={message?.conversationId ?? (turn && placeOf(turn))}
          isWaiting={isGenerating && text === ''}
        />
        {(text || isGenerating) &&
          (evidence === NO_EVIDENCE ? (
            plain
          ) : (
            <Suspense fallback={plain}>
              <CitedText text={text} isGenerating={isGenerating} evidence={evidence} />
            </Suspense>
          ))}
        <AnswerNotice message={message} turn={turn} />
        {message && !isGenerating && (
          <AnswerFooter message={message} versions={versions} isNewest={isNewest} />
        )}
      </div>
    </article>
  )
})

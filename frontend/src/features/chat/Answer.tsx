/** What the model answered, or is answering. */

import { memo, useMemo, useSyncExternalStore } from 'react'
import { NO_EVIDENCE } from '../../api'
import { FrameValue } from '../../ui/frame-value'
import { Markdown } from '../../ui/markdown/Markdown'
import { MarksContext } from '../../ui/markdown/marks'
import { useIsSearched } from '../scope/useScope'
import { AnswerFooter } from './AnswerFooter'
import { AnswerNotice } from './AnswerNotice'
import { AnswerSources } from './AnswerSources'
import { CitationCards } from './citation-card'
import { renderClaimEnd } from './CitationChips'
import { marksOf } from './evidence-marks'
import { GroundingNotice } from './GroundingNotice'
import { Speaker } from './Speaker'
import type { AnswerEntry } from './transcript'
import { placeOf } from './turns'

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
  const marked = useMemo(() => marksOf(evidence), [evidence])
  const isSearched = useIsSearched(message?.conversationId ?? (turn ? placeOf(turn) : null))

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
          isSearching={isGenerating && text === '' && isSearched}
          isWaiting={isGenerating && text === ''}
        />
        <CitationCards>
          <MarksContext value={renderClaimEnd}>
            {(text || isGenerating) && (
              <Markdown text={text} isGrowing={isGenerating} marks={marked.marks} />
            )}
          </MarksContext>
        </CitationCards>
        <AnswerNotice message={message} turn={turn} />
        {!isGenerating && <AnswerSources {...marked} />}
        {message && !isGenerating && (
          <AnswerFooter message={message} versions={versions} isNewest={isNewest} />
        )}
      </div>
    </article>
  )
})

/** What the model answered, or is answering. */

import { memo, useSyncExternalStore } from 'react'
import { FrameValue } from '../../ui/frame-value'
import { Markdown } from '../../ui/markdown/Markdown'
import { AnswerFooter } from './AnswerFooter'
import { AnswerNotice } from './AnswerNotice'
import { Speaker } from './Speaker'
import type { AnswerEntry } from './transcript'

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

  return (
    <article
      data-role="assistant"
      data-state={isGenerating ? 'generating' : (message?.state ?? 'failed')}
      data-message={message?.id}
      aria-busy={isGenerating}
      className="group relative rounded-md pt-4 transition-colors duration-500 data-found:bg-hover"
    >
      <Speaker name="Lamla" className="margin:mt-1" />
      <div className="md:px-3.5">
        {(text || isGenerating) && <Markdown text={text} isGrowing={isGenerating} />}
        <AnswerNotice message={message} turn={turn} />
        {message && !isGenerating && (
          <AnswerFooter message={message} versions={versions} isNewest={isNewest} />
        )}
      </div>
    </article>
  )
})

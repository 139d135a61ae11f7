/** An answer's text with its sources. Loaded with the first answer that has some. */

import { useMemo } from 'react'
import type { Evidence } from '../../api'
import { MarkedMarkdown } from '../../ui/markdown/MarkedMarkdown'
import { MarksContext } from '../../ui/markdown/marks'
import { AnswerSources } from './AnswerSources'
import { CitationCards } from './citation-card'
import { renderClaimEnd } from './CitationChips'
import { marksOf } from './evidence-marks'

interface Props {
  text: string
  isGenerating: boolean
  evidence: Evidence
}

export default function CitedText({ text, isGenerating, evidence }: Props) {
  const marked = useMemo(() => marksOf(evidence), [evidence])
  return (
    <CitationCards>
      <MarksContext value={renderClaimEnd}>
        <MarkedMarkdown text={text} isGrowing={isGenerating} marks={marked.marks} />
      </MarksContext>
      {!isGenerating && <AnswerSources {...marked} />}
    </CitationCards>
  )
}

/** Markdown with marks; `MarksContext` says what stands at their ends. */

import { useCallback } from 'react'
import { annotated } from './annotate'
import type { Token } from './lexer'
import { Markdown } from './Markdown'
import type { Mark } from './marks'

interface Props {
  text: string
  /** Whether more of it is to come. */
  isGrowing?: boolean
  marks: readonly Mark[]
}

export function MarkedMarkdown({ text, isGrowing = false, marks }: Props) {
  const annotate = useCallback(
    (blocks: readonly Token[], whole: string) => annotated(blocks, whole, marks),
    [marks],
  )
  return <Markdown text={text} isGrowing={isGrowing} annotate={annotate} />
}

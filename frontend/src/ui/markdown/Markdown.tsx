/** An answer's text as it is meant to look, also while it is being written. */

import { useState } from 'react'
import { annotated } from './annotate'
import { Block } from './Block'
import { DocumentReader } from './document'
import type { Mark } from './marks'

interface Props {
  text: string
  /** Whether more of it is to come. */
  isGrowing?: boolean
  /** What is said about parts of it; `MarksContext` says what stands at their ends. */
  marks?: readonly Mark[]
}

const NO_MARKS: readonly Mark[] = []

export function Markdown({ text, isGrowing = false, marks = NO_MARKS }: Props) {
  const [reader] = useState(() => new DocumentReader())
  const blocks = annotated(reader.read(text, isGrowing), text, marks)
  return (
    <div data-part="text" className="grid grid-cols-[minmax(0,1fr)] gap-3 text-read">
      {blocks.map((token, index) => (
        <Block key={index} token={token} />
      ))}
    </div>
  )
}

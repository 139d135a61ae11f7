/** An answer's text as it is meant to look, also while it is being written. */

import { useState } from 'react'
import { Block } from './Block'
import { DocumentReader } from './document'
import type { Token } from './lexer'

interface Props {
  text: string
  /** Whether more of it is to come. */
  isGrowing?: boolean
  /** Puts into the blocks of a text what is said about it. */
  annotate?: (blocks: readonly Token[], text: string) => readonly Token[]
}

export function Markdown({ text, isGrowing = false, annotate }: Props) {
  const [reader] = useState(() => new DocumentReader())
  const read = reader.read(text, isGrowing)
  const blocks = annotate?.(read, text) ?? read
  return (
    <div data-part="text" className="grid grid-cols-[minmax(0,1fr)] gap-3 text-read">
      {blocks.map((token, index) => (
        <Block key={index} token={token} />
      ))}
    </div>
  )
}

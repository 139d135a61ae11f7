/** An answer's text as it is meant to look, also while it is being written. */

import { useState } from 'react'
import { Block } from './Block'
import { DocumentReader } from './document'

interface Props {
  text: string
  /** Whether more of it is to come. */
  isGrowing?: boolean
}

export function Markdown({ text, isGrowing = false }: Props) {
  const [reader] = useState(() => new DocumentReader())
  const blocks = reader.read(text, isGrowing)
  return (
    <div data-part="text" className="grid grid-cols-[minmax(0,1fr)] gap-3 text-read">
      {blocks.map((token, index) => (
        <Block key={index} token={token} />
      ))}
    </div>
  )
}

/** A text with some parts of it marked. */

import type { Span } from '../api'

export function Highlighted({ text, spans }: { text: string; spans: readonly Span[] }) {
  const pieces = []
  let end = 0
  for (const span of spans) {
    pieces.push(text.slice(end, span.start))
    pieces.push(
      <mark key={span.start} className="bg-transparent font-semibold text-accent">
        {text.slice(span.start, span.end)}
      </mark>,
    )
    end = span.end
  }
  return (
    <>
      {pieces}
      {text.slice(end)}
    </>
  )
}

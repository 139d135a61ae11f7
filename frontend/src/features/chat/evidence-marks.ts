/** What an answer's evidence looks like in its text: numbered sources, and a mark for each claim. */

import type { Citation, Claim, Evidence } from '../../api'
import type { Mark } from '../../ui/markdown/marks'

/** A page of a document that an answer rests on. */
export interface NumberedSource {
  /** From 1, in the order of the text. */
  number: number
  documentTitle: string
  page: number
  /** What of it supports the answer, in the order of the text. */
  citations: Citation[]
}

/** What stands at the end of a sentence. */
export interface ClaimMark extends Mark {
  support: Claim['support']
  /** Each with the citations that support this very sentence, best first. */
  sources: { source: NumberedSource; citations: Citation[] }[]
}

export interface MarkedEvidence {
  sources: NumberedSource[]
  marks: ClaimMark[]
}

const LOOKS: Record<Claim['support'], Mark['look']> = {
  supported: 'plain',
  partial: 'partial',
  unsupported: 'unsupported',
}

export function marksOf({ citations, claims }: Evidence): MarkedEvidence {
  const byId = new Map(citations.map((citation) => [citation.id, citation]))
  const sources = new Map<string, NumberedSource>()
  const marks = claims
    .toSorted((a, b) => a.span.start - b.span.start)
    .map((claim): ClaimMark => {
      const cited = claim.citationIds.flatMap((id) => byId.get(id) ?? [])
      const bySource = new Map<NumberedSource, Citation[]>()
      for (const citation of cited) {
        const source = sourceOf(citation, sources)
        if (!source.citations.some(({ id }) => id === citation.id)) source.citations.push(citation)
        bySource.set(source, [...(bySource.get(source) ?? []), citation])
      }
      const here = Array.from(bySource, ([source, those]) => ({ source, citations: those }))
      const numbers = here.map(({ source }) => source.number).join()
      return {
        ...claim.span,
        look: LOOKS[claim.support],
        key: `${claim.support} ${numbers} ${claim.citationIds.join()}`,
        support: claim.support,
        sources: here,
      }
    })
  return { sources: [...sources.values()], marks }
}

/** An answer as it is copied: with the numbers of its sources, and what they stand for. */
export function textWithSources(text: string, evidence: Evidence): string {
  const { sources, marks } = marksOf(evidence)
  if (sources.length === 0) return text
  let copy = text
  for (const { end, sources: cited } of marks.toReversed()) {
    const numbers = cited.map(({ source }) => `[${source.number}]`).join('')
    if (numbers) copy = `${copy.slice(0, end)} ${numbers}${copy.slice(end)}`
  }
  const list = sources.map(
    ({ number, documentTitle, page }) => `[${number}] ${documentTitle}, page ${page}`,
  )
  return `${copy}\n\nSources:\n${list.join('\n')}`
}

function sourceOf(citation: Citation, sources: Map<string, NumberedSource>): NumberedSource {
  const { documentTitle, source } = citation
  const key = `${source.documentId} ${source.page}`
  const known = sources.get(key)
  if (known) return known
  const { page } = source
  const added = { number: sources.size + 1, documentTitle, page, citations: [] }
  sources.set(key, added)
  return added
}

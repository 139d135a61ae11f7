/** The numbers of its sources at the end of a sentence, or that it has none. */

import type { Mark } from '../../ui/markdown/marks'
import type { ClaimMark, NumberedSource } from './evidence-marks'
import type { Citation } from '../../api'
import { useCitationCard } from './citation-card'

/** For `MarksContext`: the marks of an answer are those of its claims. */
export function renderClaimEnd(mark: Mark) {
  return <ClaimEnd mark={mark as ClaimMark} />
}

function ClaimEnd({ mark: { support, sources } }: { mark: ClaimMark }) {
  if (support === 'unsupported') {
    return <span className="sr-only select-none"> (not in your documents)</span>
  }
  return (
    <span className="select-none">
      {support === 'partial' && <span className="sr-only"> (only in part in your documents)</span>}
      {sources.map(({ source, citations }) => (
        <Chip key={source.number} source={source} citations={citations} support={support} />
      ))}
    </span>
  )
}

interface ChipProps {
  source: NumberedSource
  citations: Citation[]
  support: ClaimMark['support']
}

function Chip({ source, citations, support }: ChipProps) {
  const { number, documentTitle, page } = source
  const card = useCitationCard()
  const [first] = citations
  if (!first) return null
  return (
    <button
      type="button"
      aria-label={`Source ${number}: ${documentTitle}, page ${page}`}
      aria-describedby={card.id}
      data-citation={first.id}
      onClick={() => {
        card.hide()
        card.open(first)
      }}
      onMouseEnter={({ currentTarget }) => {
        card.show(currentTarget, { source, citations, support }, { isLate: true })
      }}
      onMouseLeave={card.hide}
      onFocus={({ currentTarget }) => {
        if (currentTarget.matches(':focus-visible')) {
          card.show(currentTarget, { source, citations, support })
        }
      }}
      onBlur={card.hide}
      className={`ms-0.5 inline-grid h-4.5 min-w-4.5 -translate-y-0.5 place-items-center rounded-[0.25rem] px-1 align-baseline text-[0.6875rem]/none font-semibold tabular-nums no-underline transition-colors hover:bg-accent hover:text-on-accent ${support === 'partial' ? 'border border-dashed border-notice text-notice' : 'bg-tint text-accent'}`}
    >
      {number}
    </button>
  )
}

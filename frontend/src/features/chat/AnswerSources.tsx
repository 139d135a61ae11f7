/** Below an answer: what it rests on, and what its underlines mean. */

import { FileIcon } from '../../ui/icons'
import { openCitation } from './citation-card'
import type { MarkedEvidence } from './evidence-marks'

export function AnswerSources({ sources, marks }: MarkedEvidence) {
  const isPartial = marks.some(({ support }) => support === 'partial')
  const isUnsupported = marks.some(({ support }) => support === 'unsupported')
  // What supported them was deleted since.
  const isBereft = marks.some((mark) => mark.support !== 'unsupported' && mark.sources.length === 0)
  if (sources.length === 0 && !isUnsupported && !isBereft) return null
  return (
    <div role="group" aria-label="Sources" className="mt-3 text-fine">
      {sources.length > 0 && (
        <ol className="flex flex-wrap gap-1.5">
          {sources.map(({ number, documentTitle, page, citations }) => (
            <li key={number} className="min-w-0">
              <button
                type="button"
                title={`${documentTitle}, page ${page}`}
                onClick={() => {
                  const [first] = citations
                  if (first) openCitation(first)
                }}
                className="flex max-w-72 min-w-0 items-center gap-1.5 rounded-sm border border-line px-1.5 py-0.5 text-soft transition-colors hover:bg-hover hover:text-ink touch:py-1.5"
              >
                <span className="font-semibold text-accent tabular-nums">{number}</span>
                <FileIcon className="size-4 shrink-0 text-faint" />
                <span dir="auto" className="truncate">
                  {documentTitle}
                </span>
                <span className="shrink-0 text-faint">p. {page}</span>
              </button>
            </li>
          ))}
        </ol>
      )}
      {isBereft && (
        <p className="mt-1.5 text-faint">
          {sources.length > 0 ? 'Other documents' : 'The documents'} that this rests on were
          deleted.
        </p>
      )}
      {(isPartial || isUnsupported) && (
        <p className="mt-1.5 flex flex-wrap gap-x-4 text-faint">
          {isPartial && (
            <span>
              <span className="underline decoration-notice decoration-dashed underline-offset-4">
                Dashes
              </span>
              : only in part in your documents
            </span>
          )}
          {isUnsupported && (
            <span>
              <span className="underline decoration-danger/70 decoration-dotted decoration-2 underline-offset-4">
                Dots
              </span>
              : not found in your documents
            </span>
          )}
        </p>
      )}
    </div>
  )
}

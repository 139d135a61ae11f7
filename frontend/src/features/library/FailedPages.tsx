/** Pages of a document that could not be read, and why. */

import type { Document } from '../../api'
import { pagesInWords } from './words'

/** More would not be read. */
const MOST_SHOWN = 20

export function FailedPages({ document }: { document: Document }) {
  const { failedPages, failedPageCount } = document
  return (
    <details className="mt-0.5 text-fine text-notice">
      <summary className="w-fit cursor-pointer">
        {pagesInWords(failedPageCount)} could not be read
      </summary>
      <ul className="ms-3 mt-1">
        {failedPages.slice(0, MOST_SHOWN).map(({ number, failure }) => (
          <li key={number}>
            Page {number}: {failure.message}
          </li>
        ))}
      </ul>
      {failedPageCount > MOST_SHOWN && <p>And {failedPageCount - MOST_SHOWN} more.</p>}
    </details>
  )
}

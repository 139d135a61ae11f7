/** Above an answer: whether the documents answer the question, as far as that is known. */

import type { Grounding } from '../../api'
import { SearchIcon } from '../../ui/icons'
import { Notice } from '../../ui/Notice'

interface Props {
  grounding: Grounding | null
  /** Whether documents are being searched and nothing of that has come back yet. */
  isSearching: boolean
  /** Whether the answer's first word is still to come. */
  isWaiting: boolean
}

export function GroundingNotice({ grounding, isSearching, isWaiting }: Props) {
  if (!grounding) {
    return isSearching ? <Status>Searching your documents…</Status> : null
  }
  if (grounding.state === 'none') {
    return (
      <Notice look="notice" className="mb-2">
        <strong className="font-semibold">Not in your documents.</strong> Nothing in them answers
        this question{searchedFor(grounding)}.
      </Notice>
    )
  }
  if (grounding.state === 'partial') {
    return (
      <p className="mb-2 text-ui text-notice">
        Your documents answer this only in part{searchedFor(grounding)}.
      </p>
    )
  }
  return isWaiting ? <Status>{foundInWords(grounding)}</Status> : null
}

function Status({ children }: { children: React.ReactNode }) {
  return (
    <p className="mb-1 flex items-center gap-1.5 text-ui text-faint">
      <SearchIcon className="size-4" />
      {children}
    </p>
  )
}

const searchedFor = ({ query }: Grounding) => (query ? ` (searched: “${query}”)` : '')

function foundInWords({ passageCount, documentCount }: Grounding): string {
  const passages = passageCount === 1 ? 'One passage' : `${passageCount} passages`
  const documents = documentCount === 1 ? 'one document' : `${documentCount} documents`
  return `${passages} of ${documents} found. Writing…`
}

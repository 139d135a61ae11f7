/** Above an answer: whether the documents answer the question, as far as that is known. */

import type { Grounding } from '../../api'
import { SearchIcon } from '../../ui/icons'
import { Notice } from '../../ui/Notice'
import { useIsSearched } from '../scope/useScope'

interface Props {
  grounding: Grounding | null
  /** Null is a chat that is just being begun. */
  conversationId: string | null
  /** Whether the answer's first word is still to come. */
  isWaiting: boolean
}

export function GroundingNotice({ grounding, conversationId, isWaiting }: Props) {
  if (!grounding) return isWaiting ? <Searching conversationId={conversationId} /> : null
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

function Searching({ conversationId }: { conversationId: string | null }) {
  const isSearched = useIsSearched(conversationId)
  return isSearched && <Status>Searching your documents…</Status>
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

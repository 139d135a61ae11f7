/** What an answer rests on, as the server would have stored it. */

import { Support } from '../../gen/lamla/chat/v1/generation_pb'
import { GroundingState } from '../../gen/lamla/documents/v1/grounding_pb'
import type { Claim, Grounding } from '../types'

export interface StoredGrounding {
  state: Grounding['state']
  query?: string
  /** The documents of the passages. */
  documentIds?: string[]
}

export interface StoredCitation {
  id: string
  documentId?: string
  title?: string
  page: number
  quote: string
}

/** Code points of the answer: from, to. */
export type StoredClaim = [
  start: number,
  end: number,
  support: Claim['support'],
  ...citationIds: string[],
]

export interface StoredEvidence {
  grounding?: StoredGrounding
  citations?: StoredCitation[]
  claims?: StoredClaim[]
}

const STATES: Record<Grounding['state'], GroundingState> = {
  grounded: GroundingState.GROUNDED,
  partial: GroundingState.PARTIAL,
  none: GroundingState.NONE,
}

const SUPPORTS: Record<Claim['support'], Support> = {
  supported: Support.SUPPORTED,
  partial: Support.PARTIAL,
  unsupported: Support.UNSUPPORTED,
}

export function groundingOf({ state, query = '', documentIds = [] }: StoredGrounding) {
  return {
    state: STATES[state],
    query,
    passages: documentIds.map((documentId) => ({ documentId, page: 1 })),
  }
}

/** Its evidence begins where its page's text does. */
export function citationOf({ id, documentId = 'd1', title, page, quote }: StoredCitation) {
  return {
    citationId: id,
    documentId,
    documentTitle: title ?? 'Biology.pdf',
    page,
    sourceStart: 0,
    sourceEnd: Array.from(quote).length,
    quote,
    score: 0.9,
  }
}

export function claimOf([answerStart, answerEnd, support, ...citationIds]: StoredClaim) {
  return { answerStart, answerEnd, support: SUPPORTS[support], citationIds }
}

export function evidenceOf({ grounding, citations = [], claims = [] }: StoredEvidence) {
  return {
    ...(grounding && { grounding: groundingOf(grounding) }),
    citations: citations.map(citationOf),
    claims: claims.map(claimOf),
  }
}

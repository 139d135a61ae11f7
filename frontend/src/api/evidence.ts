/** What an answer rests on: protobuf messages to view types. */

import type * as gen from '../gen/lamla/chat/v1/generation_pb'
import { Support } from '../gen/lamla/chat/v1/generation_pb'
import { GroundingState } from '../gen/lamla/documents/v1/grounding_pb'
import type { RetrievalScope } from '../gen/lamla/documents/v1/retrieval_scope_pb'
import { ScopeKind } from '../gen/lamla/documents/v1/retrieval_scope_pb'
import { unitOffset } from './code-points'
import type { Citation, Claim, Evidence, Grounding, Scope } from './types'
import { NO_EVIDENCE } from './types'

const GROUNDING_STATES: Record<GroundingState, Grounding['state'] | null> = {
  [GroundingState.UNSPECIFIED]: null,
  [GroundingState.GROUNDED]: 'grounded',
  [GroundingState.PARTIAL]: 'partial',
  [GroundingState.NONE]: 'none',
}

const SUPPORTS: Record<Support, Claim['support']> = {
  [Support.UNSPECIFIED]: 'unsupported',
  [Support.SUPPORTED]: 'supported',
  [Support.PARTIAL]: 'partial',
  [Support.UNSUPPORTED]: 'unsupported',
}

const SCOPE_KINDS: Record<ScopeKind, Scope['kind']> = {
  [ScopeKind.UNSPECIFIED]: 'all',
  [ScopeKind.ALL_DOCUMENTS]: 'all',
  [ScopeKind.SELECTED]: 'selected',
  [ScopeKind.NOTHING]: 'nothing',
}

const KINDS_OF_SCOPE: Record<Scope['kind'], ScopeKind> = {
  all: ScopeKind.ALL_DOCUMENTS,
  selected: ScopeKind.SELECTED,
  nothing: ScopeKind.NOTHING,
}

/** What a message, a generation and a snapshot say alike. */
interface Said {
  grounding?: gen.Grounding | undefined
  citations: gen.Citation[]
  claims: gen.Claim[]
}

/** `text` is the answer that the spans count in. */
export function evidenceFromProto({ grounding, citations, claims }: Said, text: string): Evidence {
  if (!grounding && citations.length === 0 && claims.length === 0) return NO_EVIDENCE
  return {
    grounding: grounding ? groundingFromProto(grounding) : null,
    citations: citations.map(citationFromProto),
    claims: claims.map((claim) => claimFromProto(claim, text)),
  }
}

/** Null when nothing was searched. */
export function groundingFromProto(proto: gen.Grounding): Grounding | null {
  const state = GROUNDING_STATES[proto.state]
  const { query, passages } = proto
  const documents = new Set(passages.map(({ documentId }) => documentId))
  return state && { state, query, passageCount: passages.length, documentCount: documents.size }
}

export function citationFromProto(proto: gen.Citation): Citation {
  const { citationId: id, documentId, documentTitle, page, quote, score } = proto
  const { sourceStart: start, sourceEnd: end } = proto
  return { id, documentTitle, source: { documentId, page, start, end }, quote, score }
}

/** Offsets of the contract are code points, those of the page UTF-16 units. */
export function claimFromProto(proto: gen.Claim, text: string): Claim {
  const { answerStart, answerEnd, support, citationIds } = proto
  const span = { start: unitOffset(text, answerStart), end: unitOffset(text, answerEnd) }
  return { span, support: SUPPORTS[support], citationIds }
}

/** What is left when the answer is cut at `length`. */
export function evidenceWithin(evidence: Evidence, length: number): Evidence {
  return { ...evidence, claims: evidence.claims.filter(({ span }) => span.end <= length) }
}

export function scopeFromProto(proto: RetrievalScope | undefined): Scope {
  const { kind = ScopeKind.UNSPECIFIED, documentIds = [], collectionIds = [] } = proto ?? {}
  return { kind: SCOPE_KINDS[kind], documentIds, collectionIds }
}

export function scopeToProto({ kind, documentIds, collectionIds }: Scope) {
  const isSelected = kind === 'selected'
  return {
    kind: KINDS_OF_SCOPE[kind],
    documentIds: isSelected ? documentIds : [],
    collectionIds: isSelected ? collectionIds : [],
  }
}

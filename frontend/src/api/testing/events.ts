/** Events of answers, as the server would number them. */

import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Code } from '@connectrpc/connect'
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb'
import { StatusSchema } from '../../gen/google/rpc/status_pb'
import type { GenerationEvent } from '../../gen/lamla/chat/v1/generation_pb'
import { FinishReason, GenerationEventSchema } from '../../gen/lamla/chat/v1/generation_pb'
import { codePointLength } from '../code-points'
import type { Reason } from '../reasons'
import type { StoredCitation, StoredClaim, StoredEvidence, StoredGrounding } from './evidence'
import { citationOf, claimOf, evidenceOf, groundingOf } from './evidence'

type EventInit = NonNullable<MessageInitShape<typeof GenerationEventSchema>['event']>

export const GENERATION_ID = '0192f0c1-0000-7000-8000-0000000000aa'
export const STARTED = {
  conversationId: '0192f0c1-0000-7000-8000-000000000001',
  userMessageId: '0192f0c1-0000-7000-8000-000000000002',
  answerMessageId: '0192f0c1-0000-7000-8000-000000000003',
  model: 'teacher-1',
  provider: 'scripted',
}

export function event(sequence: number, init: EventInit, generationId = GENERATION_ID) {
  return create(GenerationEventSchema, { generationId, sequence, event: init })
}

export const started = () => event(1, { case: 'started', value: STARTED })

export const heartbeat = () => event(0, { case: 'heartbeat', value: {} })

export function tokens(sequence: number, text: string, textOffset: number) {
  return event(sequence, { case: 'tokens', value: { text, textOffset, tokenCount: 1 } })
}

export function completed(sequence: number, text: string, finishReason = FinishReason.STOP) {
  const textLength = codePointLength(text)
  return event(sequence, { case: 'completed', value: { finishReason, textLength } })
}

export function cancelled(sequence: number, text: string) {
  return event(sequence, { case: 'cancelled', value: { textLength: codePointLength(text) } })
}

export function failed(sequence: number, text: string, reason: Reason) {
  const info = create(ErrorInfoSchema, { domain: 'lamla', reason: `ERROR_REASON_${reason}` })
  const status = create(StatusSchema, {
    code: Code.Unavailable,
    details: [anyPack(ErrorInfoSchema, info)],
  })
  return event(sequence, { case: 'failed', value: { status, textLength: codePointLength(text) } })
}

export function snapshot(sequence: number, text: string, evidence: StoredEvidence = {}) {
  const value = { started: STARTED, text, ...evidenceOf(evidence) }
  return event(sequence, { case: 'snapshot', value })
}

export function grounding(sequence: number, stored: StoredGrounding) {
  return event(sequence, { case: 'grounding', value: groundingOf(stored) })
}

export function citation(sequence: number, stored: StoredCitation) {
  return event(sequence, { case: 'citation', value: citationOf(stored) })
}

export function claim(sequence: number, stored: StoredClaim) {
  return event(sequence, { case: 'claim', value: claimOf(stored) })
}

/** A whole answer: started, one event for each piece, completed. */
export function answerOf(pieces: string[]): GenerationEvent[] {
  const events = [started()]
  let offset = 0
  for (const piece of pieces) {
    events.push(tokens(events.length + 1, piece, offset))
    offset += codePointLength(piece)
  }
  return [...events, completed(events.length + 1, pieces.join(''))]
}

/** Conversations and messages as the server would have stored them. */

import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import { anyPack, timestampFromMs } from '@bufbuild/protobuf/wkt'
import { Code } from '@connectrpc/connect'
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb'
import {
  ConversationSchema,
  MessageRole,
  MessageSchema,
} from '../../gen/lamla/chat/v1/conversation_pb'
import {
  FinishReason,
  GenerationSchema,
  GenerationState,
  type UsageSchema,
} from '../../gen/lamla/chat/v1/generation_pb'
import type { Reason } from '../reasons'
import type { AnswerState, FinishReason as ViewFinishReason } from '../types'
import { GENERATION_ID, STARTED } from './events'
import type { StoredEvidence } from './evidence'
import { evidenceOf } from './evidence'

export function conversation(init: MessageInitShape<typeof ConversationSchema> = {}) {
  const now = timestampFromMs(Date.now())
  return create(ConversationSchema, {
    conversationId: STARTED.conversationId,
    title: 'A title',
    createTime: now,
    updateTime: now,
    ...init,
  })
}

interface Stored {
  id: string
  parent?: string
  text: string
  /** Makes it an answer. */
  state?: AnswerState
  finish?: ViewFinishReason
  reason?: Reason
  model?: string
  usage?: MessageInitShape<typeof UsageSchema>
  evidence?: StoredEvidence
}

const STATES: Record<AnswerState, GenerationState> = {
  generating: GenerationState.GENERATING,
  complete: GenerationState.COMPLETE,
  cancelled: GenerationState.CANCELLED,
  interrupted: GenerationState.INTERRUPTED,
  failed: GenerationState.FAILED,
}

const FINISHES: Record<ViewFinishReason, FinishReason> = {
  stop: FinishReason.STOP,
  length: FinishReason.LENGTH,
  content_filter: FinishReason.CONTENT_FILTER,
}

export function message(stored: Stored) {
  const { id, parent, text, state, finish, reason, model, usage, evidence = {} } = stored
  const info = { domain: 'lamla', reason: `ERROR_REASON_${reason ?? ''}` }
  return create(MessageSchema, {
    messageId: id,
    conversationId: STARTED.conversationId,
    parentMessageId: parent ?? '',
    role: state ? MessageRole.ASSISTANT : MessageRole.USER,
    text,
    state: STATES[state ?? 'complete'],
    generationId: state ? `generation-of-${id}` : '',
    finishReason: finish ? FINISHES[finish] : FinishReason.UNSPECIFIED,
    model: model ?? '',
    ...(usage && { usage }),
    ...evidenceOf(evidence),
    ...(reason && {
      failure: {
        code: Code.Unavailable,
        details: [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, info))],
      },
    }),
  })
}

/** An answer as it stands. */
export function generation(state: AnswerState, text: string) {
  const generationId = GENERATION_ID
  return create(GenerationSchema, { ...STARTED, generationId, state: STATES[state], text })
}

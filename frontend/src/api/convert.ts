/** Protobuf messages to view types. */

import type { Timestamp } from '@bufbuild/protobuf/wkt'
import { durationMs, timestampDate } from '@bufbuild/protobuf/wkt'
import type * as service from '../gen/lamla/chat/v1/chat_service_pb'
import type * as chat from '../gen/lamla/chat/v1/conversation_pb'
import { MessageRole } from '../gen/lamla/chat/v1/conversation_pb'
import type * as store from '../gen/lamla/chat/v1/conversation_service_pb'
import type * as gen from '../gen/lamla/chat/v1/generation_pb'
import { FinishReason as Finish, GenerationState } from '../gen/lamla/chat/v1/generation_pb'
import type * as identity from '../gen/lamla/identity/v1/identity_service_pb'
import { Role } from '../gen/lamla/identity/v1/identity_service_pb'
import { firstCodePoints } from './code-points'
import { ApiError } from './errors'
import { evidenceFromProto, scopeFromProto } from './evidence'
import type {
  Account,
  AnswerOutcome,
  AnswerStart,
  AnswerState,
  Conversation,
  FinishReason,
  GenerationConfig,
  Message,
  Models,
  SearchHit,
  Usage,
} from './types'

const STATES: Record<GenerationState, AnswerState> = {
  [GenerationState.UNSPECIFIED]: 'complete',
  [GenerationState.GENERATING]: 'generating',
  [GenerationState.COMPLETE]: 'complete',
  [GenerationState.CANCELLED]: 'cancelled',
  [GenerationState.INTERRUPTED]: 'interrupted',
  [GenerationState.FAILED]: 'failed',
}

const FINISH_REASONS: Record<Finish, FinishReason | null> = {
  [Finish.UNSPECIFIED]: null,
  [Finish.STOP]: 'stop',
  [Finish.LENGTH]: 'length',
  [Finish.CONTENT_FILTER]: 'content_filter',
}

const ROLES: Record<Role, Account['role']> = {
  [Role.UNSPECIFIED]: 'guest',
  [Role.GUEST]: 'guest',
  [Role.STUDENT]: 'student',
  [Role.TEACHER]: 'teacher',
  [Role.ADMIN]: 'admin',
}

export function accountFromProto(user: identity.User): Account {
  const { userId: id, displayName, email } = user
  return { id, role: ROLES[user.role], displayName, email }
}

export function conversationFromProto(proto: chat.Conversation): Conversation {
  return {
    id: proto.conversationId,
    title: proto.title,
    createTime: dateFromProto(proto.createTime),
    updateTime: dateFromProto(proto.updateTime),
    activeGenerationIds: proto.activeGenerationIds,
    isPinned: proto.pinned,
    isArchived: proto.archived,
    currentMessageId: proto.currentMessageId || null,
    scope: scopeFromProto(proto.scope),
  }
}

/** Offsets of the contract are code points, those of the page UTF-16 units. */
export function searchHitFromProto(proto: store.SearchHit): SearchHit[] {
  if (!proto.conversation) return []
  const { messageId, snippet } = proto
  const unit = (codePoints: number) => firstCodePoints(snippet, codePoints).length
  const highlights = proto.highlights.map(({ start, end }) => ({
    start: unit(start),
    end: unit(end),
  }))
  const conversation = conversationFromProto(proto.conversation)
  return [{ conversation, messageId: messageId || null, snippet, highlights }]
}

export function modelsFromProto(proto: service.GetModelsResponse): Models {
  return {
    models: proto.models.map(({ name, provider, contextTokens, smallBuiltIn }) => ({
      name,
      provider,
      contextTokens: contextTokens || null,
      isSmallBuiltIn: smallBuiltIn,
    })),
    // The wire has single precision: 0.7 comes as 0.699999988.
    defaultTemperature: Math.round(proto.defaultTemperature * 100) / 100,
    defaultMaxOutputTokens: proto.defaultMaxOutputTokens,
    maxOutputTokensCap: proto.maxOutputTokensCap,
  }
}

export function configToProto(config: GenerationConfig | undefined) {
  const { model = null, temperature = null, maxOutputTokens = null } = config ?? {}
  return {
    model: model ?? '',
    ...(temperature !== null && { temperature }),
    maxOutputTokens: maxOutputTokens ?? 0,
  }
}

export function messageFromProto(proto: chat.Message): Message {
  const isQuestion = proto.role === MessageRole.USER
  return {
    id: proto.messageId,
    conversationId: proto.conversationId,
    parentId: proto.parentMessageId || null,
    role: isQuestion ? 'user' : 'assistant',
    text: proto.text,
    createTime: dateFromProto(proto.createTime),
    state: isQuestion ? 'complete' : STATES[proto.state],
    generationId: proto.generationId || null,
    finishReason: FINISH_REASONS[proto.finishReason],
    usage: usageFromProto(proto.usage),
    model: proto.model,
    provider: proto.provider,
    failure: proto.failure ? ApiError.fromStatus(proto.failure) : null,
    evidence: evidenceFromProto(proto, proto.text),
  }
}

export function usageFromProto(proto: gen.Usage | undefined): Usage | null {
  if (!proto) return null
  return {
    promptTokens: proto.promptTokens,
    outputTokens: proto.outputTokens,
    firstTokenMs: proto.timeToFirstToken ? durationMs(proto.timeToFirstToken) : null,
    durationMs: proto.duration ? durationMs(proto.duration) : null,
  }
}

export function startFromProto(
  generationId: string,
  proto: gen.GenerationStarted | undefined,
): AnswerStart {
  return {
    generationId,
    conversationId: proto?.conversationId ?? '',
    questionId: proto?.userMessageId ?? '',
    answerId: proto?.answerMessageId ?? '',
    model: proto?.model ?? '',
    provider: proto?.provider ?? '',
    startTime: dateFromProto(proto?.startTime),
  }
}

export function completedFromProto(proto: gen.GenerationCompleted): AnswerOutcome {
  const finishReason = FINISH_REASONS[proto.finishReason]
  return { state: 'complete', finishReason, usage: usageFromProto(proto.usage), failure: null }
}

export function cancelledFromProto(proto: gen.GenerationCancelled): AnswerOutcome {
  const usage = usageFromProto(proto.usage)
  return { state: 'cancelled', finishReason: null, usage, failure: null }
}

/** An interrupted answer reaches its readers as a failure with a reason of its own. */
export function failedFromProto(proto: gen.GenerationFailed): AnswerOutcome {
  const failure = proto.status
    ? ApiError.fromStatus(proto.status)
    : new ApiError({ code: 'Unknown' })
  const state = failure.reason === 'GENERATION_INTERRUPTED' ? 'interrupted' : 'failed'
  return { state, finishReason: null, usage: usageFromProto(proto.usage), failure }
}

/** Null while it is being generated. */
export function outcomeFromProto(proto: gen.Generation): AnswerOutcome | null {
  const state = STATES[proto.state]
  if (state === 'generating') return null
  return {
    state,
    finishReason: FINISH_REASONS[proto.finishReason],
    usage: usageFromProto(proto.usage),
    failure: proto.failure ? ApiError.fromStatus(proto.failure) : null,
  }
}

export function dateFromProto(proto: Timestamp | undefined): Date {
  return proto ? timestampDate(proto) : new Date(0)
}

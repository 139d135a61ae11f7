/** What the rest of the page knows of the server's data: no protobuf in here. */

import type { ApiError } from './errors'

export type AnswerState = 'generating' | 'complete' | 'cancelled' | 'interrupted' | 'failed'
export type FinishReason = 'stop' | 'length' | 'content_filter'

export interface Usage {
  promptTokens: number
  outputTokens: number
  firstTokenMs: number | null
  durationMs: number | null
}

/** One message of a conversation's tree. */
export interface Message {
  id: string
  conversationId: string
  /** Null for the first; messages with the same parent are branches. */
  parentId: string | null
  role: 'user' | 'assistant'
  text: string
  createTime: Date
  /** Always `complete` for questions. */
  state: AnswerState
  /** The rest is empty for questions. */
  generationId: string | null
  finishReason: FinishReason | null
  usage: Usage | null
  model: string
  provider: string
  failure: ApiError | null
}

export interface Conversation {
  id: string
  title: string
  createTime: Date
  updateTime: Date
  activeGenerationIds: string[]
}

export interface ConversationPage {
  conversations: Conversation[]
  nextPageToken: string | null
}

/** The ids and the model of an answer that has begun. */
export interface AnswerStart {
  generationId: string
  conversationId: string
  questionId: string
  answerId: string
  model: string
  provider: string
  startTime: Date
}

/** How an answer ended. */
export interface AnswerOutcome {
  state: Exclude<AnswerState, 'generating'>
  finishReason: FinishReason | null
  usage: Usage | null
  failure: ApiError | null
}

/** What a reader of an answer learns; `text` is always the whole answer so far. */
export type AnswerEvent =
  | { type: 'started'; start: AnswerStart }
  | { type: 'text'; text: string }
  | { type: 'attempt'; text: string; model: string; provider: string }
  | { type: 'snapshot'; start: AnswerStart; text: string }
  | { type: 'alive' }
  | { type: 'waiting'; attempt: number; delayMs: number; error: ApiError }
  | { type: 'ended'; outcome: AnswerOutcome; text: string }

export type AnswerEvents = AsyncGenerator<AnswerEvent, void>

export interface Account {
  id: string
  role: 'guest' | 'student' | 'teacher' | 'admin'
  displayName: string
  email: string
}

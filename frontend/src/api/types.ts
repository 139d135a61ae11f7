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

/** Which documents an answer rests on. */
export interface Scope {
  /** All documents, those that are named, or none. */
  kind: 'all' | 'selected' | 'nothing'
  /** Empty unless `kind` is `selected`. */
  documentIds: string[]
  collectionIds: string[]
}

/** A passage of a document; offsets are code points of its page's text. */
export interface SourceSpan {
  documentId: string
  /** From 1. */
  page: number
  start: number
  end: number
}

/** Evidence for a sentence of an answer. */
export interface Citation {
  id: string
  documentTitle: string
  source: SourceSpan
  quote: string
  /** How well it supports the sentence, from 0 to 1. */
  score: number
}

/** How a sentence of an answer stands to the evidence. */
export interface Claim {
  /** The sentence in the answer's text. */
  span: Span
  support: 'supported' | 'partial' | 'unsupported'
  /** Best first. */
  citationIds: string[]
}

/** What an answer rests on. */
export interface Grounding {
  state: 'grounded' | 'partial' | 'none'
  /** What was searched for, where that is not the question itself. */
  query: string
  /** How many passages the model was given, and of how many documents. */
  passageCount: number
  documentCount: number
}

/** What is known of where an answer comes from. */
export interface Evidence {
  /** Null when nothing was searched. */
  grounding: Grounding | null
  citations: readonly Citation[]
  claims: readonly Claim[]
}

export const NO_EVIDENCE: Evidence = { grounding: null, citations: [], claims: [] }

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
  evidence: Evidence
}

export interface Conversation {
  id: string
  title: string
  createTime: Date
  updateTime: Date
  /** Answers of it that are being generated, on whichever device. */
  activeGenerationIds: string[]
  isPinned: boolean
  isArchived: boolean
  /** The end of the branch that was looked at last; null: the newest message's. */
  currentMessageId: string | null
  scope: Scope
}

export interface ConversationPage {
  conversations: Conversation[]
  nextPageToken: string | null
}

/** What is changed of a conversation; what is absent stays. */
export interface ConversationChange {
  title?: string
  isPinned?: boolean
  isArchived?: boolean
  currentMessageId?: string
  scope?: Scope
}

/** A part of a text, in UTF-16 units as `slice` takes them. */
export interface Span {
  start: number
  end: number
}

/** A conversation in which words were found. */
export interface SearchHit {
  conversation: Conversation
  /** The message that matches best; null when only the title does. */
  messageId: string | null
  /** The part of that message, or the title, around the words. */
  snippet: string
  highlights: Span[]
}

export interface SearchPage {
  hits: SearchHit[]
  nextPageToken: string | null
}

export type ExportFormat = 'markdown' | 'json'

export interface ExportedFile {
  name: string
  contentType: string
  content: string
}

/** How an answer is to be generated; null is the server's default. */
export interface GenerationConfig {
  model: string | null
  temperature: number | null
  /** Upper bound on the answer, in model tokens. */
  maxOutputTokens: number | null
}

export interface Model {
  name: string
  provider: string
  /** Null when not known. */
  contextTokens: number | null
  /** Whether its answers are often wrong. */
  isSmallBuiltIn: boolean
}

/** What can be asked for. */
export interface Models {
  /** The default first; empty while no provider can be reached. */
  models: Model[]
  defaultTemperature: number
  defaultMaxOutputTokens: number
  maxOutputTokensCap: number
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
  | { type: 'evidence'; evidence: Evidence }
  | { type: 'attempt'; text: string; evidence: Evidence; model: string; provider: string }
  | { type: 'snapshot'; start: AnswerStart; text: string; evidence: Evidence }
  | { type: 'alive' }
  | { type: 'waiting'; attempt: number; delayMs: number; error: ApiError }
  | { type: 'ended'; outcome: AnswerOutcome; text: string; evidence: Evidence }

export type AnswerEvents = AsyncGenerator<AnswerEvent, void>

export interface Account {
  id: string
  role: 'guest' | 'student' | 'teacher' | 'admin'
  displayName: string
  email: string
}

export interface Credentials {
  email: string
  password: string
}

export interface NewAccount extends Credentials {
  /** May be empty. */
  displayName: string
}

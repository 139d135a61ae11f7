/** The user's conversations and their messages. */

import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import {
  ConversationService,
  ExportFormat as Format,
} from '../gen/lamla/chat/v1/conversation_service_pb'
import type { Caller } from './caller'
import { conversationFromProto, messageFromProto, searchHitFromProto } from './convert'
import { ApiError } from './errors'
import { scopeToProto } from './evidence'
import type { ImportedPart } from './import-file'
import { newRequestId } from './request-id'
import type {
  Conversation,
  ConversationChange,
  ConversationPage,
  ExportedFile,
  ExportFormat,
  Message,
  SearchPage,
} from './types'

const CONVERSATIONS_PER_PAGE = 30
const MESSAGES_PER_PAGE = 500
const HITS_PER_PAGE = 20
const IMPORT_DEADLINE_MS = 60_000

const FORMATS: Record<ExportFormat, Format> = {
  markdown: Format.MARKDOWN,
  json: Format.JSON,
}

interface ListOptions {
  pageToken: string | null
  /** Lists the archived ones instead of the others. */
  isArchived?: boolean
}

/** Each method throws ApiError. */
export interface Conversations {
  /** Pinned ones first, then the most recently used first. */
  list: (options: ListOptions, signal?: AbortSignal) => Promise<ConversationPage>
  get: (id: string, signal?: AbortSignal) => Promise<Conversation>
  update: (id: string, change: ConversationChange) => Promise<Conversation>
  remove: (id: string) => Promise<void>
  /** Brings a removed one back as it was. */
  restore: (id: string) => Promise<Conversation>
  /** All messages of all branches, in order of creation. */
  messages: (id: string, signal?: AbortSignal) => Promise<Message[]>
  /** Deletes a message and all that follows it, for good; gives how many those were. */
  removeMessage: (messageId: string) => Promise<number>
  /** Best match first, at most one for each conversation. */
  search: (query: string, pageToken: string | null, signal?: AbortSignal) => Promise<SearchPage>
  export: (id: string, format: ExportFormat, signal?: AbortSignal) => Promise<ExportedFile>
  /** One part of a file; `importFile` reads whole ones. */
  importPart: (requestId: string, document: string, signal: AbortSignal) => Promise<ImportedPart>
}

export function createConversations(transport: Transport, caller: Caller): Conversations {
  const client = createClient(ConversationService, transport)
  return {
    async list({ pageToken, isArchived: archived = false }, signal) {
      const request = { pageSize: CONVERSATIONS_PER_PAGE, pageToken: pageToken ?? '', archived }
      const page = await caller.unary(
        (options) => client.listConversations(request, options),
        signal,
      )
      return {
        conversations: page.conversations.map(conversationFromProto),
        nextPageToken: page.nextPageToken || null,
      }
    },

    async get(conversationId, signal) {
      const call = caller.unary(
        (options) => client.getConversation({ conversationId }, options),
        signal,
      )
      return required((await call).conversation)
    },

    async update(conversationId, { title, isPinned, isArchived, currentMessageId, scope }) {
      const request = {
        conversationId,
        requestId: newRequestId(),
        ...(title !== undefined && { title }),
        ...(isPinned !== undefined && { pinned: isPinned }),
        ...(isArchived !== undefined && { archived: isArchived }),
        ...(currentMessageId !== undefined && { currentMessageId }),
        ...(scope && { scope: scopeToProto(scope) }),
      }
      const call = caller.unary((options) => client.updateConversation(request, options))
      return required((await call).conversation)
    },

    async remove(conversationId) {
      const request = { conversationId, requestId: newRequestId() }
      await caller.unary((options) => client.deleteConversation(request, options))
    },

    async restore(conversationId) {
      const request = { conversationId, requestId: newRequestId() }
      const call = caller.unary((options) => client.undeleteConversation(request, options))
      return required((await call).conversation)
    },

    async messages(conversationId, signal) {
      const messages: Message[] = []
      let pageToken = ''
      do {
        const request = { conversationId, pageSize: MESSAGES_PER_PAGE, pageToken }
        const page = await caller.unary((options) => client.listMessages(request, options), signal)
        messages.push(...page.messages.map(messageFromProto))
        pageToken = page.nextPageToken
      } while (pageToken)
      return messages
    },

    async removeMessage(messageId) {
      const request = { messageId, requestId: newRequestId() }
      const call = caller.unary((options) => client.deleteMessage(request, options))
      return (await call).deletedCount
    },

    async search(query, pageToken, signal) {
      const request = { query, pageSize: HITS_PER_PAGE, pageToken: pageToken ?? '' }
      const page = await caller.unary(
        (options) => client.searchConversations(request, options),
        signal,
      )
      return {
        hits: page.hits.flatMap(searchHitFromProto),
        nextPageToken: page.nextPageToken || null,
      }
    },

    async export(conversationId, format, signal) {
      const request = { conversationId, format: FORMATS[format] }
      const call = caller.unary((options) => client.exportConversation(request, options), signal)
      const { fileName: name, contentType, content } = await call
      return { name, contentType, content }
    },

    async importPart(requestId, document, signal) {
      const request = { requestId, document }
      const { conversations, failures } = await caller.unary(
        (options) => client.importConversations(request, options),
        signal,
        IMPORT_DEADLINE_MS,
      )
      return {
        conversations: conversations.map(conversationFromProto),
        failures: failures.map(({ index, title, description }) => ({ index, title, description })),
      }
    },
  }
}

function required(proto: Parameters<typeof conversationFromProto>[0] | undefined): Conversation {
  if (!proto) throw new ApiError({ code: 'Internal' })
  return conversationFromProto(proto)
}

/** The user's conversations and their messages. */

import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { ConversationService } from '../gen/lamla/chat/v1/conversation_service_pb'
import type { Caller } from './caller'
import { conversationFromProto, messageFromProto } from './convert'
import { ApiError } from './errors'
import { newRequestId } from './request-id'
import type { Conversation, ConversationPage, Message } from './types'

const CONVERSATIONS_PER_PAGE = 30
const MESSAGES_PER_PAGE = 500

/** Each method throws ApiError. */
export interface Conversations {
  list: (pageToken: string | null, signal?: AbortSignal) => Promise<ConversationPage>
  get: (id: string, signal?: AbortSignal) => Promise<Conversation>
  rename: (id: string, title: string) => Promise<Conversation>
  remove: (id: string) => Promise<void>
  /** All messages of all branches, in order of creation. */
  messages: (id: string, signal?: AbortSignal) => Promise<Message[]>
}

export function createConversations(transport: Transport, caller: Caller): Conversations {
  const client = createClient(ConversationService, transport)
  return {
    async list(pageToken, signal) {
      const request = { pageSize: CONVERSATIONS_PER_PAGE, pageToken: pageToken ?? '' }
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

    async rename(conversationId, title) {
      const request = { conversationId, title, requestId: newRequestId() }
      const call = caller.unary((options) => client.updateConversation(request, options))
      return required((await call).conversation)
    },

    async remove(conversationId) {
      const request = { conversationId, requestId: newRequestId() }
      await caller.unary((options) => client.deleteConversation(request, options))
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
  }
}

function required(proto: Parameters<typeof conversationFromProto>[0] | undefined): Conversation {
  if (!proto) throw new ApiError({ code: 'Internal' })
  return conversationFromProto(proto)
}

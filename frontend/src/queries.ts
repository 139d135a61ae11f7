/** What is remembered of the server's answers, and how often a failed call is made again. */

import type { InfiniteData } from '@tanstack/react-query'
import { QueryClient, useQuery } from '@tanstack/react-query'
import type { Conversation, ConversationPage, DocumentFilter, Models, Scope } from './api'
import { ApiError } from './api'
import { useServices } from './services'

const LONGEST_WAIT_MS = 4_000
const FRESH_MS = 30_000
const MODELS_FRESH_MS = 5 * 60_000

export const keys = {
  /** All lists of conversations at once, to invalidate them. */
  conversations: ['conversations'] as const,
  conversationList: (which: 'current' | 'archived') => ['conversations', which] as const,
  /** All searches at once, to invalidate them. */
  searches: ['search'] as const,
  search: (query: string) => ['search', query] as const,
  models: ['models'] as const,
  conversation: (id: string) => ['conversation', id] as const,
  messages: (id: string) => ['messages', id] as const,
  /** All lists of documents at once, to invalidate them. */
  documents: ['documents'] as const,
  documentList: (filter: DocumentFilter) => ['documents', filter] as const,
  anyDocument: ['any-document'] as const,
  /** All single documents at once. */
  allOfDocument: ['document'] as const,
  document: (id: string) => ['document', id] as const,
  documentPage: (id: string, number: number) => ['document-page', id, number] as const,
  collections: ['collections'] as const,
  passages: (query: string, scope: Scope | null) => ['passages', query, scope] as const,
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: 'always', // The server may be this machine, without any network.
        staleTime: FRESH_MS,
        retry: (failures, error) => isPassing(error) || (canRetry(error) && failures < 2),
        retryDelay: (failures, error) =>
          Math.max(Math.min(LONGEST_WAIT_MS, 1_000 * 2 ** failures), waitOf(error)),
      },
      mutations: { networkMode: 'always' },
    },
  })
}

/** A conversation as the list has it, until its own reading has come. */
export function listedConversation(client: QueryClient, id: string): Conversation | undefined {
  const lists = client.getQueriesData<InfiniteData<ConversationPage>>({
    queryKey: keys.conversations,
  })
  return lists
    .flatMap(([, list]) => list?.pages ?? [])
    .flatMap(({ conversations }) => conversations)
    .find((one) => one.id === id)
}

/** The models that there are and what may be asked of them; undefined until that is known. */
export function useModels(): Models | undefined {
  const { api } = useServices()
  const { data } = useQuery({
    queryKey: keys.models,
    queryFn: ({ signal }) => api.chat.models(signal),
    // Empty while no provider can be reached, which changes soon.
    staleTime: ({ state }) => (state.data?.models.length ? MODELS_FRESH_MS : 0),
  })
  return data
}

/** Failures that end by themselves: the page keeps trying, and says so. */
function isPassing(error: Error): boolean {
  return error instanceof ApiError && (error.code === 'Unavailable' || error.retryAfterMs !== null)
}

const canRetry = (error: Error) => error instanceof ApiError && error.canRetry
const waitOf = (error: Error) => (error instanceof ApiError ? (error.retryAfterMs ?? 0) : 0)

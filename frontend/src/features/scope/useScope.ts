/** Which documents the answers of a chat rest on. */

import { useQuery } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import type { Scope } from '../../api'
import { keys, listedConversation } from '../../queries'
import { useServices } from '../../services'
import { ALL_DOCUMENTS } from './scopes'

const FRESH_MS = 5 * 60_000
const FIRST = { collectionId: null, states: [], titleContains: '' }

/** Null is a chat that begins with its first question. */
export function useScope(conversationId: string | null): Scope {
  const { api, queryClient, scopes } = useServices()
  const chosen = useSyncExternalStore(scopes.subscribe, scopes.get)
  const { data } = useQuery({
    queryKey: keys.conversation(conversationId ?? ''),
    queryFn: ({ signal }) => api.conversations.get(conversationId ?? '', signal),
    enabled: conversationId !== null,
  })
  const stored = data ?? listedConversation(queryClient, conversationId ?? '')
  return chosen.get(scopes.placeOf(conversationId)) ?? stored?.scope ?? ALL_DOCUMENTS
}

/** Whether the user has any document; false until that is known. */
export function useHasDocuments(): boolean {
  const { api } = useServices()
  const { data } = useQuery({
    queryKey: keys.anyDocument,
    queryFn: async ({ signal }) => {
      const { documents } = await api.library()
      const page = await documents.list(FIRST, { pageToken: null, pageSize: 1 }, signal)
      return page.totalCount > 0
    },
    // Without documents there may be some soon.
    staleTime: ({ state }) => (state.data ? FRESH_MS : 0),
    retry: false,
  })
  return data ?? false
}

/** Whether documents are searched for a question in this chat. */
export function useIsSearched(conversationId: string | null): boolean {
  const { kind } = useScope(conversationId)
  return useHasDocuments() && kind !== 'nothing'
}

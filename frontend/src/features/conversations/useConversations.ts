/** The list of conversations, and what can be done with one. */

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import type { Conversation } from '../../api'
import { keys } from '../../queries'
import { navigate, NEW_CHAT, pathOf } from '../../router'
import { useServices } from '../../services'
import { placeOf } from '../chat/turns'

export function useConversations() {
  const { api } = useServices()
  const query = useInfiniteQuery({
    queryKey: keys.conversationList('current'),
    queryFn: ({ pageParam, signal }) => api.conversations.list({ pageToken: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextPageToken,
  })
  const all = query.data?.pages.flatMap(({ conversations }) => conversations) ?? []
  // One that was used while the list was paged is on two pages: the first is the newer.
  const byId = new Map([...all].reverse().map((conversation) => [conversation.id, conversation]))
  return { ...query, conversations: [...byId.values()].reverse() }
}

export function useRename(conversation: Conversation) {
  const { api } = useServices()
  const client = useQueryClient()
  return useMutation({
    mutationFn: (title: string) => api.conversations.update(conversation.id, { title }),
    onSuccess: (renamed) => {
      client.setQueryData(keys.conversation(conversation.id), renamed)
      return client.invalidateQueries({ queryKey: keys.conversations })
    },
  })
}

export function useRemove(conversation: Conversation) {
  const { api, turns } = useServices()
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => api.conversations.remove(conversation.id),
    onSuccess: () => {
      for (const turn of turns.get()) {
        if (placeOf(turn) === conversation.id) turns.discard(turn.key)
      }
      if (location.pathname === pathOf(conversation.id)) navigate(NEW_CHAT, { replace: true })
      client.removeQueries({ queryKey: keys.messages(conversation.id) })
      client.removeQueries({ queryKey: keys.conversation(conversation.id) })
      return client.invalidateQueries({ queryKey: keys.conversations })
    },
  })
}

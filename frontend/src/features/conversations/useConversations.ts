/** A list of conversations: the current ones, or those in the archive. */

import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo, useSyncExternalStore } from 'react'
import { keys } from '../../queries'
import { useServices } from '../../services'
import { placeOf } from '../chat/turns'

export type ListName = 'current' | 'archived'

/** How soon an answer that is written elsewhere is seen to have ended. */
const ACTIVE_INTERVAL_MS = 5_000

export function useConversations(name: ListName) {
  const { api } = useServices()
  const query = useInfiniteQuery({
    queryKey: keys.conversationList(name),
    queryFn: ({ pageParam, signal }) =>
      api.conversations.list({ pageToken: pageParam, isArchived: name === 'archived' }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextPageToken,
    refetchInterval: ({ state }) => {
      const all = state.data?.pages.flatMap(({ conversations }) => conversations)
      const isActive = all?.some(({ activeGenerationIds }) => activeGenerationIds.length > 0)
      return isActive ? ACTIVE_INTERVAL_MS : false
    },
  })
  const { data } = query
  const conversations = useMemo(() => {
    const all = data?.pages.flatMap((page) => page.conversations) ?? []
    // One that was used while the list was paged is on two pages: the first is the newer.
    const byId = new Map([...all].reverse().map((conversation) => [conversation.id, conversation]))
    return [...byId.values()].reverse()
  }, [data])
  return { ...query, conversations }
}

/** The ids of conversations in which this page follows an answer. */
export function useAnswering(): ReadonlySet<string> {
  const { turns } = useServices()
  const all = useSyncExternalStore(turns.subscribe, turns.get)
  return useMemo(() => {
    const running = all.filter(({ phase }) => phase !== 'failed')
    return new Set(running.map(placeOf).filter((id) => id !== null))
  }, [all])
}

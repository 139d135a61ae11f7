/** Words in titles and messages, found by the server. */

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import { keys } from '../../queries'
import { useServices } from '../../services'
import { useSettled } from '../../ui/useSettled'

/** A pause in typing. */
const PAUSE_MS = 180
/** Fewer letters find nearly everything. */
const SHORTEST = 2
/** The contract's limit. */
const LONGEST = 200

export function useSearch(text: string) {
  const { api } = useServices()
  const query = useSettled(firstLetters(text.trim()), PAUSE_MS)
  const enabled = query.length >= SHORTEST
  const search = useInfiniteQuery({
    queryKey: keys.search(query),
    queryFn: ({ pageParam, signal }) => api.conversations.search(query, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextPageToken,
    placeholderData: keepPreviousData,
    enabled,
  })
  return {
    hits: enabled ? (search.data?.pages.flatMap(({ hits }) => hits) ?? []) : [],
    isSearching: text.trim().length >= SHORTEST && (search.isFetching || query !== text.trim()),
    error: enabled ? search.error : null,
    more: enabled && search.hasNextPage ? () => void search.fetchNextPage() : null,
  }
}

const firstLetters = (text: string) => Array.from(text).slice(0, LONGEST).join('')

/** The user's documents and collections, as the server lists them. */

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import type { Collection, Document, DocumentFilter } from '../../api'
import { keys } from '../../queries'
import { useServices } from '../../services'
import { withNews } from './document-cache'
import type { Order } from './orders'
import { ordered } from './orders'

const NO_COLLECTIONS: readonly Collection[] = []
/** The contract's most. */
const ALL_AT_ONCE = 100

export const EVERYTHING: DocumentFilter = { collectionId: null, states: [], titleContains: '' }

/** Loads page after page; in another order than the server's, all of them. */
export function useDocuments(filter: DocumentFilter, order: Order) {
  const { api, queryClient } = useServices()
  const query = useInfiniteQuery({
    queryKey: keys.documentList(filter),
    queryFn: async ({ pageParam, signal }) => {
      const { documents } = await api.library()
      const since = Date.now()
      const asked = { pageToken: pageParam, pageSize: ALL_AT_ONCE }
      const page = await documents.list(filter, asked, signal)
      return withNews(queryClient, page, filter, since)
    },
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextPageToken,
    placeholderData: keepPreviousData,
  })
  const { data, hasNextPage, isFetchingNextPage, isError, fetchNextPage } = query
  const needsAll = order !== 'newest'
  useEffect(() => {
    if (needsAll && hasNextPage && !isFetchingNextPage && !isError) void fetchNextPage()
  }, [needsAll, hasNextPage, isFetchingNextPage, isError, fetchNextPage])

  const documents = useMemo(() => {
    const all = data?.pages.flatMap((page) => page.documents) ?? []
    return ordered(all, order)
  }, [data, order])
  return { ...query, documents, totalCount: data?.pages.at(-1)?.totalCount ?? 0 }
}

export function useCollections() {
  const { api } = useServices()
  const query = useQuery({
    queryKey: keys.collections,
    queryFn: async ({ signal }) => (await api.library()).collections.list(signal),
  })
  return { ...query, collections: query.data ?? NO_COLLECTIONS }
}

/** Follows how documents are read for as long as it is shown. */
export function useIngestion(): void {
  const { ingestion } = useServices()
  useEffect(() => ingestion.follow(), [ingestion])
}

export const namesOf = (document: Document, collections: readonly Collection[]) =>
  collections.filter(({ id }) => document.collectionIds.includes(id)).map(({ name }) => name)

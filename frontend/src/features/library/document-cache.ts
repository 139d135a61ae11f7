/** Keeps the remembered documents in step with what the server tells of them. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Document, DocumentFilter, DocumentPageOfList } from '../../api'
import { keys } from '../../queries'

export type DocumentList = InfiniteData<DocumentPageOfList, string | null>

/** A document is as `document` says. An older state of it changes nothing. */
export function documentChanged(client: QueryClient, document: Document): void {
  const known = client.getQueryData<Document>(keys.document(document.id))
  if (known && known.updateTime > document.updateTime) return
  client.setQueryData(keys.document(document.id), document)
  changeLists(client, (list, filter) => listWith(list, filter, document))
}

export function documentRemoved(client: QueryClient, id: string): void {
  client.removeQueries({ queryKey: keys.document(id) })
  changeLists(client, (list) => listWithout(list, id))
}

/** A page of a list, with what was told of documents while it was on its way. */
export function withNews(
  client: QueryClient,
  page: DocumentPageOfList,
  filter: DocumentFilter,
  since: number,
): DocumentPageOfList {
  const told = client
    .getQueryCache()
    .findAll({ queryKey: keys.allOfDocument })
    .filter(({ state }) => state.dataUpdatedAt >= since)
    .flatMap(({ state }) => (state.data ? [state.data as Document] : []))
  const list: DocumentList = { pages: [page], pageParams: [null] }
  return told.reduce((all, one) => listWith(all, filter, one), list).pages[0] ?? page
}

/** A document as any list has it. */
export function knownDocument(client: QueryClient, id: string): Document | undefined {
  const lists = client.getQueriesData<DocumentList>({ queryKey: keys.documents })
  return (
    client.getQueryData<Document>(keys.document(id)) ??
    lists
      .flatMap(([, list]) => list?.pages ?? [])
      .flatMap(({ documents }) => documents)
      .find((one) => one.id === id)
  )
}

function changeLists(
  client: QueryClient,
  change: (list: DocumentList, filter: DocumentFilter) => DocumentList,
): void {
  for (const [key, list] of client.getQueriesData<DocumentList>({ queryKey: keys.documents })) {
    const filter = key[1] as DocumentFilter
    if (list) client.setQueryData(key, change(list, filter))
  }
}

/** The list with the document in its place, as far as it belongs into what is loaded of it. */
export function listWith(
  list: DocumentList,
  filter: DocumentFilter,
  document: Document,
): DocumentList {
  const isListed = list.pages.some(({ documents }) =>
    documents.some(({ id }) => id === document.id),
  )
  if (!fits(document, filter)) return isListed ? listWithout(list, document.id) : list
  if (isListed) {
    return changePages(list, (documents) =>
      documents.map((one) => (one.id === document.id ? document : one)),
    )
  }
  const isBefore = (one: Document) => one.createTime <= document.createTime
  const page = list.pages.findIndex(({ documents }) => documents.some(isBefore))
  // An older one than all that are loaded stands on a page that is still to come.
  if (page < 0 && list.pages.at(-1)?.nextPageToken) return list
  const target = page < 0 ? list.pages.length - 1 : page
  return changePages(
    list,
    (documents, index) => {
      if (index !== target) return documents
      const place = documents.findIndex(isBefore)
      return documents.toSpliced(place < 0 ? documents.length : place, 0, document)
    },
    1,
  )
}

export function listWithout(list: DocumentList, id: string): DocumentList {
  const isListed = list.pages.some(({ documents }) => documents.some((one) => one.id === id))
  if (!isListed) return list
  return changePages(list, (documents) => documents.filter((one) => one.id !== id), -1)
}

function changePages(
  list: DocumentList,
  change: (documents: Document[], index: number) => Document[],
  added = 0,
): DocumentList {
  const pages = list.pages.map((page, index) => ({
    ...page,
    documents: change(page.documents, index),
    totalCount: page.totalCount + added,
  }))
  return { ...list, pages }
}

export function fits(document: Document, filter: DocumentFilter): boolean {
  const { collectionId, states, titleContains } = filter
  const words = titleContains.toLowerCase()
  const isNamed = [document.title, document.fileName].some((name) =>
    name.toLowerCase().includes(words),
  )
  const isIn = collectionId === null || document.collectionIds.includes(collectionId)
  return isNamed && isIn && (states.length === 0 || states.includes(document.state))
}

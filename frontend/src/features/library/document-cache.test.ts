import type { QueryClient } from '@tanstack/react-query'
import { beforeEach, describe, expect, test } from 'vitest'
import type { Document, DocumentFilter } from '../../api'
import { createQueryClient, keys } from '../../queries'
import type { DocumentList } from './document-cache'
import { documentChanged, documentRemoved } from './document-cache'
import { EVERYTHING } from './useDocuments'

let client: QueryClient

beforeEach(() => {
  client = createQueryClient()
})

function one(id: string, minute: number, change: Partial<Document> = {}): Document {
  const time = new Date(Date.UTC(2026, 0, 1, 0, minute))
  return {
    id,
    title: `${id}.pdf`,
    fileName: `${id}.pdf`,
    state: 'ready',
    collectionIds: [],
    createTime: time,
    updateTime: time,
    ...change,
  } as unknown as Document
}

function remember(filter: DocumentFilter, pages: Document[][], hasMore = false) {
  client.setQueryData<DocumentList>(keys.documentList(filter), {
    pages: pages.map((documents, index) => ({
      documents,
      nextPageToken: hasMore || index < pages.length - 1 ? 'next' : null,
      totalCount: 10,
    })),
    pageParams: pages.map(() => null),
  })
}

function listed(filter: DocumentFilter = EVERYTHING) {
  const list = client.getQueryData<DocumentList>(keys.documentList(filter))!
  return {
    ids: list.pages.map(({ documents }) => documents.map(({ id }) => id).join(' ')),
    total: list.pages[0]!.totalCount,
  }
}

describe('a document that has changed', () => {
  test('changes in its place', () => {
    remember(EVERYTHING, [[one('b', 2)], [one('a', 1)]])

    documentChanged(client, one('a', 1, { title: 'Other' }))

    const list = client.getQueryData<DocumentList>(keys.documentList(EVERYTHING))
    expect(list?.pages[1]?.documents[0]?.title).toBe('Other')
    expect(listed()).toEqual({ ids: ['b', 'a'], total: 10 })
  })

  test('is put where it belongs when it is new, in whatever order they come', () => {
    remember(EVERYTHING, [[]])

    for (const minute of [2, 1, 3]) documentChanged(client, one(`d${minute}`, minute))

    expect(listed()).toEqual({ ids: ['d3 d2 d1'], total: 13 })
  })

  test('that is older than all that are loaded waits for its page', () => {
    remember(EVERYTHING, [[one('b', 5)]], true)

    documentChanged(client, one('a', 1))

    expect(listed()).toEqual({ ids: ['b'], total: 10 })
  })

  test('leaves a list that it does not belong to any more, and comes to one where it does', () => {
    const reading: DocumentFilter = { ...EVERYTHING, states: ['queued', 'processing'] }
    const ready: DocumentFilter = { ...EVERYTHING, states: ['ready'] }
    remember(reading, [[one('a', 1, { state: 'processing' })]])
    remember(ready, [[]])

    documentChanged(client, one('a', 1))

    expect(listed(reading)).toEqual({ ids: [''], total: 9 })
    expect(listed(ready)).toEqual({ ids: ['a'], total: 11 })
  })

  test('belongs to lists of its collections and of its name', () => {
    const inBiology: DocumentFilter = { ...EVERYTHING, collectionId: 'biology' }
    const named: DocumentFilter = { ...EVERYTHING, titleContains: 'CELL' }
    remember(inBiology, [[]])
    remember(named, [[]])

    documentChanged(client, one('a', 1, { collectionIds: ['biology'] }))
    documentChanged(client, one('b', 2, { title: 'The cell' }))

    expect(listed(inBiology).ids).toEqual(['a'])
    expect(listed(named).ids).toEqual(['b'])
  })

  test('is not changed back by older news', () => {
    const newer = { ...one('a', 1), updateTime: new Date(Date.UTC(2026, 0, 2)) }
    remember(EVERYTHING, [[]])
    documentChanged(client, newer)

    documentChanged(client, one('a', 1, { state: 'processing' }))

    expect(client.getQueryData<Document>(keys.document('a'))?.state).toBe('ready')
  })
})

test('a document that was deleted is gone from every list', () => {
  remember(EVERYTHING, [[one('b', 2), one('a', 1)]])
  documentChanged(client, one('a', 1))

  documentRemoved(client, 'a')

  expect(listed()).toEqual({ ids: ['b'], total: 9 })
  expect(client.getQueryData(keys.document('a'))).toBeUndefined()
})

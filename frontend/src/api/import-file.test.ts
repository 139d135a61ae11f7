import { beforeEach, expect, test, vi } from 'vitest'
import type { ImportProgress } from './import-file'
import { importFile, partsOf, UnreadableFile } from './import-file'
import { conversation, refusal, ScriptedServer } from './testing'

let server: ScriptedServer
let documents: { requestId: string; document: string }[]

beforeEach(() => {
  server = new ScriptedServer()
  documents = []
  server.conversations.importConversations = ({ requestId, document }) => {
    documents.push({ requestId, document })
    return read(document)
  }
})

/** Reads all but what has no title. */
function read(document: string) {
  const content = JSON.parse(document) as unknown
  const items = (Array.isArray(content) ? content : [content]) as { title?: string }[]
  const failures = items.flatMap(({ title }, index) =>
    title ? [] : [{ index, title: '', description: 'It has no title.' }],
  )
  const titled = items.filter(({ title }) => title)
  return { conversations: titled.map(({ title = '' }) => conversation({ title })), failures }
}

async function importAll(text: string): Promise<ImportProgress[]> {
  const { conversations } = server.createApi()
  const all: ImportProgress[] = []
  for await (const progress of importFile(conversations, text, new AbortController().signal)) {
    all.push(progress)
  }
  return all
}

const padding = (bytes: number) => 'é'.repeat(bytes / 2)

test('a small list goes in one part, and unreadable ones are named', async () => {
  const progress = await importAll(JSON.stringify([{ title: 'One' }, {}, { title: 'Three' }]))

  expect(documents).toHaveLength(1)
  expect(progress.map(({ done, total }) => [done, total])).toEqual([
    [0, 3],
    [3, 3],
  ])
  expect(progress.at(-1)?.conversations.map(({ title }) => title)).toEqual(['One', 'Three'])
  expect(progress.at(-1)?.failures).toEqual([
    { index: 1, title: '', description: 'It has no title.' },
  ])
})

test('one conversation is sent as it stands in the file', async () => {
  const text = '{ "title": "One",\n "n": 1.0 }'

  await importAll(text)

  expect(documents[0]?.document).toBe(text)
})

test('a large list goes in parts of whole conversations, and places are those of the file', async () => {
  const items = Array.from({ length: 9 }, (_, index) => ({
    title: index === 7 ? '' : `Chat ${String(index)}`,
    text: padding(200_000),
  }))

  const progress = await importAll(JSON.stringify(items))

  expect(documents.length).toBeGreaterThan(3)
  expect(documents.flatMap(({ document }) => JSON.parse(document) as unknown[])).toEqual(items)
  expect(new Set(documents.map(({ requestId }) => requestId)).size).toBe(documents.length)
  expect(progress.at(-1)).toMatchObject({ done: 9, total: 9, failures: [{ index: 7 }] })
  expect(progress.at(-1)?.conversations).toHaveLength(8)
})

test('a conversation that no request can hold is named, and the others are read', async () => {
  const large = { title: 'Large', text: padding(4 * 1024 * 1024) }

  const progress = await importAll(JSON.stringify([{ title: 'a' }, large, { title: 'b' }]))

  expect(progress.at(-1)?.conversations.map(({ title }) => title)).toEqual(['a', 'b'])
  expect(progress.at(-1)?.failures).toMatchObject([{ index: 1, title: 'Large' }])
})

test('neither does one that this server’s edge refuses', async () => {
  server.conversations.importConversations = ({ document }) => {
    if (document.length > 300_000) throw refusal('ResourceExhausted', 'REQUEST_TOO_LARGE')
    return read(document)
  }
  const large = { title: 'Large', text: padding(700_000) }

  const progress = await importAll(JSON.stringify([large, { title: 'b' }]))

  expect(progress.at(-1)).toMatchObject({
    done: 2,
    conversations: [{ title: 'b' }],
    failures: [{ index: 0, title: 'Large' }],
  })
})

test('a part that did not arrive is sent again under the same name', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true })
  server.conversations.importConversations = ({ requestId, document }) => {
    documents.push({ requestId, document })
    if (documents.length === 1) throw refusal('Unavailable', 'DATABASE_UNAVAILABLE')
    return read(document)
  }

  const progress = await importAll('[{"title":"One"}]')
  vi.useRealTimers()

  expect(progress.at(-1)?.conversations).toHaveLength(1)
  expect(documents[0]).toEqual(documents[1])
})

test('a file that the server refuses is refused', async () => {
  server.conversations.importConversations = () => {
    throw refusal('InvalidArgument', 'INVALID_FIELD')
  }

  await expect(importAll('[1]')).rejects.toMatchObject({ reason: 'INVALID_FIELD' })
})

test.each(['', 'no JSON', '"text"', 'null', '7'])('%j is no file of ours', (text) => {
  expect(() => partsOf(text)).toThrow(UnreadableFile)
})

test('an empty list is read at once', async () => {
  expect((await importAll('[]')).at(-1)).toMatchObject({ done: 0, total: 0 })
  expect(documents).toEqual([])
})

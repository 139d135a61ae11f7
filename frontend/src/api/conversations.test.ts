import { beforeEach, expect, test } from 'vitest'
import { ExportFormat } from '../gen/lamla/chat/v1/conversation_service_pb'
import type { Api } from './index'
import { conversation, refusal, ScriptedServer } from './testing'

let server: ScriptedServer
let api: Api

beforeEach(() => {
  server = new ScriptedServer()
  api = server.createApi()
})

test('a list is of the archived ones or of the others', async () => {
  const asked: boolean[] = []
  server.conversations.listConversations = ({ archived, pageToken }) => {
    asked.push(archived)
    return { conversations: [conversation({ archived, pinned: true })], nextPageToken: pageToken }
  }

  const archived = await api.conversations.list({ pageToken: 'x', isArchived: true })
  const current = await api.conversations.list({ pageToken: null })

  expect(asked).toEqual([true, false])
  expect(archived.conversations[0]).toMatchObject({ isArchived: true, isPinned: true })
  expect([archived.nextPageToken, current.nextPageToken]).toEqual(['x', null])
})

test('a change says only what is to change', async () => {
  const asked: object[] = []
  server.conversations.updateConversation = ({ title, pinned, archived, currentMessageId }) => {
    asked.push({ title, pinned, archived, currentMessageId })
    return { conversation: conversation({ pinned: pinned ?? false }) }
  }

  expect(await api.conversations.update('c', { isPinned: false })).toMatchObject({
    isPinned: false,
  })
  await api.conversations.update('c', { title: 'New', isArchived: true, currentMessageId: 'm' })

  expect(asked).toEqual([
    { title: undefined, pinned: false, archived: undefined, currentMessageId: undefined },
    { title: 'New', pinned: undefined, archived: true, currentMessageId: 'm' },
  ])
})

test('what was removed can be brought back', async () => {
  const removed = new Set<string>()
  server.conversations.deleteConversation = ({ conversationId }) => {
    removed.add(conversationId)
    return {}
  }
  server.conversations.undeleteConversation = ({ conversationId }) => {
    removed.delete(conversationId)
    return { conversation: conversation({ conversationId }) }
  }

  await api.conversations.remove('c')
  expect(removed).toEqual(new Set(['c']))

  expect(await api.conversations.restore('c')).toMatchObject({ id: 'c' })
  expect(removed).toEqual(new Set())
})

test('a removed message says how many went with it', async () => {
  server.conversations.deleteMessage = ({ messageId }) => ({
    deletedCount: messageId === 'm' ? 3 : 0,
  })

  expect(await api.conversations.removeMessage('m')).toBe(3)
})

test('highlights are given in UTF-16 units, as slice takes them', async () => {
  const snippet = '😀 why? 👩‍🚀 why'
  server.conversations.searchConversations = ({ query }) => ({
    hits: [
      {
        conversation: conversation(),
        messageId: 'm',
        snippet,
        highlights: [
          { start: 2, end: 2 + query.length },
          { start: 11, end: 14 },
        ],
      },
      { conversation: conversation(), snippet: 'A title' },
    ],
    nextPageToken: 'next',
  })

  const { hits, nextPageToken } = await api.conversations.search('why', null)

  expect(nextPageToken).toBe('next')
  expect(hits[0]?.highlights.map(({ start, end }) => snippet.slice(start, end))).toEqual([
    'why',
    'why',
  ])
  expect(hits.map(({ messageId }) => messageId)).toEqual(['m', null])
})

test.each([
  ['markdown', ExportFormat.MARKDOWN],
  ['json', ExportFormat.JSON],
] as const)('an export as %s is a file', async (format, wanted) => {
  server.conversations.exportConversation = ({ format: asked }) => ({
    fileName: asked === wanted ? 'it' : 'another',
    contentType: 'text/markdown',
    content: '# 😀',
  })

  expect(await api.conversations.export('c', format)).toEqual({
    name: 'it',
    contentType: 'text/markdown',
    content: '# 😀',
  })
})

test('a refusal is typed', async () => {
  server.conversations.undeleteConversation = () => {
    throw refusal('NotFound', 'CONVERSATION_NOT_FOUND')
  }

  await expect(api.conversations.restore('c')).rejects.toMatchObject({
    code: 'NotFound',
    reason: 'CONVERSATION_NOT_FOUND',
  })
})

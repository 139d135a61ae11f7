import { beforeEach, expect, test, vi } from 'vitest'
import { refusal, ScriptedServer } from './testing'

let server: ScriptedServer

beforeEach(() => {
  server = new ScriptedServer()
  server.conversations.listConversations = () => ({ conversations: [] })
})

test('the first visit makes a guest at once', async () => {
  const { session } = server.createApi()

  await session.accessToken()

  expect(server.calls).toEqual(['Refresh', 'CreateGuest'])
  expect(session.account?.role).toBe('guest')
})

test('a reload goes on as the same user by the cookie', async () => {
  server.hasCookie = true

  await server.createApi().session.accessToken()

  expect(server.calls).toEqual(['Refresh'])
})

test('an unreachable server makes no second guest', async () => {
  server.isDown = true
  const { session } = server.createApi()

  await expect(session.accessToken()).rejects.toMatchObject({ unreachable: true })

  expect(server.calls).toEqual(['Refresh'])
})

test('many refused calls share one renewal, and each is made once more', async () => {
  server.hasCookie = true
  const { conversations } = server.createApi()
  await conversations.list({ pageToken: null })
  server.refused.add('token-1')
  server.calls = []

  await Promise.all([
    conversations.list({ pageToken: null }),
    conversations.list({ pageToken: null }),
    conversations.list({ pageToken: null }),
  ])

  expect(server.calls.filter((call) => call === 'Refresh')).toHaveLength(1)
  expect(server.calls.filter((call) => call === 'ListConversations')).toHaveLength(6)
})

test('a second refusal is reported and not renewed again', async () => {
  server.hasCookie = true
  server.refused.add('token-1').add('token-2')

  await expect(server.createApi().conversations.list({ pageToken: null })).rejects.toMatchObject({
    reason: 'TOKEN_EXPIRED',
  })

  expect(server.calls).toEqual(['Refresh', 'ListConversations', 'Refresh', 'ListConversations'])
})

test('other refusals renew nothing', async () => {
  server.conversations.listConversations = () => {
    throw refusal('PermissionDenied', 'ROLE_NOT_ALLOWED')
  }

  await expect(server.createApi().conversations.list({ pageToken: null })).rejects.toMatchObject({
    reason: 'ROLE_NOT_ALLOWED',
  })

  expect(server.calls).toEqual(['Refresh', 'CreateGuest', 'ListConversations'])
})

test('a token is renewed before it expires', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  server.hasCookie = true
  const { session } = server.createApi()

  const first = await session.accessToken()
  vi.setSystemTime(Date.now() + 13 * 60_000)
  const same = await session.accessToken()
  vi.setSystemTime(Date.now() + 90_000)
  const next = await session.accessToken()
  vi.useRealTimers()

  expect([first, same, next]).toEqual(['token-1', 'token-1', 'token-2'])
})

test('listeners learn of another user only', async () => {
  server.hasCookie = true
  const { session } = server.createApi()
  const heard = vi.fn()
  session.subscribe(heard)

  const token = await session.accessToken()
  await session.accessTokenAfter(token)
  expect(heard).toHaveBeenCalledTimes(1)

  server.userId = '0192f0c1-0000-7000-8000-0000000000ff'
  await session.accessTokenAfter('token-2')
  expect(heard).toHaveBeenCalledTimes(2)
})

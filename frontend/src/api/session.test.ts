import { beforeEach, expect, test, vi } from 'vitest'
import type { SessionChange } from './index'
import type { OtherTabs } from './other-tabs'
import { noOtherTabs } from './other-tabs'
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

const ADA = { email: 'ada@example.com', password: 'correct horse' }

/** Two tabs of one browser: what one announces the other hears. */
function twoTabs(): [OtherTabs, OtherTabs] {
  const heard: (() => void)[] = []
  const one = noOtherTabs()
  const other = noOtherTabs()
  one.announce = () => {
    other.email = one.email
    for (const listener of heard) listener()
  }
  other.onChange = (listener) => heard.push(listener)
  return [one, other]
}

function changesOf({ session }: ReturnType<ScriptedServer['createApi']>): SessionChange[] {
  const changes: SessionChange[] = []
  session.subscribe((change) => changes.push(change))
  return changes
}

test('a guest who registers is sent with its token, and becomes the account', async () => {
  const tokens: (string | null)[] = []
  server.identity.register = ({ email, displayName }, { requestHeader }) => {
    tokens.push(requestHeader.get('authorization'))
    return server.beSomebody({ email, displayName })
  }
  const api = server.createApi()
  await api.session.accessToken()
  const before = api.session.account?.id
  const changes = changesOf(api)

  await api.session.register({ ...ADA, displayName: 'Ada' })

  expect(tokens).toEqual(['Bearer token-1'])
  expect(changes).toEqual(['registered'])
  expect(api.session.account).toMatchObject({ id: before, role: 'student', displayName: 'Ada' })
})

test('a guest who signs in is sent with its token, so that its conversations come along', async () => {
  const tokens: (string | null)[] = []
  server.identity.login = ({ email }, { requestHeader }) => {
    tokens.push(requestHeader.get('authorization'))
    return server.beSomebody({ email, displayName: 'Ada' })
  }
  const api = server.createApi()
  await api.session.accessToken()

  await api.session.login(ADA)
  await api.session.login(ADA)

  expect(tokens).toEqual(['Bearer token-1', null])
})

test('signing in makes another account, and calls are made with its token', async () => {
  const api = server.createApi()
  await api.session.accessToken()
  const changes = changesOf(api)

  await api.session.login(ADA)

  expect(changes).toEqual(['signed-in'])
  expect(api.session.account).toMatchObject({ role: 'student', email: ADA.email })
  expect(await api.session.accessToken()).toBe('token-2')
})

test('a sign-in that is refused changes nothing', async () => {
  server.identity.login = () => {
    throw refusal('Unauthenticated', 'CREDENTIALS_INVALID')
  }
  const api = server.createApi()
  await api.session.accessToken()
  const changes = changesOf(api)

  await expect(api.session.login(ADA)).rejects.toMatchObject({ reason: 'CREDENTIALS_INVALID' })

  expect(changes).toEqual([])
  expect(api.session.account?.role).toBe('guest')
})

test('signing out goes on as a guest', async () => {
  const api = server.createApi()
  await api.session.login(ADA)
  const changes = changesOf(api)

  await api.session.logout()

  expect(changes).toEqual(['signed-out'])
  expect(api.session.account?.role).toBe('guest')
  expect(api.session.rememberedEmail).toBe('')
})

test('an account whose session ended is not made a guest behind its back', async () => {
  const api = server.createApi()
  await api.session.login(ADA)
  const changes = changesOf(api)
  server.hasCookie = false
  server.refused.add('token-1')
  server.calls = []

  const list = api.conversations.list({ pageToken: null })

  await expect(list).rejects.toMatchObject({ reason: 'SESSION_ENDED' })
  expect(changes).toEqual(['ended'])
  expect(api.session.hasEnded).toBe(true)
  expect(api.session.rememberedEmail).toBe(ADA.email)
  expect(server.calls).not.toContain('CreateGuest')
  await expect(api.session.accessToken()).rejects.toMatchObject({ reason: 'SESSION_ENDED' })
})

test('neither after a reload', async () => {
  const tabs = { ...noOtherTabs(), email: ADA.email }
  const { session } = server.createApi(tabs)

  await expect(session.accessToken()).rejects.toMatchObject({ reason: 'SESSION_ENDED' })

  expect(session.hasEnded).toBe(true)
  await session.continueAsGuest()
  expect(session.hasEnded).toBe(false)
  expect(tabs.email).toBe('')
})

test('a check finds that the session was ended elsewhere, or that the name is another one', async () => {
  const api = server.createApi()
  await api.session.login(ADA)
  const changes = changesOf(api)

  server.displayName = 'Countess'
  await api.session.check()
  expect(api.session.account?.displayName).toBe('Countess')

  server.hasCookie = false
  server.refused.add('token-1')
  await expect(api.session.check()).rejects.toMatchObject({ reason: 'SESSION_ENDED' })
  expect(changes).toEqual(['begun', 'ended'])
})

test('a guest whose session ended is another guest', async () => {
  const api = server.createApi()
  await api.session.accessToken()
  const changes = changesOf(api)
  server.hasCookie = false
  server.userId = '0192f0c1-0000-7000-8000-0000000000ff'

  await api.session.accessTokenAfter('token-1')

  expect(changes).toEqual(['replaced'])
})

test('another tab follows a sign-in and a sign-out', async () => {
  const [here, there] = twoTabs()
  const one = server.createApi(here)
  const other = server.createApi(there)
  await one.session.accessToken()
  await other.session.accessToken()
  const changes = changesOf(other)

  await one.session.login(ADA)
  await vi.waitFor(() => {
    expect(other.session.account?.email).toBe(ADA.email)
  })
  await one.session.logout()
  await vi.waitFor(() => {
    expect(other.session.account?.role).toBe('guest')
  })

  expect(changes).toEqual(['changed-elsewhere', 'changed-elsewhere'])
})

test('a renewal that was under way does not undo a sign-in', async () => {
  const api = server.createApi()
  await api.session.accessToken()
  let answer: () => void = () => undefined
  const held = new Promise<void>((resolve) => {
    answer = resolve
  })
  server.identity.refresh = async () => {
    await held
    throw refusal('Unauthenticated', 'SESSION_ENDED')
  }
  const renewal = api.session.accessTokenAfter('token-1')
  await api.session.login(ADA)
  answer()
  await renewal.catch(() => undefined)

  expect(api.session.account?.email).toBe(ADA.email)
  expect(api.session.hasEnded).toBe(false)
})

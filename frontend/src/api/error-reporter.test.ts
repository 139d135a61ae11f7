import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ErrorReport } from './reports'
import { refusal, ScriptedServer } from './testing'

let server: ScriptedServer
let reports: ErrorReport[][]

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  reports = []
  server = new ScriptedServer()
  server.reports.reportErrors = ({ errors }) => {
    reports.push(
      errors.map(({ kind, location, reason, requestId, count }) => ({
        kind,
        location,
        reason,
        requestId,
        count,
      })),
    )
    return {}
  }
})
afterEach(() => vi.useRealTimers())

function thrownAt(stack: string, message = 'secret words'): Error {
  const error = new TypeError(message)
  error.stack = stack
  return error
}

const STACK = [
  'TypeError: secret words',
  '    at ask (https://lamla.example/assets/index-B1.js:1:2345)',
  '    at https://lamla.example/assets/markdown-C2.js:10:7',
  '    at chrome-extension://abcdef/content.js:1:1',
].join('\n')

async function passTime() {
  await vi.advanceTimersByTimeAsync(6_000)
}

test('an error is sent with its class and place, and without its words', async () => {
  const { errors } = server.createApi()

  const reference = errors.note(thrownAt(STACK))
  await passTime()

  expect(reports).toEqual([
    [
      {
        kind: 'TypeError',
        location: 'assets/index-B1.js:1:2345 assets/markdown-C2.js:10:7',
        reason: '',
        requestId: reference,
        count: 1,
      },
    ],
  ])
})

test('Firefox’s and Safari’s stacks are read as well', async () => {
  const { errors } = server.createApi()

  errors.note(thrownAt('ask@https://lamla.example/assets/index-B1.js:1:2\n@[native code]'))
  await passTime()

  expect(reports[0]?.[0]?.location).toBe('assets/index-B1.js:1:2')
})

test('a message that looks like a place is not sent', async () => {
  const { errors } = server.createApi()
  const message = 'read /assets/my-diary.txt:1:1'

  errors.note(thrownAt(`TypeError: ${message}\n    at /assets/a.js:1:1`, message))
  await passTime()

  expect(reports[0]?.[0]?.location).toBe('assets/a.js:1:1')
})

test('the same error is counted, others come along', async () => {
  const { errors } = server.createApi()

  errors.note(thrownAt(STACK))
  errors.note(thrownAt(STACK))
  errors.note('a string')
  await passTime()

  expect(reports[0]?.map(({ kind, count }) => [kind, count])).toEqual([
    ['TypeError', 2],
    ['string', 1],
  ])
})

test('a report has at most twenty errors, and a page sends so many at most', async () => {
  const { errors } = server.createApi()

  for (let report = 0; report < 30; report += 1) {
    for (let line = 0; line < 30; line += 1) {
      errors.note(thrownAt(`at /assets/a.js:${String(report)}:${String(line)}`))
    }
    await passTime()
  }

  expect(reports).toHaveLength(20)
  expect(Math.max(...reports.map((report) => report.length))).toBe(20)
})

test('a call that failed by a fault of ours is reported with its request', async () => {
  server.conversations.listConversations = () => {
    const error = refusal('Internal', 'INTERNAL')
    error.metadata.set('x-request-id', 'r-1')
    throw error
  }
  const { conversations } = server.createApi()

  await expect(conversations.list({ pageToken: null })).rejects.toThrow()
  await passTime()

  expect(reports[0]?.[0]).toMatchObject({
    kind: 'ApiError.Internal',
    reason: 'INTERNAL',
    requestId: 'r-1',
  })
})

test.each([
  ['NotFound', 'CONVERSATION_NOT_FOUND'],
  ['ResourceExhausted', 'RATE_LIMITED'],
  ['Unavailable', 'DATABASE_UNAVAILABLE'],
] as const)('a planned failure is not reported: %s', async (code, reason) => {
  server.conversations.listConversations = () => {
    throw refusal(code, reason)
  }
  const { conversations } = server.createApi()

  await expect(conversations.list({ pageToken: null })).rejects.toThrow()
  await passTime()

  expect(reports).toEqual([])
})

test('a report that fails is dropped and not reported', async () => {
  let calls = 0
  server.reports.reportErrors = () => {
    calls += 1
    throw refusal('Internal', 'INTERNAL')
  }
  const { errors } = server.createApi()

  errors.note(thrownAt(STACK))
  await passTime()
  await passTime()

  expect(calls).toBe(1)
})

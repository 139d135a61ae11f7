import { NO_EVIDENCE } from './types'
import { create } from '@bufbuild/protobuf'
import { Code, ConnectError } from '@connectrpc/connect'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { SendMessageRequest } from '../gen/lamla/chat/v1/chat_service_pb'
import type { GenerationEvent } from '../gen/lamla/chat/v1/generation_pb'
import { GenerationSchema, GenerationState } from '../gen/lamla/chat/v1/generation_pb'
import { SILENCE_MS } from './follow'
import {
  answerOf,
  cancelled,
  completed,
  event,
  failed,
  GENERATION_ID,
  heartbeat,
  refusal,
  ScriptedServer,
  snapshot,
  STARTED,
  started,
  tokens,
} from './testing'
import type { AnswerEvent, AnswerEvents } from './types'

const PIECES = ['Ünder', ' the ', '👩‍🚀', '\n漢字 ', '😀', 'e', '\u0301', ' <b>no markup</b>']
const TEXT = PIECES.join('')
const QUESTION = { requestId: 'r', conversationId: null, parentId: null, text: 'Why?' }

let server: ScriptedServer

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  server = new ScriptedServer()
  server.hasCookie = true
})
afterEach(() => vi.useRealTimers())

/** Serves `events` from wherever a reader is, whole. */
function serve(events: GenerationEvent[]) {
  server.chat.sendMessage = async function* () {
    yield* events
  }
  server.chat.resumeGeneration = async function* ({ afterSequence }) {
    yield* events.filter(({ sequence }) => sequence > afterSequence)
  }
}

/** Serves `first` and breaks off, then `rest` on a resume. */
function serveInTwo(first: GenerationEvent[], rest: GenerationEvent[]) {
  const resumes: number[] = []
  server.chat.sendMessage = async function* () {
    yield* first
    throw new ConnectError('', Code.Unavailable)
  }
  server.chat.resumeGeneration = async function* ({ afterSequence }) {
    resumes.push(afterSequence)
    yield* rest
  }
  return resumes
}

const send = (signal = new AbortController().signal) =>
  server.createApi().chat.sendMessage(QUESTION, signal)

/** Lets the wait pass that the reader begins next. */
function passTime(item: AnswerEvent) {
  if (item.type !== 'waiting') return
  queueMicrotask(() => vi.advanceTimersByTime(item.delayMs))
}

async function readAll(events: AnswerEvents): Promise<AnswerEvent[]> {
  const all: AnswerEvent[] = []
  for await (const item of events) {
    all.push(item)
    passTime(item)
  }
  return all
}

const last = (events: AnswerEvent[]) => events.at(-1) as Extract<AnswerEvent, { type: 'ended' }>
const types = (events: AnswerEvent[]) => events.map(({ type }) => type)

test('an answer is started, grows and ends', async () => {
  serve(answerOf(['Be', 'cause.']))

  const events = await readAll(send())

  expect(types(events)).toEqual(['started', 'text', 'text', 'ended'])
  expect(events[1]).toEqual({ type: 'text', text: 'Be' })
  expect(last(events)).toMatchObject({
    text: 'Because.',
    outcome: { state: 'complete', finishReason: 'stop' },
  })
})

describe('the text is byte-equal wherever the connection breaks', () => {
  const events = answerOf(PIECES)

  test.each(events.map((_, cut) => cut))('after event %i', async (cut) => {
    const sent: string[] = []
    const resumes: number[] = []
    serve(events)
    server.chat.sendMessage = async function* (request: SendMessageRequest) {
      sent.push(request.requestId)
      yield* events.slice(0, cut)
      if (cut > 0 || sent.length === 1) throw new ConnectError('', Code.Unavailable)
      yield* events
    }
    const resume = server.chat.resumeGeneration!
    server.chat.resumeGeneration = (request, context) => {
      resumes.push(request.afterSequence)
      return resume(request, context)
    }

    const seen = await readAll(send())

    expect(last(seen).text).toBe(TEXT)
    expect(resumes).toEqual(cut === 0 ? [] : [cut])
    expect(sent).toEqual(cut === 0 ? ['r', 'r'] : ['r'])
    expect(types(seen).filter((type) => type === 'text')).toHaveLength(PIECES.length)
  })

  test('at every third byte of the response', async () => {
    serve(events)
    const whole = events.length * 40
    for (let bytes = 1; bytes < whole; bytes += 3) {
      const api = server.createApi()
      await api.session.accessToken()
      server.cutAfterBytes = bytes

      const seen = await readAll(api.chat.sendMessage(QUESTION, new AbortController().signal))

      expect(last(seen).text).toBe(TEXT)
    }
  })
})

test('events that came before are ignored', async () => {
  serveInTwo(
    [started(), tokens(2, 'a😀', 0)],
    [started(), tokens(2, 'a😀', 0), tokens(3, 'b', 2), tokens(3, 'b', 2), completed(4, 'a😀b')],
  )

  const events = await readAll(send())

  expect(last(events).text).toBe('a😀b')
})

test('a gap is filled by a resume', async () => {
  serve(answerOf(PIECES))
  const events = answerOf(PIECES)
  server.chat.sendMessage = async function* () {
    yield* events.filter(({ sequence }) => sequence !== 4)
  }

  const seen = await readAll(send())

  expect(last(seen).text).toBe(TEXT)
  expect(types(seen)).toContain('waiting')
})

test('a text that differs is read again from the begin', async () => {
  const resumes = serveInTwo([started(), tokens(2, 'x', 7)], answerOf(['ab']))

  const events = await readAll(send())

  expect(last(events).text).toBe('ab')
  expect(resumes).toEqual([0])
})

test('a length that differs at the end is read again once', async () => {
  const wrong = [started(), tokens(2, 'ab', 0), completed(3, 'abc')]
  serve(wrong)

  const events = await readAll(send())

  expect(last(events).text).toBe('ab')
  expect(server.calls.filter((call) => call === 'ResumeGeneration')).toHaveLength(1)
})

test('a snapshot replaces the text', async () => {
  serveInTwo(
    [started(), tokens(2, 'old', 0)],
    [snapshot(9, 'new 😀'), tokens(10, '!', 5), completed(11, 'new 😀!')],
  )

  expect(last(await readAll(send())).text).toBe('new 😀!')
})

test('a new attempt cuts the text at a code point and goes on', async () => {
  const attemptChanged = event(4, {
    case: 'attemptChanged',
    value: { attempt: 2, provider: 'other', model: 'teacher-2', replaceFromOffset: 2 },
  })
  serve([
    started(),
    tokens(2, '😀😀', 0),
    tokens(3, 'x', 2),
    attemptChanged,
    tokens(5, 'y', 2),
    completed(6, '😀😀y'),
  ])

  const events = await readAll(send())

  expect(events[3]).toEqual({
    type: 'attempt',
    text: '😀😀',
    evidence: NO_EVIDENCE,
    model: 'teacher-2',
    provider: 'other',
  })
  expect(last(events).text).toBe('😀😀y')
})

test('two missed heartbeats resume, one that comes does not', async () => {
  const resumes: number[] = []
  let fallSilent: () => void
  const silent = new Promise<void>((resolve) => {
    fallSilent = resolve
  })
  server.chat.sendMessage = async function* (_, { signal }) {
    yield started()
    yield heartbeat()
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        resolve()
      })
      fallSilent()
    })
  }
  server.chat.resumeGeneration = async function* ({ afterSequence }) {
    resumes.push(afterSequence)
    yield completed(2, '')
  }

  const reading = readAll(send())
  await silent
  await vi.advanceTimersByTimeAsync(SILENCE_MS - 1_000)
  expect(resumes).toEqual([])
  await vi.advanceTimersByTimeAsync(2_000)

  expect(types(await reading)).toEqual(['started', 'alive', 'waiting', 'ended'])
  expect(resumes).toEqual([1])
})

describe('a send that fails before its first event', () => {
  test('is retried with the same request id, visibly and not for ever', async () => {
    const requestIds: string[] = []
    server.chat.sendMessage = (request) => {
      requestIds.push(request.requestId)
      throw refusal('Unavailable', 'DATABASE_UNAVAILABLE')
    }
    const waits: AnswerEvent[] = []

    const reading = async () => {
      for await (const item of send()) {
        waits.push(item)
        passTime(item)
      }
    }

    await expect(reading()).rejects.toMatchObject({ reason: 'DATABASE_UNAVAILABLE' })
    expect(requestIds).toEqual(['r', 'r', 'r', 'r', 'r'])
    expect(types(waits)).toEqual(['waiting', 'waiting', 'waiting', 'waiting'])
  })

  test.each([
    ['ResourceExhausted', 'RATE_LIMITED'],
    ['NotFound', 'CONVERSATION_NOT_FOUND'],
    ['Internal', 'INTERNAL'],
  ] as const)('is not retried when that would not help: %s %s', async (code, reason) => {
    server.chat.sendMessage = () => {
      throw refusal(code, reason)
    }

    await expect(readAll(send())).rejects.toMatchObject({ reason })
    expect(server.calls.filter((call) => call === 'SendMessage')).toHaveLength(1)
  })

  test('is sent again with a new token when the old one has expired', async () => {
    serve(answerOf(['ok']))
    server.refused.add('token-1')

    expect(last(await readAll(send())).text).toBe('ok')
    expect(server.calls).toEqual(['Refresh', 'SendMessage', 'Refresh', 'SendMessage'])
  })
})

test('a stream stays waiting for a server that is away, and goes on when it is back', async () => {
  const events = answerOf(PIECES)
  serve(events)
  server.chat.sendMessage = async function* () {
    yield* events.slice(0, 3)
    server.isDown = true
    throw new ConnectError('', Code.Unavailable)
  }

  const seen: AnswerEvent[] = []
  for await (const item of send()) {
    seen.push(item)
    if (item.type !== 'waiting') continue
    server.isDown = item.attempt < 12
    passTime(item)
  }

  expect(last(seen).text).toBe(TEXT)
  expect(types(seen).filter((type) => type === 'waiting')).toHaveLength(12)
})

test.each([
  ['cancelled', cancelled(3, 'ab'), { state: 'cancelled', failure: null }],
  ['failed', failed(3, 'ab', 'PROVIDER_INTERRUPTED'), { state: 'failed' }],
  ['interrupted', failed(3, 'ab', 'GENERATION_INTERRUPTED'), { state: 'interrupted' }],
])('an answer can end %s and keeps its text', async (_, end, outcome) => {
  serve([started(), tokens(2, 'ab', 0), end])

  expect(last(await readAll(send()))).toMatchObject({ text: 'ab', outcome })
})

test('after a reload an answer goes on from what the server has of it', async () => {
  serve(answerOf(PIECES))
  server.chat.getGeneration = () => ({
    generation: create(GenerationSchema, {
      ...STARTED,
      generationId: GENERATION_ID,
      state: GenerationState.GENERATING,
      text: PIECES.slice(0, 3).join(''),
      lastSequence: 4,
    }),
  })

  const events = await readAll(
    server.createApi().chat.resume(GENERATION_ID, new AbortController().signal),
  )

  expect(events[0]).toMatchObject({
    type: 'snapshot',
    start: { answerId: STARTED.answerMessageId },
    text: PIECES.slice(0, 3).join(''),
  })
  expect(last(events).text).toBe(TEXT)
})

test('leaving ends the request', async () => {
  const controller = new AbortController()
  let isClosed = false
  server.chat.sendMessage = async function* (_, { signal }) {
    yield started()
    await new Promise<void>((resolve) => {
      signal.addEventListener('abort', () => {
        isClosed = true
        resolve()
      })
    })
  }

  const events = send(controller.signal)
  await events.next()
  const next = events.next()
  controller.abort()

  await expect(next).rejects.toThrow()
  await vi.waitFor(() => {
    expect(isClosed).toBe(true)
  })
})

test('stopping gives how the answer ended', async () => {
  server.chat.cancelGeneration = () => ({
    generation: create(GenerationSchema, { state: GenerationState.CANCELLED, text: 'ab' }),
  })

  expect(await server.createApi().chat.cancel(GENERATION_ID)).toMatchObject({
    outcome: { state: 'cancelled' },
    text: 'ab',
  })
})

const ASKED = { requestId: 'r', messageId: 'm' }
const CONFIG = { model: 'teacher-2', temperature: 0, maxOutputTokens: 64 }

test('every way to ask says how to answer', async () => {
  const seen: unknown[] = []
  const take = async function* (request: { config?: unknown }) {
    seen.push(request.config)
    yield* answerOf(['ok'])
  }
  Object.assign(server.chat, {
    sendMessage: take,
    regenerate: take,
    editMessage: take,
    continueAnswer: take,
  })
  const { chat } = server.createApi()
  const { signal } = new AbortController()

  for (const events of [
    chat.sendMessage({ ...QUESTION, config: CONFIG }, signal),
    chat.regenerate({ ...ASKED, config: CONFIG }, signal),
    chat.editMessage({ ...ASKED, text: 'How?', config: CONFIG }, signal),
    chat.continueAnswer({ ...ASKED, config: CONFIG }, signal),
  ]) {
    await readAll(events)
  }
  await readAll(chat.regenerate(ASKED, signal))

  expect(seen).toHaveLength(5)
  for (const config of seen.slice(0, 4)) expect(config).toMatchObject(CONFIG)
  expect(seen[4]).toMatchObject({ model: '', maxOutputTokens: 0 })
  expect(seen[4]).not.toHaveProperty('temperature', 0)
})

test('an edit says what to edit and how', async () => {
  const seen: object[] = []
  server.chat.editMessage = async function* ({ messageId, text }) {
    seen.push({ messageId, text })
    yield* answerOf(['ok'])
  }
  const { signal } = new AbortController()

  const events = await readAll(
    server.createApi().chat.editMessage({ ...ASKED, text: 'How?' }, signal),
  )

  expect(seen).toEqual([{ messageId: 'm', text: 'How?' }])
  expect(last(events).text).toBe('ok')
})

test('an answer that is continued begins with its old text', async () => {
  const old = tokens(2, 'Because 😀', 0)
  server.chat.continueAnswer = async function* () {
    yield* [started(), old, tokens(3, ' of light.', 9), completed(4, 'Because 😀 of light.')]
  }
  const { signal } = new AbortController()

  const events = await readAll(server.createApi().chat.continueAnswer(ASKED, signal))

  expect(events[1]).toEqual({ type: 'text', text: 'Because 😀' })
  expect(last(events).text).toBe('Because 😀 of light.')
})

test('the models are given with what may be asked of them', async () => {
  server.chat.getModels = () => ({
    models: [
      { name: 'teacher-1', provider: 'scripted', contextTokens: 4096 },
      { name: 'small', provider: 'local', smallBuiltIn: true },
    ],
    defaultTemperature: 0.7,
    defaultMaxOutputTokens: 400,
    maxOutputTokensCap: 2048,
  })

  expect(await server.createApi().chat.models()).toEqual({
    models: [
      { name: 'teacher-1', provider: 'scripted', contextTokens: 4096, isSmallBuiltIn: false },
      { name: 'small', provider: 'local', contextTokens: null, isSmallBuiltIn: true },
    ],
    defaultTemperature: 0.7,
    defaultMaxOutputTokens: 400,
    maxOutputTokensCap: 2048,
  })
})

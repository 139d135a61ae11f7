import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AnswerEvent, AnswerStart } from '../../api'
import { NO_EVIDENCE } from '../../api'
import { listen } from './listen'
import { Presence } from './presence'

const START = { generationId: 'g' } as AnswerStart
const ENDED: AnswerEvent = {
  type: 'ended',
  text: 'all',
  evidence: NO_EVIDENCE,
  outcome: { state: 'complete', finishReason: 'stop', usage: null, failure: null },
}

/** An answer whose events come when the test says; a stream of it ends when it is left. */
class Answer {
  open = vi.fn((signal: AbortSignal) => this.#stream({ type: 'started', start: START }, signal))
  resume = vi.fn((_: string, signal: AbortSignal) =>
    this.#stream(
      { type: 'snapshot', start: START, text: this.text, evidence: NO_EVIDENCE },
      signal,
    ),
  )
  text = ''
  streams = 0
  #next: (event: AnswerEvent) => void = () => undefined

  say(text: string): void {
    this.text += text
    this.#next({ type: 'text', text: this.text })
  }

  end(): void {
    this.#next(ENDED)
  }

  async *#stream(first: AnswerEvent, signal: AbortSignal) {
    this.streams += 1
    try {
      yield first
      for (;;) {
        yield await new Promise<AnswerEvent>((resolve, reject) => {
          this.#next = resolve
          signal.addEventListener('abort', () => {
            reject(signal.reason as Error)
          })
          if (signal.aborted) reject(signal.reason as Error)
        })
      }
    } finally {
      this.streams -= 1
    }
  }
}

let answer: Answer
let heard: AnswerEvent[]
let controller: AbortController

beforeEach(() => {
  vi.useFakeTimers()
  answer = new Answer()
  heard = []
  controller = new AbortController()
})

afterEach(() => {
  controller.abort()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  show('visible')
})

function show(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}

async function start(generationId: string | null = null): Promise<void> {
  const source = { generationId, open: answer.open, resume: answer.resume }
  const hear = async () => {
    for await (const event of listen(source, new Presence(), controller.signal)) heard.push(event)
  }
  hear().catch(() => undefined)
  await pass(0)
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

describe('a page that nobody looks at', () => {
  test('keeps its stream for a moment, then gives it up', async () => {
    await start()
    show('hidden')

    await pass(4_000)
    expect(answer.streams).toBe(1)
    await pass(2_000)
    expect(answer.streams).toBe(0)
  })

  test('goes on where the answer is when somebody looks again', async () => {
    await start()
    answer.say('a')
    show('hidden')
    await pass(6_000)
    answer.text = 'abc'

    show('visible')
    await pass(0)
    answer.say('d')
    await pass(0)

    expect(answer.streams).toBe(1)
    expect(heard.map((event) => ('text' in event ? event.text : event.type))).toEqual([
      'started',
      'a',
      'abc',
      'abcd',
    ])
  })

  test('does not give up what has not begun: it could not be found again', async () => {
    const opening = new Promise<never>(() => undefined)
    answer.open.mockImplementation(async function* () {
      yield { type: 'alive' as const }
      await opening
    })
    await start()
    show('hidden')
    await pass(60_000)

    expect(answer.open).toHaveBeenCalledOnce()
    expect(answer.open.mock.calls[0]?.[0].aborted).toBe(false)
  })

  test('begins to follow what it finds only when somebody looks', async () => {
    show('hidden')
    const presence = new Presence()
    await pass(6_000)
    expect(presence.isAway).toBe(true)
    const source = { generationId: 'g', open: answer.open, resume: answer.resume }
    void listen(source, presence, controller.signal).next()
    await pass(1_000)
    expect(answer.resume).not.toHaveBeenCalled()

    show('visible')
    await pass(0)
    expect(answer.resume).toHaveBeenCalledOnce()
  })

  test('that is left for good stops listening', async () => {
    await start()
    show('hidden')
    await pass(6_000)
    controller.abort()
    show('visible')
    await pass(60_000)

    expect(answer.resume).not.toHaveBeenCalled()
  })
})

describe('without a free connection', () => {
  /** Locks as browsers have them, all of which are taken until `free` is called. */
  function takeAll(): { free: () => void } {
    let isFree = false
    vi.stubGlobal('navigator', {
      locks: {
        request: async (_: string, __: object, hold: (lock: object | null) => unknown) =>
          hold(isFree ? {} : null),
      },
    })
    return {
      free: () => {
        isFree = true
      },
    }
  }

  test('an answer is looked at again and again, and never kept open', async () => {
    takeAll()
    await start()
    await pass(600)
    expect(answer.streams).toBe(0)

    answer.text = 'ab'
    await pass(1_000)
    expect(heard.at(-1)).toEqual({
      type: 'snapshot',
      start: START,
      text: 'ab',
      evidence: NO_EVIDENCE,
    })
    await pass(600)
    expect(answer.streams).toBe(0)
  })

  test('it is followed as soon as there is one', async () => {
    const { free } = takeAll()
    await start()
    await pass(600)
    free()
    await pass(5_000)

    expect(answer.streams).toBe(1)
    answer.end()
    await pass(0)
    expect(heard.at(-1)).toEqual(ENDED)
  })
})

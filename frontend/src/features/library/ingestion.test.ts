import type { QueryClient } from '@tanstack/react-query'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Document, IngestionEvent, Library } from '../../api'
import { ApiError } from '../../api'
import { createQueryClient, keys } from '../../queries'
import { Presence } from '../chat/presence'
import { Ingestion } from './ingestion'

/** A stream whose events come when the test says. */
class Watching {
  streams = 0
  opened = 0
  asked: string[] = []
  #next: (event: IngestionEvent | null) => void = () => undefined

  say(document: Document): void {
    this.#next({ type: 'document', document })
  }

  remove(documentId: string): void {
    this.#next({ type: 'removed', documentId })
  }

  end(): void {
    this.#next(null)
  }

  library = () =>
    Promise.resolve({
      documents: {
        watch: (signal: AbortSignal) => this.#stream(signal),
        get: (id: string) => {
          this.asked.push(id)
          return Promise.resolve(one(id, 'ready'))
        },
      },
    } as unknown as Library)

  async *#stream(signal: AbortSignal): AsyncGenerator<IngestionEvent, void> {
    this.opened += 1
    this.streams += 1
    try {
      for (;;) {
        const event = await new Promise<IngestionEvent | null>((resolve, reject) => {
          this.#next = resolve
          const leave = () => {
            reject(new ApiError({ code: 'Canceled' }))
          }
          signal.addEventListener('abort', leave)
          if (signal.aborted) leave()
        })
        if (!event) return
        yield event
      }
    } finally {
      this.streams -= 1
    }
  }
}

let watching: Watching
let client: QueryClient
let ended: string[]
let ingestion: Ingestion

beforeEach(() => {
  vi.useFakeTimers()
  watching = new Watching()
  client = createQueryClient()
  ended = []
  ingestion = new Ingestion({
    library: watching.library,
    queryClient: client,
    presence: new Presence(),
    onEnd: ({ id, state }) => ended.push(`${id} ${state}`),
  })
})

afterEach(() => {
  ingestion.reset()
  show('visible')
  vi.useRealTimers()
})

function one(id: string, state: Document['state']): Document {
  return { id, state, updateTime: new Date(0), collectionIds: [] } as unknown as Document
}

function show(state: DocumentVisibilityState): void {
  vi.spyOn(document, 'visibilityState', 'get').mockReturnValue(state)
  document.dispatchEvent(new Event('visibilitychange'))
}

/** Modules are loaded outside of the clock. */
async function pass(ms = 0): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    await vi.advanceTimersByTimeAsync(round === 0 ? ms : 0)
    await vi.dynamicImportSettled()
  }
}

describe('the stream of ingestion', () => {
  test('is one for all who want to know, and closed when nobody does', async () => {
    const stops = [ingestion.follow(), ingestion.follow()]
    await pass()
    expect(watching.streams).toBe(1)

    stops[0]!()
    await pass()
    expect(watching.streams).toBe(1)

    stops[1]!()
    await pass()
    expect(watching.streams).toBe(0)
  })

  test('goes on by itself until what is being read has ended', async () => {
    ingestion.note(one('a', 'queued'))
    await pass()
    expect(watching.streams).toBe(1)

    watching.say(one('a', 'processing'))
    await pass()
    watching.say(one('a', 'ready'))
    await pass()

    expect(client.getQueryData<Document>(keys.document('a'))?.state).toBe('ready')
    expect(ended).toEqual(['a ready'])
    expect(watching.streams).toBe(0)
  })

  test('forgets what was deleted', async () => {
    ingestion.note(one('a', 'queued'))
    await pass()

    watching.remove('a')
    await pass()

    expect(client.getQueryData(keys.document('a'))).toBeUndefined()
    expect(watching.streams).toBe(0)
  })

  test('is opened again when it ends, and what ended meanwhile is asked for', async () => {
    ingestion.note(one('a', 'processing'))
    await pass()

    watching.end()
    await pass()

    expect(watching.asked).toEqual(['a'])
    expect(ended).toEqual(['a ready'])
  })

  test('is given up when it falls silent, and opened again', async () => {
    ingestion.follow()
    await pass()

    await pass(26_000)
    await pass(2_000)

    expect(watching.opened).toBe(2)
    expect(watching.streams).toBe(1)
  })

  test('is given up while nobody looks at the page', async () => {
    ingestion.follow()
    await pass()

    show('hidden')
    await pass(6_000)
    expect(watching.streams).toBe(0)

    show('visible')
    await pass(100)
    expect(watching.streams).toBe(1)
  })
})

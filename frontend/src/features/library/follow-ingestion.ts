/** Listens to how documents are read while somebody looks at the page: one stream, opened anew. */

import type { IngestionEvent, Library } from '../../api'
import { ApiError, backoffMs, sleep } from '../../api'
import type { Presence } from '../chat/presence'
import { Visit } from '../chat/visit'

/** Two heartbeats of 10 s missed, and some seconds for the way. */
const SILENCE_MS = 25_000
/** Without a connection to keep, the server is asked so often. */
const BETWEEN_LOOKS_MS = 2_000

interface Source {
  library: () => Promise<Library>
  presence: Presence
  take: (event: IngestionEvent) => Promise<void>
  /** Called whenever the stream is opened anew. */
  catchUp: (signal: AbortSignal) => Promise<void>
}

/** Goes on until `signal` aborts, and throws its reason then. */
export async function followIngestion(source: Source, signal: AbortSignal): Promise<never> {
  let failures = 0
  for (let isFirst = true; ; isFirst = false) {
    await source.presence.present(signal)
    if (!isFirst) source.catchUp(signal).catch(() => undefined) // The stream itself goes on.
    const visit = new Visit(source.presence, signal)
    let retryAfterMs: number | null = null
    try {
      await visit.settle()
      for await (const event of eventsOf(source, visit.signal)) {
        failures = 0
        await source.take(event)
      }
    } catch (thrown) {
      signal.throwIfAborted()
      if (!visit.wasLeft) {
        failures += 1
        retryAfterMs = ApiError.from(thrown).retryAfterMs
      }
    } finally {
      visit.end()
    }
    if (!visit.hadSlot) await sleep(BETWEEN_LOOKS_MS, signal)
    if (failures > 0) await sleep(backoffMs(failures, retryAfterMs), signal)
  }
}

/** The events of one stream; one that falls silent is given up. */
async function* eventsOf(
  { library }: Source,
  outer: AbortSignal,
): AsyncGenerator<IngestionEvent, void> {
  const { documents } = await library()
  const controller = new AbortController()
  const stop = () => {
    controller.abort(outer.reason)
  }
  outer.addEventListener('abort', stop)
  let timer = setTimeout(stop, SILENCE_MS)
  try {
    outer.throwIfAborted()
    for await (const event of documents.watch(controller.signal)) {
      clearTimeout(timer)
      yield event
      timer = setTimeout(stop, SILENCE_MS)
    }
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', stop)
    controller.abort() // Leaving the loop early does not close the request by itself.
  }
}

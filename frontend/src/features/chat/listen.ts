/** Listens to an answer while somebody looks at the page, and while there is a connection for it. */

import type { AnswerEvents } from '../../api'
import type { Presence } from './presence'
import { Visit } from './visit'

/** Without a slot the answer is only looked at now and then. */
const BETWEEN_LOOKS_MS = 1_000

interface Source {
  /** Null until the answer has begun. */
  generationId: string | null
  /** Begins it. */
  open: (signal: AbortSignal) => AnswerEvents
  /** Goes on with it from where it is. */
  resume: (generationId: string, signal: AbortSignal) => AnswerEvents
}

/** Yields the events of an answer, over as many visits as it takes. Throws what the source throws. */
export async function* listen(
  source: Source,
  presence: Presence,
  signal: AbortSignal,
): AnswerEvents {
  let { generationId } = source
  for (;;) {
    if (generationId !== null) await presence.present(signal)
    const visit = new Visit(presence, signal)
    try {
      const events =
        generationId === null
          ? source.open(visit.signal)
          : source.resume(generationId, visit.signal)
      for await (const event of events) {
        yield event
        if (event.type === 'ended') return
        if (event.type === 'started' || event.type === 'snapshot') {
          generationId = event.start.generationId
          await visit.settle()
        }
      }
    } catch (thrown) {
      signal.throwIfAborted()
      if (!visit.wasLeft) throw thrown
    } finally {
      visit.end()
    }
    if (!visit.hadSlot) await pause(BETWEEN_LOOKS_MS, signal)
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}

/** Listens to an answer while somebody looks at the page, and while there is a connection for it. */

import type { AnswerEvents } from '../../api'
import type { Presence } from './presence'
import type { Release } from './stream-slots'
import { takeSlot } from './stream-slots'

/** Without a slot the answer is only looked at: for so long, and so often. */
const LOOK_MS = 500
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

/** One connection to an answer. */
class Visit {
  #controller = new AbortController()
  #presence: Presence
  #outer: AbortSignal
  #slot: Release | null = null
  #timer: ReturnType<typeof setTimeout> | undefined
  #isSettled = false
  #stop: () => void
  hadSlot = false

  constructor(presence: Presence, outer: AbortSignal) {
    this.#presence = presence
    this.#outer = outer
    this.#stop = presence.subscribe(this.#leaveIfAway)
    outer.addEventListener('abort', this.#abort)
    if (outer.aborted) this.#abort()
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Whether it was left with the answer going on. */
  get wasLeft(): boolean {
    return this.#controller.signal.aborted
  }

  /** Called when the answer can be found again: from now on it can be left. */
  async settle(): Promise<void> {
    if (this.#isSettled) return
    this.#isSettled = true
    this.#slot = await takeSlot()
    this.hadSlot = this.#slot !== null
    if (!this.#slot) this.#timer = setTimeout(this.#leave, LOOK_MS)
    this.#leaveIfAway()
  }

  end(): void {
    clearTimeout(this.#timer)
    this.#stop()
    this.#outer.removeEventListener('abort', this.#abort)
    this.#slot?.()
  }

  #leaveIfAway = (): void => {
    if (this.#isSettled && this.#presence.isAway) this.#leave()
  }

  #leave = (): void => {
    this.#controller.abort()
  }

  #abort = (): void => {
    this.#controller.abort(this.#outer.reason)
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

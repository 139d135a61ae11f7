/** One connection to a stream of the server: while somebody looks, and while there is room for it. */

import type { Presence } from './presence'
import type { Release } from './stream-slots'
import { takeSlot } from './stream-slots'

/** Without a slot there is only a look, for so long. */
const LOOK_MS = 500

/** Left when `outer` aborts or, once it is settled, when nobody looks any more. */
export class Visit {
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

  /** Whether it was left with what it listens to going on. */
  get wasLeft(): boolean {
    return this.#controller.signal.aborted
  }

  /** Called when what it gives can be found again: from now on it can be left. */
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

/** Spreads calls, so that many files do not use up what the server takes of one user in a minute. */

import { sleep } from '../../api'

export class Pace {
  #intervalMs: number
  #burst: number
  /** When the next call could be made if there were no burst. */
  #next = 0

  constructor({ perSecond, burst }: { perSecond: number; burst: number }) {
    this.#intervalMs = 1_000 / perSecond
    this.#burst = burst
  }

  /** Waits for its turn; throws the signal's reason when that aborts. */
  async turn(signal: AbortSignal): Promise<void> {
    const now = Date.now()
    this.#next = Math.max(this.#next, now - this.#burst * this.#intervalMs) + this.#intervalMs
    if (this.#next > now) await sleep(this.#next - now, signal)
  }
}

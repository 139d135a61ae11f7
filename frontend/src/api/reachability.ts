/** Whether the server answers, and whether it takes more: what the page's banner shows. */

import type { ApiError } from './errors'

export class Reachability {
  /** Why the last call found nobody; null when it found the server. */
  problem: ApiError | null = null
  /** Until when the server refuses calls as too many, in milliseconds of the epoch; null: it takes them. */
  limitedUntil: number | null = null
  #listeners = new Set<() => void>()

  /** Calls `listener` whenever `problem` or `limitedUntil` changes; returns how to stop that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  succeeded(): void {
    this.#set(null)
  }

  /** Any answer shows that the server is there, a refusal as well. */
  failed(error: ApiError): void {
    const isAbsent = error.code === 'Unavailable' && !error.reason.startsWith('PROVIDER_')
    this.#set(isAbsent ? error : null)
    if (error.reason === 'RATE_LIMITED' && error.retryAfterMs) {
      this.limitedUntil = Date.now() + error.retryAfterMs
      this.#tell()
    }
  }

  #set(problem: ApiError | null): void {
    if (this.problem?.message === problem?.message) return
    this.problem = problem
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

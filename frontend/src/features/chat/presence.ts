/** Whether somebody looks at the page. */

/** Whoever changes tabs for a moment keeps what they have. */
const GRACE_MS = 5_000

export class Presence {
  isAway = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #listeners = new Set<() => void>()

  constructor() {
    document.addEventListener('visibilitychange', this.#look)
    this.#look()
  }

  /** Calls `listener` whenever `isAway` changes; returns how to stop that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Waits until somebody looks; throws the signal's reason when that aborts. */
  async present(signal: AbortSignal): Promise<void> {
    while (this.isAway) await this.#change(signal)
    signal.throwIfAborted()
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve) => {
      const done = () => {
        stop()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const stop = this.subscribe(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    }).then(() => {
      signal.throwIfAborted()
    })
  }

  #look = (): void => {
    clearTimeout(this.#timer)
    if (document.visibilityState === 'visible') this.#set(false)
    else
      this.#timer = setTimeout(() => {
        this.#set(true)
      }, GRACE_MS)
  }

  #set(isAway: boolean): void {
    if (isAway === this.isAway) return
    this.isAway = isAway
    for (const listener of [...this.#listeners]) listener()
  }
}

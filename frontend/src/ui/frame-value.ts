/** A value that changes more often than a screen can show it. */

export class FrameValue<T> {
  #shown: T
  #latest: T
  #hasFrame = false
  #isFresh = true
  #listeners = new Set<() => void>()

  constructor(initial: T) {
    this.#shown = initial
    this.#latest = initial
  }

  /** What is to be shown now. */
  get = (): T => this.#shown

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Shows the first value at once, and later ones with the next frame. */
  set(value: T): void {
    this.#latest = value
    if (this.#isFresh) {
      this.#isFresh = false
      this.#show()
    } else if (!this.#hasFrame) {
      this.#hasFrame = true
      requestAnimationFrame(this.#show)
    }
  }

  #show = (): void => {
    this.#hasFrame = false
    this.#shown = this.#latest
    for (const listener of this.#listeners) listener()
  }
}

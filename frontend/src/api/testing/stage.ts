/** A stream whose events a test sends one by one. */

import type { GenerationEvent } from '../../gen/lamla/chat/v1/generation_pb'

export class Stage {
  #events: GenerationEvent[] = []
  #isOver = false
  #wake: () => void = () => undefined

  send(...events: GenerationEvent[]): void {
    this.#events.push(...events)
    this.#wake()
  }

  /** Ends the stream without an outcome, as a lost connection does. */
  break(): void {
    this.#isOver = true
    this.#wake()
  }

  /** What the server answers with. */
  async *stream(signal: AbortSignal): AsyncGenerator<GenerationEvent> {
    signal.addEventListener('abort', () => {
      this.break()
    })
    for (;;) {
      const next = this.#events.shift()
      if (next) yield next
      else if (this.#isOver) return
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}

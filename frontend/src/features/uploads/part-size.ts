/** How large the parts of an upload are: small enough to show progress and to lose little. */

const SMALLEST = 64 * 1024
const FIRST = 256 * 1024
/** The contract's limit. */
const LARGEST = 1024 * 1024
/** A part that takes less is too small, one that takes more too large. */
const QUICK_MS = 700
const SLOW_MS = 4_000

export class PartSize {
  #bytes = FIRST

  /** At most `cap`, which the server said. */
  get(cap: number): number {
    return Math.min(this.#bytes, cap > 0 ? cap : LARGEST)
  }

  /** A part took so long. */
  took(ms: number): void {
    if (ms < QUICK_MS) this.#bytes = Math.min(this.#bytes * 2, LARGEST)
    else if (ms > SLOW_MS) this.failed()
  }

  /** A part did not arrive. */
  failed(): void {
    this.#bytes = Math.max(this.#bytes / 2, SMALLEST)
  }
}

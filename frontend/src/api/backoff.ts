/** Waiting between attempts. */

const FIRST_MS = 400
const LONGEST_MS = 5_000

/** How long to wait after the `failures`-th failure in a row: doubling, with jitter. */
export function backoffMs(failures: number, retryAfterMs: number | null): number {
  const wait = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1))
  return Math.max(wait * (0.75 + Math.random() / 2), retryAfterMs ?? 0)
}

/** Waits; ends early when the browser comes back online, throws when `signal` aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = () => {
      clearTimeout(timer)
      removeEventListener('online', done)
      signal.removeEventListener('abort', done)
      if (signal.aborted) reject(signal.reason as Error)
      else resolve()
    }
    const timer = setTimeout(done, ms)
    addEventListener('online', done)
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}

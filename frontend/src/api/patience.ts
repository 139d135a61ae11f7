/** Calls that belong to long work: made again while the server is away or limits the rate. */

import { backoffMs, sleep } from './backoff'
import { ApiError } from './errors'

const MOST_ATTEMPTS = 6

/** Throws ApiError, or the signal's reason when that aborts. */
export async function patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call()
    } catch (thrown) {
      signal.throwIfAborted()
      const error = ApiError.from(thrown)
      const isPassing = error.code === 'Unavailable' || error.retryAfterMs !== null
      if (!isPassing || attempt === MOST_ATTEMPTS) throw error
      await sleep(backoffMs(attempt, error.retryAfterMs), signal)
    }
  }
}

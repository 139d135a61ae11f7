/** Makes calls as the user: token, deadline, one renewal, typed errors. */

import type { CallOptions } from '@connectrpc/connect'
import { ApiError } from './errors'
import type { Reachability } from './reachability'
import type { Session } from './session'

/** Of a call that gives one answer. */
const DEADLINE_MS = 10_000
/** Of a stream; one that is still open then is resumed. */
const STREAM_DEADLINE_MS = 10 * 60_000

/** A token that the server has let expire or cannot read; another one may do. */
const RENEWABLE = new Set([
  'UNSPECIFIED',
  'TOKEN_MISSING',
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'SESSION_ENDED',
])

export class Caller {
  #session: Session
  #reachability: Reachability
  #onFailure: (error: ApiError) => void

  /** `onFailure` learns of every call that failed, but not of one that the page gave up. */
  constructor(
    session: Session,
    reachability: Reachability,
    onFailure: (error: ApiError) => void = () => undefined,
  ) {
    this.#session = session
    this.#reachability = reachability
    this.#onFailure = onFailure
  }

  /** One answer. Throws ApiError. */
  async unary<T>(
    call: (options: CallOptions) => Promise<T>,
    signal?: AbortSignal,
    deadlineMs = DEADLINE_MS,
  ): Promise<T> {
    const attempt = (token: string) => call(optionsFor(token, deadlineMs, signal))
    try {
      const token = await this.#session.accessToken()
      const result = await attempt(token).catch(async (thrown: unknown) => {
        if (!isRenewable(ApiError.from(thrown))) throw thrown
        return attempt(await this.#session.accessTokenAfter(token))
      })
      this.#reachability.succeeded()
      return result
    } catch (thrown) {
      throw this.#failed(thrown, signal)
    }
  }

  /** A stream of answers. Throws ApiError. */
  async *stream<T>(
    open: (options: CallOptions) => AsyncIterable<T>,
    signal: AbortSignal,
  ): AsyncGenerator<T, void> {
    try {
      let token = await this.#session.accessToken()
      for (let isFirst = true; ; isFirst = false) {
        let isEmpty = true
        try {
          for await (const item of open(optionsFor(token, STREAM_DEADLINE_MS, signal))) {
            isEmpty = false
            this.#reachability.succeeded()
            yield item
          }
          return
        } catch (thrown) {
          if (!isFirst || !isEmpty || !isRenewable(ApiError.from(thrown))) throw thrown
          token = await this.#session.accessTokenAfter(token)
        }
      }
    } catch (thrown) {
      throw this.#failed(thrown, signal)
    }
  }

  #failed(thrown: unknown, signal: AbortSignal | undefined): ApiError {
    const error = ApiError.from(thrown)
    if (!signal?.aborted || error.unreachable) {
      this.#reachability.failed(error)
      this.#onFailure(error)
    }
    return error
  }
}

function optionsFor(
  token: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): CallOptions {
  return { headers: { authorization: `Bearer ${token}` }, timeoutMs, ...(signal && { signal }) }
}

function isRenewable({ code, reason }: ApiError): boolean {
  return code === 'Unauthenticated' && RENEWABLE.has(reason)
}

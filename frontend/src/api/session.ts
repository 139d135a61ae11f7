/** Who is here: holds the access token in memory and keeps it fresh. */

import { ApiError } from './errors'
import type { Grant, Identity } from './identity'
import type { Account } from './types'

/** A token is renewed this long before it expires. */
const AHEAD_MS = 60_000

export class Session {
  #identity: Identity
  #grant: Grant | null = null
  #renewAt = 0
  #renewal: Promise<string> | null = null
  #listeners = new Set<() => void>()

  constructor(identity: Identity) {
    this.#identity = identity
  }

  /** Null until the first token came. */
  get account(): Account | null {
    return this.#grant?.account ?? null
  }

  /** Calls `listener` whenever `account` is another one; returns how to stop that. */
  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A token that is good for a while. Throws ApiError when there is none to be had. */
  accessToken(): Promise<string> {
    if (this.#grant && Date.now() < this.#renewAt) return Promise.resolve(this.#grant.accessToken)
    return this.#renew()
  }

  /** A token other than `refused`; one renewal serves all that ask for it meanwhile. */
  accessTokenAfter(refused: string): Promise<string> {
    if (this.#grant && this.#grant.accessToken !== refused) return this.accessToken()
    return this.#renew()
  }

  #renew(): Promise<string> {
    this.#renewal ??= this.#refreshOrBegin().finally(() => {
      this.#renewal = null
    })
    return this.#renewal
  }

  async #refreshOrBegin(): Promise<string> {
    const grant = await this.#identity.refresh().catch((error: unknown) => {
      if (ApiError.from(error).code !== 'Unauthenticated') throw error
      return this.#identity.createGuest()
    })
    const isOther = grant.account.id !== this.#grant?.account.id
    this.#grant = grant
    // A clock that runs ahead sees each token as expired: then it is renewed once a minute.
    this.#renewAt = Math.max(grant.expireTime.getTime(), Date.now() + 2 * AHEAD_MS) - AHEAD_MS
    if (isOther) {
      for (const listener of this.#listeners) listener()
    }
    return grant.accessToken
  }
}

/** Who is here: holds the access token in memory and keeps it fresh. */

import { ApiError } from './errors'
import type { Grant, Identity } from './identity'
import type { OtherTabs } from './other-tabs'
import { noOtherTabs } from './other-tabs'
import type { Account, Credentials, NewAccount } from './types'

/** A token is renewed this long before it expires. */
const AHEAD_MS = 60_000

/** Why `account` or `hasEnded` is another one. */
export type SessionChange =
  | 'begun'
  /** By this page's user. */
  | 'signed-in'
  | 'registered'
  | 'signed-out'
  /** An account's session ended: nobody is here until the user says how to go on. */
  | 'ended'
  /** A guest's session ended; another guest goes on. */
  | 'replaced'
  /** By the user in another tab. */
  | 'changed-elsewhere'

type Listener = (change: SessionChange) => void

export class Session {
  #identity: Identity
  #tabs: OtherTabs
  #grant: Grant | null = null
  #renewAt = 0
  #renewal: Promise<string> | null = null
  /** Another number whenever somebody else is here: older renewals do not count then. */
  #epoch = 0
  #hasEnded = false
  #listeners = new Set<Listener>()

  constructor(identity: Identity, tabs: OtherTabs = noOtherTabs()) {
    this.#identity = identity
    this.#tabs = tabs
    tabs.onChange(() => {
      this.#followOtherTab()
    })
  }

  /** Null until the first token came; of an ended session still whose it was. */
  get account(): Account | null {
    return this.#grant?.account ?? null
  }

  /** Whether the account's session ended, so that all calls are refused. */
  get hasEnded(): boolean {
    return this.#hasEnded
  }

  /** The address of the account that was last signed in here, if it did not sign out. */
  get rememberedEmail(): string {
    return this.#tabs.email
  }

  /** Calls `listener` whenever `account` or `hasEnded` changes; returns how to stop that. */
  subscribe = (listener: Listener): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** A token that is good for a while. Throws ApiError when there is none to be had. */
  accessToken(): Promise<string> {
    if (this.#hasEnded) return Promise.reject(ended())
    if (this.#grant && Date.now() < this.#renewAt) return Promise.resolve(this.#grant.accessToken)
    return this.#renew()
  }

  /** A token other than `refused`; one renewal serves all that ask for it meanwhile. */
  accessTokenAfter(refused: string): Promise<string> {
    if (this.#grant && this.#grant.accessToken !== refused) return this.accessToken()
    return this.#renew()
  }

  /** A guest becomes the account and keeps everything. */
  async register(account: NewAccount): Promise<void> {
    const token = await this.#guestToken()
    this.#replace(await this.#identity.register(account, token), 'registered')
  }

  /** A guest's conversations come along. */
  async login(credentials: Credentials): Promise<void> {
    const token = await this.#guestToken()
    this.#replace(await this.#identity.login(credentials, token), 'signed-in')
  }

  /** Goes on as a new guest. */
  async logout(): Promise<void> {
    await this.#identity.logout()
    await this.continueAsGuest()
  }

  async continueAsGuest(): Promise<void> {
    this.#tabs.email = ''
    this.#replace(await this.#identity.createGuest(), 'signed-out')
  }

  /** Asks the server who is here: the session may have ended, or the name or role changed. */
  async check(): Promise<void> {
    const token = await this.accessToken()
    try {
      const account = await this.#identity.me(token)
      if (this.#grant?.accessToken === token) this.#begin({ ...this.#grant, account }, 'begun')
    } catch (thrown) {
      if (ApiError.from(thrown).code !== 'Unauthenticated') throw thrown
      await this.accessTokenAfter(token)
    }
  }

  /** Null when no guest is here. */
  #guestToken(): Promise<string | null> {
    const isGuest = !this.#hasEnded && this.#grant?.account.role === 'guest'
    return isGuest ? this.accessToken() : Promise.resolve(null)
  }

  #renew(): Promise<string> {
    if (this.#renewal) return this.#renewal
    const renewal = this.#refresh().finally(() => {
      if (this.#renewal === renewal) this.#renewal = null
    })
    this.#renewal = renewal
    return renewal
  }

  async #refresh(): Promise<string> {
    const epoch = this.#epoch
    // Tabs that open at once would each make a guest of their own.
    const begin = () => this.#refreshOrBegin()
    const [grant, change] = this.#grant ? await begin() : await this.#tabs.oneByOne(begin)
    if (epoch !== this.#epoch) return this.accessToken()
    if (!grant) {
      this.#end()
      throw ended()
    }
    this.#begin(grant, change)
    return grant.accessToken
  }

  async #refreshOrBegin(): Promise<[Grant | null, SessionChange]> {
    try {
      const grant = await this.#identity.refresh()
      const isSame = !this.#grant || grant.account.id === this.#grant.account.id
      return [grant, isSame ? 'begun' : 'changed-elsewhere']
    } catch (error) {
      if (ApiError.from(error).code !== 'Unauthenticated') throw error
    }
    if (this.#tabs.email) return [null, 'ended']
    const change = this.#grant ? 'replaced' : 'begun'
    return [await this.#identity.createGuest(), change]
  }

  /** By the user's own choice. */
  #replace(grant: Grant, change: SessionChange): void {
    this.#epoch += 1
    this.#begin(grant, change)
    this.#tabs.announce()
  }

  #begin(grant: Grant, change: SessionChange): void {
    const isSame = isSameAccount(grant.account, this.#grant?.account) && !this.#hasEnded
    this.#grant = grant
    this.#hasEnded = false
    this.#tabs.email = grant.account.role === 'guest' ? '' : grant.account.email
    // A clock that runs ahead sees each token as expired: then it is renewed once a minute.
    this.#renewAt = Math.max(grant.expireTime.getTime(), Date.now() + 2 * AHEAD_MS) - AHEAD_MS
    if (!isSame) this.#tell(change)
  }

  #end(): void {
    this.#hasEnded = true
    this.#tell('ended')
  }

  /** The cookie is somebody else's now, or nobody's. */
  #followOtherTab(): void {
    this.#hasEnded = false
    this.#renewAt = 0
    this.#epoch += 1
    this.#renewal = null
    this.#renew().catch(() => undefined) // The next call says why.
  }

  #tell(change: SessionChange): void {
    for (const listener of this.#listeners) listener(change)
  }
}

function ended(): ApiError {
  return new ApiError({ code: 'Unauthenticated', reason: 'SESSION_ENDED' })
}

function isSameAccount(one: Account, other: Account | undefined): boolean {
  return (
    one.id === other?.id &&
    one.role === other.role &&
    one.email === other.email &&
    one.displayName === other.displayName
  )
}

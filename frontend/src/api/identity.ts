/** Guests, accounts and their tokens. The refresh token stays in a cookie that no script can read. */

import { timestampDate } from '@bufbuild/protobuf/wkt'
import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import type { TokenResponse } from '../gen/lamla/identity/v1/identity_service_pb'
import { IdentityService, RefreshTokenDelivery } from '../gen/lamla/identity/v1/identity_service_pb'
import { accountFromProto } from './convert'
import { ApiError } from './errors'
import type { Account, Credentials, NewAccount } from './types'

const DEADLINE_MS = 10_000

/** An access token and whom it stands for. */
export interface Grant {
  accessToken: string
  expireTime: Date
  account: Account
}

/** Each method throws ApiError. */
export interface Identity {
  createGuest: () => Promise<Grant>
  /** Throws an `Unauthenticated` ApiError when the cookie holds no good refresh token. */
  refresh: () => Promise<Grant>
  /** With a guest's token that guest becomes the account and keeps everything. */
  register: (account: NewAccount, guestToken: string | null) => Promise<Grant>
  /** With a guest's token the guest's conversations become the account's. */
  login: (credentials: Credentials, guestToken: string | null) => Promise<Grant>
  /** Signs the cookie's session out, and clears the cookie. */
  logout: () => Promise<void>
  me: (accessToken: string) => Promise<Account>
}

export function createIdentity(transport: Transport): Identity {
  const client = createClient(IdentityService, transport)
  const options = { timeoutMs: DEADLINE_MS }
  const optionsWith = (token: string | null) =>
    token === null ? options : { ...options, headers: { authorization: `Bearer ${token}` } }
  const delivery = { refreshTokenDelivery: RefreshTokenDelivery.COOKIE }
  return {
    createGuest: () => granted(client.createGuest(delivery, options)),
    refresh: () => granted(client.refresh(delivery, options)),
    register: (account, guestToken) =>
      granted(client.register({ ...account, ...delivery }, optionsWith(guestToken))),
    login: (credentials, guestToken) =>
      granted(client.login({ ...credentials, ...delivery }, optionsWith(guestToken))),

    async logout() {
      await failingAsApiError(client.logout({}, options))
    },

    async me(accessToken) {
      const { user } = await failingAsApiError(client.getMe({}, optionsWith(accessToken)))
      if (!user) throw new ApiError({ code: 'Internal' })
      return accountFromProto(user)
    },
  }
}

async function granted(call: Promise<TokenResponse>): Promise<Grant> {
  const { accessToken, accessTokenExpireTime, user } = await failingAsApiError(call)
  if (!accessToken || !accessTokenExpireTime || !user) throw new ApiError({ code: 'Internal' })
  return {
    accessToken,
    expireTime: timestampDate(accessTokenExpireTime),
    account: accountFromProto(user),
  }
}

async function failingAsApiError<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (error) {
    throw ApiError.from(error)
  }
}

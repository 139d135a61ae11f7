/** Guests and their tokens. The refresh token stays in a cookie that no script can read. */

import { timestampDate } from '@bufbuild/protobuf/wkt'
import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import type { TokenResponse } from '../gen/lamla/identity/v1/identity_service_pb'
import { IdentityService, RefreshTokenDelivery } from '../gen/lamla/identity/v1/identity_service_pb'
import { accountFromProto } from './convert'
import { ApiError } from './errors'
import type { Account } from './types'

const DEADLINE_MS = 10_000

/** An access token and whom it stands for. */
export interface Grant {
  accessToken: string
  expireTime: Date
  account: Account
}

export interface Identity {
  createGuest: () => Promise<Grant>
  /** Throws an `Unauthenticated` ApiError when the cookie holds no good refresh token. */
  refresh: () => Promise<Grant>
}

export function createIdentity(transport: Transport): Identity {
  const client = createClient(IdentityService, transport)
  const options = { timeoutMs: DEADLINE_MS }
  const request = { refreshTokenDelivery: RefreshTokenDelivery.COOKIE }
  return {
    createGuest: () => granted(client.createGuest(request, options)),
    refresh: () => granted(client.refresh(request, options)),
  }
}

async function granted(call: Promise<TokenResponse>): Promise<Grant> {
  try {
    const { accessToken, accessTokenExpireTime, user } = await call
    if (!accessToken || !accessTokenExpireTime || !user) throw new ApiError({ code: 'Internal' })
    return {
      accessToken,
      expireTime: timestampDate(accessTokenExpireTime),
      account: accountFromProto(user),
    }
  } catch (error) {
    throw ApiError.from(error)
  }
}

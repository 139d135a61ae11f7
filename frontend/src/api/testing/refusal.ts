/** The failure of a call, as a service of ours would send it. */

import { Code, ConnectError } from '@connectrpc/connect'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../../gen/google/rpc/error_details_pb'
import type { ErrorCode, Reason } from '../reasons'

export function refusal(code: ErrorCode, reason: Reason, retryAfterSeconds = 0): ConnectError {
  const error = new ConnectError('', Code[code])
  const info = { domain: 'lamla', reason: `ERROR_REASON_${reason}` }
  error.details = [{ desc: ErrorInfoSchema, value: info }]
  if (retryAfterSeconds > 0) {
    const retryDelay = { seconds: BigInt(retryAfterSeconds) }
    error.details.push({ desc: RetryInfoSchema, value: { retryDelay } })
  }
  return error
}

/** A field breaks its rule. */
export function invalidField(field: string, description: string): ConnectError {
  const error = refusal('InvalidArgument', 'INVALID_FIELD')
  const value = { fieldViolations: [{ field, description }] }
  error.details.push({ desc: BadRequestSchema, value })
  return error
}

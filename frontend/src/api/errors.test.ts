import { create } from '@bufbuild/protobuf'
import { anyPack } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import { describe, expect, test } from 'vitest'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RetryInfoSchema,
} from '../gen/google/rpc/error_details_pb'
import { StatusSchema } from '../gen/google/rpc/status_pb'
import { ErrorReason } from '../gen/lamla/errors/v1/error_reason_pb'
import { ApiError, lost } from './errors'
import type { Reason } from './reasons'
import { WORDS_BY_CODE, WORDS_BY_REASON } from './reasons'

const REASONS = Object.keys(ErrorReason).filter((key) => /^[A-Z_]+$/.test(key)) as Reason[]

function refusal(reason: string, domain = 'lamla'): ConnectError {
  const info = { domain, reason, metadata: { request_id: 'r-1' } }
  return new ConnectError('secret', Code.Unavailable, { 'x-request-id': 'r-2' }, [
    { desc: ErrorInfoSchema, value: info },
    { desc: RetryInfoSchema, value: { retryDelay: { seconds: 2n, nanos: 500_000_000 } } },
    {
      desc: BadRequestSchema,
      value: { fieldViolations: [{ field: 'text', description: 'must not be blank' }] },
    },
  ])
}

describe('every reason has words of its own', () => {
  const planned = REASONS.filter((reason) => reason !== 'UNSPECIFIED')

  test.each(planned)('%s', (reason) => {
    const error = ApiError.from(refusal(`ERROR_REASON_${reason}`))

    expect(error.reason).toBe(reason)
    expect(error.message).toContain(WORDS_BY_REASON[reason].text)
    expect(error.message).not.toContain('secret')
  })

  test('and no word is for a reason that is gone', () => {
    expect(Object.keys(WORDS_BY_REASON).sort()).toEqual(planned.sort())
  })
})

test('the details of a status are decoded', () => {
  const error = ApiError.from(refusal('ERROR_REASON_INVALID_FIELD'))

  expect(error).toMatchObject({
    code: 'Unavailable',
    retryAfterMs: 2500,
    fieldViolations: [{ field: 'text', description: 'must not be blank' }],
    requestId: 'r-1',
    unreachable: false,
    canRetry: false,
  })
  expect(error.message).toContain('must not be blank')
})

test('a reason of another domain, or one that is newer than the page, falls back to the code', () => {
  for (const thrown of [refusal('ERROR_REASON_INTERNAL', 'x'), refusal('ERROR_REASON_NEW')]) {
    const error = ApiError.from(thrown)

    expect(error.reason).toBe('UNSPECIFIED')
    expect(error.message).toContain(WORDS_BY_CODE.Unavailable.text)
  }
})

test('a status inside an event is decoded as that of a call', () => {
  const info = create(ErrorInfoSchema, {
    domain: 'lamla',
    reason: 'ERROR_REASON_PROVIDER_REJECTED',
  })
  const status = create(StatusSchema, {
    code: Code.FailedPrecondition,
    details: [anyPack(ErrorInfoSchema, info)],
  })

  const error = ApiError.fromStatus(status)

  expect([error.code, error.reason, error.canRetry]).toEqual([
    'FailedPrecondition',
    'PROVIDER_REJECTED',
    false,
  ])
})

test.each([
  ['the browser cannot connect', ConnectError.from(new TypeError('Failed to fetch'))],
  ['a stream breaks off', ConnectError.from('missing trailer')],
  ['the edge has nobody to ask', new ConnectError('HTTP 503', Code.Unavailable)],
])('unreachable: %s', (_, thrown) => {
  expect(ApiError.from(thrown)).toMatchObject({ code: 'Unavailable', unreachable: true })
})

test('an abort with an error of ours gives that error', () => {
  const silence = lost()

  expect(ApiError.from(new ConnectError('', Code.Canceled, {}, [], silence))).toBe(silence)
})

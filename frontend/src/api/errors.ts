/** One typed error for everything that can go wrong between the page and the server. */

import { durationMs } from '@bufbuild/protobuf/wkt'
import { Code, ConnectError } from '@connectrpc/connect'
import {
  BadRequestSchema,
  ErrorInfoSchema,
  RequestInfoSchema,
  RetryInfoSchema,
} from '../gen/google/rpc/error_details_pb'
import type { Status } from '../gen/google/rpc/status_pb'
import { ErrorReason } from '../gen/lamla/errors/v1/error_reason_pb'
import type { ErrorCode, Reason } from './reasons'
import { WORDS_BY_CODE, WORDS_BY_REASON } from './reasons'

const DOMAIN = 'lamla'
const PREFIX = 'ERROR_REASON_'

export interface FieldViolation {
  field: string
  description: string
}

interface Facts {
  code: ErrorCode
  reason?: Reason
  retryAfterMs?: number | null
  fieldViolations?: FieldViolation[]
  requestId?: string | null
  unreachable?: boolean
  metadata?: Readonly<Record<string, string>>
}

const NOTHING_KNOWN: Required<Omit<Facts, 'code'>> = {
  reason: 'UNSPECIFIED',
  retryAfterMs: null,
  fieldViolations: [],
  requestId: null,
  unreachable: false,
  metadata: {},
}

/** A failed call, or the failure that ended an answer. `message` is for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode
  readonly reason: Reason
  /** How long to wait before the same request can succeed; null when nobody said. */
  readonly retryAfterMs: number | null
  readonly fieldViolations: readonly FieldViolation[]
  /** What to search for in the server's log. */
  readonly requestId: string | null
  /** Whether no service of ours answered at all. */
  readonly unreachable: boolean
  /** Values that the reason names, by the contract's keys. */
  readonly metadata: Readonly<Record<string, string>>

  constructor(facts: Facts, options?: ErrorOptions) {
    const all = { ...NOTHING_KNOWN, ...facts }
    super(inPlainWords(all), options)
    this.code = all.code
    this.reason = all.reason
    this.retryAfterMs = all.retryAfterMs
    this.fieldViolations = all.fieldViolations
    this.requestId = all.requestId
    this.unreachable = all.unreachable
    this.metadata = all.metadata
  }

  /** Whether the same request may succeed when it is made again. */
  get canRetry(): boolean {
    return wordsFor(this.code, this.reason).retry
  }

  /** Reads whatever a call threw. */
  static from(thrown: unknown): ApiError {
    if (thrown instanceof ApiError) return thrown
    const error = ConnectError.from(thrown)
    if (error.cause instanceof ApiError) return error.cause
    return isFaultOfTheWay(error) ? lost(error) : fromConnectError(error)
  }

  /** Reads the status that a `failed` event or a stored message carries. */
  static fromStatus(status: Status): ApiError {
    const error = new ConnectError(status.message, codeOf(status))
    error.details = status.details.map(({ typeUrl, value }) => ({
      type: typeUrl.slice(typeUrl.lastIndexOf('/') + 1),
      value,
    }))
    return fromConnectError(error)
  }
}

/** The connection ended, or nobody was there. */
export function lost(cause?: unknown): ApiError {
  return new ApiError({ code: 'Unavailable', unreachable: true }, { cause })
}

/** The browser could not connect, or the stream broke off: no status was received. */
function isFaultOfTheWay(error: ConnectError): boolean {
  return error.code === Code.Unknown && error.cause !== undefined
}

function fromConnectError(error: ConnectError): ApiError {
  const info = error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === DOMAIN)
  const retry = error.findDetails(RetryInfoSchema)[0]?.retryDelay
  const violations = error.findDetails(BadRequestSchema).flatMap((bad) => bad.fieldViolations)
  const request = error.findDetails(RequestInfoSchema)[0]?.requestId
  return new ApiError(
    {
      code: Code[error.code] as ErrorCode,
      reason: reasonOf(info?.reason),
      retryAfterMs: retry ? durationMs(retry) : null,
      fieldViolations: violations.map(({ field, description }) => ({ field, description })),
      requestId: info?.metadata.request_id ?? request ?? error.metadata.get('x-request-id'),
      unreachable: error.code === Code.Unavailable && info === undefined,
      metadata: info?.metadata ?? {},
    },
    { cause: error },
  )
}

/** A number of gRPC's own list, or Unknown. */
function codeOf({ code }: Status): Code {
  const name = Code[code] as ErrorCode | undefined
  return name ? Code[name] : Code.Unknown
}

function reasonOf(name: string | undefined): Reason {
  const reason = name?.startsWith(PREFIX) ? name.slice(PREFIX.length) : ''
  return Object.hasOwn(ErrorReason, reason) ? (reason as Reason) : 'UNSPECIFIED'
}

function wordsFor(code: ErrorCode, reason: Reason) {
  return reason === 'UNSPECIFIED' ? WORDS_BY_CODE[code] : WORDS_BY_REASON[reason]
}

function inPlainWords(facts: Required<Facts>): string {
  const { code, reason, fieldViolations, requestId, metadata } = facts
  // What is not a field that somebody filled in has words of its own.
  const named = reason === 'MODEL_UNKNOWN' ? [] : fieldViolations
  const violations = named.map((one) => `(${one.field}: ${one.description})`)
  const reference = reason === 'INTERNAL' && requestId ? [`Its reference is ${requestId}.`] : []
  const most = Number(metadata.max_bytes)
  const limit =
    reason === 'FILE_TOO_LARGE' && most > 0 ? [`It takes ${inMebibytes(most)} at the most.`] : []
  return [wordsFor(code, reason).text, ...violations, ...limit, ...reference].join(' ')
}

const inMebibytes = (bytes: number) =>
  `${(bytes / 2 ** 20).toLocaleString('en', { maximumFractionDigits: 1 })} MB`

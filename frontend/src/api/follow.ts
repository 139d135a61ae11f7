/** Reads an answer to its end, over as many connections as that takes. */

import type { GenerationEvent } from '../gen/lamla/chat/v1/generation_pb'
import { AnswerReader, DifferentText, MissingEvents } from './answer-reader'
import { backoffMs, sleep } from './backoff'
import { ApiError, lost } from './errors'
import type { ErrorCode } from './reasons'
import type { AnswerEvents } from './types'

/** Two heartbeats of 10 s missed, and some seconds for the way. */
export const SILENCE_MS = 25_000

/** Attempts of a request that has had no event yet. */
const MOST_OPENINGS = 5
/** Attempts in a row, without an event between, after a failure that waiting rarely heals. */
const MOST_RESUMES = 4

const PASSING = new Set<ErrorCode>(['Unavailable', 'DeadlineExceeded', 'ResourceExhausted'])
const HOPELESS = new Set<ErrorCode>([
  'NotFound',
  'PermissionDenied',
  'Unauthenticated',
  'InvalidArgument',
  'Unimplemented',
])

export interface AnswerSource {
  /** Begins, or begins again: the same request each time. */
  open: (signal: AbortSignal) => AsyncIterable<GenerationEvent>
  /** Goes on after an event. */
  resume: (id: string, afterSequence: number, signal: AbortSignal) => AsyncIterable<GenerationEvent>
  /** Whether `open` only looks at what there is, so that it may wait as long as a resume. */
  opensExisting: boolean
}

/**
 * Yields an answer's events until it has ended. Each event counts once, however often it came.
 *
 * Throws ApiError when it cannot go on, and the signal's reason when that aborts.
 */
export async function* followAnswer(source: AnswerSource, signal: AbortSignal): AnswerEvents {
  const reader = new AnswerReader()
  let failures = 0
  for (;;) {
    try {
      for await (const event of connect(source, reader, signal)) {
        const change = reader.accept(event)
        if (!change) continue
        if (change.type !== 'alive') failures = 0
        yield change
        if (change.type === 'ended') return
      }
      throw lost()
    } catch (thrown) {
      signal.throwIfAborted()
      failures += 1
      const error = judge(thrown, reader, failures)
      if (failures >= patience(error, source.opensExisting || reader.generationId !== null))
        throw error
      const delayMs = backoffMs(failures, error.retryAfterMs)
      yield { type: 'waiting', attempt: failures, delayMs, error }
      await sleep(delayMs, signal)
    }
  }
}

async function* connect(source: AnswerSource, reader: AnswerReader, outer: AbortSignal) {
  const { generationId, lastSequence } = reader
  const controller = new AbortController()
  const stop = () => {
    controller.abort(outer.reason)
  }
  const fallSilent = () => {
    controller.abort(lost())
  }
  outer.addEventListener('abort', stop)
  let timer = setTimeout(fallSilent, SILENCE_MS)
  try {
    outer.throwIfAborted()
    const events =
      generationId === null
        ? source.open(controller.signal)
        : source.resume(generationId, lastSequence, controller.signal)
    for await (const event of events) {
      clearTimeout(timer)
      yield event
      timer = setTimeout(fallSilent, SILENCE_MS)
    }
  } finally {
    clearTimeout(timer)
    outer.removeEventListener('abort', stop)
    controller.abort() // Leaving the loop early does not close the request by itself.
  }
}

/** A text that differs, or a gap that stays, is healed by reading from the begin. */
function judge(thrown: unknown, reader: AnswerReader, failures: number): ApiError {
  if (thrown instanceof DifferentText || (thrown instanceof MissingEvents && failures > 1)) {
    reader.restart()
  }
  const isBroken = thrown instanceof DifferentText || thrown instanceof MissingEvents
  return isBroken ? new ApiError({ code: 'DataLoss' }, { cause: thrown }) : ApiError.from(thrown)
}

/** How many failures in a row to bear. */
function patience(error: ApiError, exists: boolean): number {
  if (HOPELESS.has(error.code)) return 1
  if (!exists) return error.code === 'Unavailable' ? MOST_OPENINGS : 1
  return PASSING.has(error.code) ? Infinity : MOST_RESUMES
}

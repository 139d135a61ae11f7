/** Collects errors of the page and sends them to the server's log, seldom and without content. */

import { ApiError } from './errors'
import type { ErrorCode } from './reasons'
import type { ErrorReport, Reports } from './reports'
import { MOST_ERRORS } from './reports'
import { newRequestId } from './request-id'

/** Errors that come together are sent together. */
const DELAY_MS = 5_000
/** A page that is broken for good says so this often, and then no more. */
const MOST_REPORTS = 20
const MOST_FRAMES = 8

/** Failures that show a fault of ours; the rest is planned, or of the way. */
const FAULTS = new Set<ErrorCode>(['Internal', 'Unknown', 'DataLoss', 'Unimplemented'])

/** A file of the page and a place in it, in any browser's notation. */
const FRAME = /\/((?:assets|src)\/[\w./-]+?(?:\?[\w=&.-]*)?:\d+:\d+)/g

export class ErrorReporter {
  #reports: Reports
  #version: string
  #pending = new Map<string, ErrorReport>()
  #isWaiting = false
  #sent = 0

  constructor(reports: Reports, version: string = import.meta.env.VITE_VERSION) {
    this.#reports = reports
    this.#version = version
  }

  /** Something was thrown that nobody expected; returns what to search for in the server's log. */
  note(thrown: unknown): string {
    if (thrown instanceof ApiError) return this.noteCall(thrown)
    const error = { kind: kindOf(thrown), location: locationOf(thrown), reason: '' }
    return this.#add({ ...error, requestId: newRequestId() })
  }

  /** A call failed. */
  noteCall(error: ApiError): string {
    const requestId = error.requestId ?? newRequestId()
    if (error.unreachable || !FAULTS.has(error.code)) return requestId
    const reason = error.reason === 'UNSPECIFIED' ? '' : error.reason
    const kind = `${error.name}.${error.code}`
    return this.#add({ kind, location: locationOf(error), requestId, reason })
  }

  #add(error: Omit<ErrorReport, 'count'>): string {
    const key = [error.kind, error.location, error.reason].join('\n')
    const known = this.#pending.get(key)
    if (known) known.count += 1
    else if (this.#pending.size < MOST_ERRORS) this.#pending.set(key, { ...error, count: 1 })
    if (!this.#isWaiting && this.#sent < MOST_REPORTS) {
      this.#isWaiting = true
      setTimeout(this.#send, DELAY_MS)
    }
    return known?.requestId ?? error.requestId
  }

  #send = (): void => {
    this.#isWaiting = false
    this.#sent += 1
    const errors = [...this.#pending.values()]
    this.#pending.clear()
    this.#reports.send(errors, this.#version).catch(() => undefined) // It stays in this browser.
  }
}

function kindOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.name : typeof thrown
}

/** Where it was thrown; a stack's first line is the message, which may quote the user. */
function locationOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  const stack = (thrown.stack ?? '').replace(thrown.message, '')
  const frames = Array.from(stack.matchAll(FRAME), ([, frame]) => frame ?? '')
  return frames.slice(0, MOST_FRAMES).join(' ')
}

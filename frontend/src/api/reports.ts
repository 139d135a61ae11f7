/** Errors of the page, for the server's log. Never with what users write or read. */

import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { ClientReportService } from '../gen/lamla/telemetry/v1/client_report_service_pb'
import type { Caller } from './caller'
import { newRequestId } from './request-id'

/** The contract's limits. */
export const MOST_ERRORS = 20
const LONGEST = { kind: 100, location: 2_000, requestId: 128, reason: 100, version: 100 }

export interface ErrorReport {
  /** The error's class. */
  kind: string
  /** File and line of our own code. */
  location: string
  /** The request that failed, or a name for the error itself. */
  requestId: string
  reason: string
  /** How often it came since the last report. */
  count: number
}

export interface Reports {
  /** 1 to 20 errors, oldest first. Throws ApiError. */
  send: (errors: readonly ErrorReport[], version: string) => Promise<void>
}

export function createReports(transport: Transport, caller: Caller): Reports {
  const client = createClient(ClientReportService, transport)
  return {
    async send(errors, version) {
      const request = {
        requestId: newRequestId(),
        version: version.slice(0, LONGEST.version),
        errors: errors.slice(0, MOST_ERRORS).map((error) => ({
          kind: error.kind.slice(0, LONGEST.kind) || 'Error',
          location: error.location.slice(0, LONGEST.location),
          requestId: error.requestId.slice(0, LONGEST.requestId),
          reason: error.reason.slice(0, LONGEST.reason),
          count: error.count,
        })),
      }
      await caller.unary((options) => client.reportErrors(request, options))
    },
  }
}

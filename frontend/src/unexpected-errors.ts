/** Takes what nobody caught to the server's log. */

import type { ErrorReporter } from './api'

export function reportErrors(errors: ErrorReporter): void {
  addEventListener('error', ({ error }) => {
    // Without an error it is a warning of the browser's own, or of a foreign script.
    if (error !== null && error !== undefined) errors.note(error)
  })
  addEventListener('unhandledrejection', ({ reason }) => {
    if (!isAbort(reason)) errors.note(reason)
  })
}

/** What the page itself gave up. */
function isAbort(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === 'AbortError'
}

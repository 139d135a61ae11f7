/** The server, as the page sees it. */

import type { Transport } from '@connectrpc/connect'
import { Caller } from './caller'
import type { Chat } from './chat'
import { createChat } from './chat'
import type { Conversations } from './conversations'
import { createConversations } from './conversations'
import { ErrorReporter } from './error-reporter'
import { createIdentity } from './identity'
import type { Library } from './library-types'
import type { OtherTabs } from './other-tabs'
import { Reachability } from './reachability'
import { createReports } from './reports'
import { Session } from './session'

export { backoffMs, sleep } from './backoff'
export type { Chat, MessageRequest, Question } from './chat'
export { codePointLength, unitOffset } from './code-points'
export type { Conversations } from './conversations'
export type { ErrorReporter } from './error-reporter'
export { ApiError } from './errors'
export type { ExportProgress } from './export-all'
export { exportAll } from './export-all'
export type { FieldViolation } from './errors'
export type { ImportFailure, ImportProgress } from './import-file'
export { importFile, UnreadableFile } from './import-file'
export { browserTabs } from './other-tabs'
export { newRequestId } from './request-id'
export type { Session, SessionChange } from './session'
export { createTransport } from './transport'
export type * from './library-types'
export type * from './types'
export { NO_EVIDENCE } from './types'

export interface Api {
  session: Session
  reachability: Reachability
  /** Takes errors of the page to the server's log. */
  errors: ErrorReporter
  chat: Chat
  conversations: Conversations
  /** The user's documents; throws when their part of the page cannot be loaded. */
  library: () => Promise<Library>
}

/** Without `tabs` the page is on its own. */
export function createApi(transport: Transport, tabs?: OtherTabs): Api {
  const session = new Session(createIdentity(transport), tabs)
  const reachability = new Reachability()
  // Reports that fail are not reported.
  const errors = new ErrorReporter(createReports(transport, new Caller(session, reachability)))
  const caller = new Caller(session, reachability, (error) => {
    errors.noteCall(error)
  })
  return {
    session,
    reachability,
    errors,
    chat: createChat(transport, caller),
    conversations: createConversations(transport, caller),
    library: loadOnce(async () => (await import('./library')).createLibrary(transport, caller)),
  }
}

/** What could not be loaded is asked for again the next time. */
function loadOnce<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | null = null
  return () => {
    loaded ??= load().catch((thrown: unknown) => {
      loaded = null
      throw thrown
    })
    return loaded
  }
}

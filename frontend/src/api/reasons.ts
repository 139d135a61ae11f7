/** Every planned failure in plain words: what happened, and what helps. */

import type { Code } from '@connectrpc/connect'
import type { ErrorReason } from '../gen/lamla/errors/v1/error_reason_pb'

export type Reason = keyof typeof ErrorReason
export type ErrorCode = keyof typeof Code

interface Words {
  text: string
  /** Whether the same request may succeed when it is made again. */
  retry: boolean
}

const again = (text: string): Words => ({ text, retry: true })
const final = (text: string): Words => ({ text, retry: false })

/** A reason without words is a type error. */
export const WORDS_BY_REASON: Record<Exclude<Reason, 'UNSPECIFIED'>, Words> = {
  INTERNAL: again('Something went wrong on the server. It has been noted there.'),
  INVALID_FIELD: final('The server did not accept this input.'),
  TOKEN_MISSING: again('You are not signed in.'),
  TOKEN_INVALID: again('Your sign-in is not valid any more.'),
  TOKEN_EXPIRED: again('Your sign-in has expired.'),
  PEER_NOT_ALLOWED: final(
    'One part of the server may not talk to another. Its operator can fix that.',
  ),
  ROLE_NOT_ALLOWED: final('Your account may not do this.'),
  DEADLINE_EXCEEDED: again('The server took too long.'),
  DEPENDENCY_UNAVAILABLE: again('A part of the server cannot be reached at the moment.'),
  DATABASE_UNAVAILABLE: again('The server cannot reach its database at the moment.'),
  DRAINING: again('The server is restarting.'),
  RATE_LIMITED: again('That was a lot of messages in a short time.'),
  OVERLOADED: again('The server is busy at the moment.'),
  REQUEST_ID_REUSED: final('This request was sent before with other content.'),
  METHOD_UNKNOWN: final('This server cannot do this. It may be older than this page.'),
  REQUEST_TOO_LARGE: final('This is larger than the server takes.'),
  ORIGIN_NOT_ALLOWED: final('The server does not take requests from this address.'),
  QUOTA_EXCEEDED: final(
    'You have as much here as one person may have. Delete what you do not need, then try again.',
  ),
  CREDENTIALS_INVALID: final('E-mail address and password do not belong together.'),
  EMAIL_TAKEN: final('There is an account with this e-mail address already.'),
  REFRESH_TOKEN_INVALID: final('You have been signed out.'),
  SESSION_ENDED: final('You have been signed out.'),
  CONVERSATION_NOT_FOUND: final('There is no such conversation, or it is not yours.'),
  MESSAGE_NOT_FOUND: final('This message does not exist any more.'),
  GENERATION_NOT_FOUND: final('This answer does not exist any more.'),
  MESSAGE_ROLE_MISMATCH: final('This cannot be done with this kind of message.'),
  GENERATION_ENDED: final('The answer has ended already.'),
  LEASE_LOST: again('Another server has taken this answer over.'),
  CAPABILITY_INVALID: final('The server refused to store this answer.'),
  GENERATION_INTERRUPTED: again('The server stopped before the answer was finished.'),
  GENERATION_IN_PROGRESS: again(
    'An answer is being written here already. Wait until it ends, or stop it.',
  ),
  DOCUMENT_NOT_FOUND: final('There is no such document, or it is not yours.'),
  COLLECTION_NOT_FOUND: final('There is no such collection, or it is not yours.'),
  COLLECTION_NAME_TAKEN: final('You have a collection of this name already.'),
  UPLOAD_NOT_FOUND: final('The server does not know this upload any more. Choose the file again.'),
  UPLOAD_OFFSET_MISMATCH: again('A part of the file did not arrive.'),
  UPLOAD_INCOMPLETE: again('A part of the file did not arrive.'),
  CONTENT_HASH_MISMATCH: again('The file was damaged on its way, or changed meanwhile.'),
  FILE_TOO_LARGE: final('This file is larger than the server takes.'),
  URL_REFUSED: final('Only public addresses that begin with http:// or https:// can be imported.'),
  URL_UNREACHABLE: again('This address does not answer, or refuses to.'),
  DOCUMENT_TYPE_UNSUPPORTED: final('This kind of file cannot be read.'),
  DOCUMENT_EMPTY: final('There is no text in this file.'),
  DOCUMENT_ENCRYPTED: final(
    'This file needs a password. Save it without one, and bring it in again.',
  ),
  DOCUMENT_DAMAGED: final('This file is damaged, or not what its name says.'),
  DOCUMENT_NO_TEXT_LAYER: final(
    'This is a picture of text, and the text in it could not be recognised.',
  ),
  DOCUMENT_UNREADABLE: final('There is nothing in this file that reads as text.'),
  DOCUMENT_TOO_LARGE: final(
    'This file unpacks to more than can be read. Smaller parts of it may do.',
  ),
  DOCUMENT_TOO_SLOW: final('Reading this file takes too long. Smaller parts of it may do.'),
  DOCUMENT_PARSER_CRASHED: final('This file could not be read. It may be damaged.'),
  EMBEDDING_MODEL_CHANGED: again('The search model has just been replaced.'),
  MODEL_UNKNOWN: final('The server does not have this model.'),
  PROVIDER_UNAVAILABLE: again('The model cannot be reached at the moment.'),
  PROVIDER_INTERRUPTED: again('The model stopped in the middle of the answer.'),
  PROVIDER_REJECTED: final('The model’s provider refused this request.'),
  CONTEXT_TOO_LONG: final(
    'This conversation is too long for the model. A new chat has room again.',
  ),
  PROVIDER_RATE_LIMITED: again('The model’s provider limits how often it may be asked.'),
  EMBEDDING_MODEL_UNKNOWN: final('The server does not have this search model.'),
}

/** For failures without a reason of ours: Envoy's, the browser's, an older server's. */
export const WORDS_BY_CODE: Record<ErrorCode, Words> = {
  Canceled: again('The request was cancelled.'),
  Unknown: again('Something went wrong.'),
  InvalidArgument: final('The server did not accept this input.'),
  DeadlineExceeded: again('The server took too long.'),
  NotFound: final('This does not exist any more.'),
  AlreadyExists: final('This exists already.'),
  PermissionDenied: final('You may not do this.'),
  ResourceExhausted: again('That was too much at once.'),
  FailedPrecondition: final('This is not possible at the moment.'),
  Aborted: again('The request was interrupted.'),
  OutOfRange: final('The server did not accept this input.'),
  Unimplemented: final('This server cannot do this. It may be older than this page.'),
  Internal: again('Something went wrong on the server.'),
  Unavailable: again('The server cannot be reached at the moment.'),
  DataLoss: again('A part of the answer was lost on its way.'),
  Unauthenticated: again('You are not signed in.'),
}

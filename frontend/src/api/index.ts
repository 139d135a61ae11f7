/** The server, as the page sees it. */

import type { Transport } from '@connectrpc/connect'
import { Caller } from './caller'
import type { Chat } from './chat'
import { createChat } from './chat'
import type { Conversations } from './conversations'
import { createConversations } from './conversations'
import { createIdentity } from './identity'
import { Reachability } from './reachability'
import { Session } from './session'

export type { Chat, Question } from './chat'
export type { Conversations } from './conversations'
export { ApiError } from './errors'
export { newRequestId } from './request-id'
export { createTransport } from './transport'
export type * from './types'

export interface Api {
  session: Session
  reachability: Reachability
  chat: Chat
  conversations: Conversations
}

export function createApi(transport: Transport): Api {
  const session = new Session(createIdentity(transport))
  const reachability = new Reachability()
  const caller = new Caller(session, reachability)
  return {
    session,
    reachability,
    chat: createChat(transport, caller),
    conversations: createConversations(transport, caller),
  }
}

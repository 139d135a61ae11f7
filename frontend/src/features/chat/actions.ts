/** What can be done with the messages of the conversation that is shown. */

import { createContext, use } from 'react'
import type { Message } from '../../api'
import type { Turn } from './turns'

export interface MessageActions {
  regenerate: (answer: Message) => void
  continue: (answer: Message) => void
  /** Asks a question again in other words. */
  ask: (question: Message, text: string) => void
  /** Opens the way to delete a message. */
  remove: (message: Message) => void
  /** Shows the branch of a message. */
  choose: (messageId: string) => void
  /** Makes the request of a failed turn again. */
  retry: (turn: Turn) => void
  /** Gives a failed turn up. */
  discard: (turn: Turn) => void
  /** Takes an unsent question back into the composer. */
  takeBack: (turn: Turn) => void
}

export const ActionsContext = createContext<MessageActions | null>(null)

export function useMessageActions(): MessageActions {
  const actions = use(ActionsContext)
  if (!actions) throw new Error('This component is outside of ActionsContext.')
  return actions
}

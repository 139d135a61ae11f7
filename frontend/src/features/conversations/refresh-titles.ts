/** The model writes a title soon after the first answer: asks for it then. */

import type { QueryClient } from '@tanstack/react-query'
import { keys } from '../../queries'
import type { Turn, Turns } from '../chat/turns'

/** After an answer has ended: soon, and in case the model was slow. */
const DELAYS_MS = [1_500, 4_000, 10_000, 25_000]

export function refreshTitles(turns: Turns, client: QueryClient): void {
  let before: readonly Turn[] = []
  turns.subscribe(() => {
    const now = new Set(turns.get().map(({ key }) => key))
    const ended = before.filter(({ key, start }) => start && !now.has(key))
    before = turns.get()
    for (const { start } of ended) if (start) refreshLater(client, start.conversationId)
  })
}

function refreshLater(client: QueryClient, id: string): void {
  // Later answers do not change the title.
  const messages = client.getQueryData<unknown[]>(keys.messages(id))
  if (messages && messages.length > 2) return
  for (const delay of DELAYS_MS) {
    setTimeout(() => {
      void client.invalidateQueries({ queryKey: keys.conversations })
      void client.invalidateQueries({ queryKey: keys.conversation(id) })
    }, delay)
  }
}

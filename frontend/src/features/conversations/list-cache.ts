/** Changes the remembered lists at once, before the server has answered. */

import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { Conversation, ConversationPage } from '../../api'
import { keys } from '../../queries'

type List = InfiniteData<ConversationPage>

/** `change` gives null for a conversation that leaves its list. */
export function changeListed(
  client: QueryClient,
  id: string,
  change: (conversation: Conversation) => Conversation | null,
): void {
  // A reading that is under way does not know of the change and would undo it.
  void client.cancelQueries({ queryKey: keys.conversations }, { revert: false })
  client.setQueriesData<List>({ queryKey: keys.conversations }, (list) =>
    list ? { ...list, pages: list.pages.map((page) => changePage(page, id, change)) } : list,
  )
}

function changePage(
  page: ConversationPage,
  id: string,
  change: (conversation: Conversation) => Conversation | null,
): ConversationPage {
  const conversations = page.conversations.flatMap((one) => {
    const changed = one.id === id ? change(one) : one
    return changed ? [changed] : []
  })
  return { ...page, conversations }
}

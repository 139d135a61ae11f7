/** Which branch of a conversation is looked at: here at once, on other devices from the next time on. */

import type { QueryClient } from '@tanstack/react-query'
import { skipToken, useQuery } from '@tanstack/react-query'
import type { Conversations } from '../../api'

const keyOf = (conversationId: string) => ['branch', conversationId] as const

/** The end of the branch that was chosen on this page; null when none was. */
export function useChosenBranch(conversationId: string): string | null {
  const { data } = useQuery<string>({
    queryKey: keyOf(conversationId),
    queryFn: skipToken,
    staleTime: Infinity,
    gcTime: Infinity,
  })
  return data ?? null
}

export function chosenBranch(client: QueryClient, conversationId: string): string | null {
  return client.getQueryData<string>(keyOf(conversationId)) ?? null
}

export function chooseBranch(client: QueryClient, conversationId: string, messageId: string): void {
  client.setQueryDefaults(keyOf(conversationId), { gcTime: Infinity })
  client.setQueryData(keyOf(conversationId), messageId)
}

/** The newest choice that is to be sent, for each conversation with a call under way. */
const waiting = new Map<string, string | null>()

/**
 * Keeps a choice for the next time; if that fails, the next time begins elsewhere.
 *
 * One call at a time: of two at once the older one might arrive last.
 */
export async function rememberBranch(
  conversations: Conversations,
  conversationId: string,
  messageId: string,
): Promise<void> {
  const isUnderWay = waiting.has(conversationId)
  waiting.set(conversationId, messageId)
  if (isUnderWay) return
  for (;;) {
    const currentMessageId = waiting.get(conversationId) ?? null
    if (currentMessageId === null) break
    waiting.set(conversationId, null)
    await conversations.update(conversationId, { currentMessageId }).catch(() => undefined)
  }
  waiting.delete(conversationId)
}

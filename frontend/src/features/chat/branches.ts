/** Which branch of a conversation is looked at: here at once, on other devices from the next time on. */

import type { QueryClient } from '@tanstack/react-query'
import { skipToken, useQuery } from '@tanstack/react-query'

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

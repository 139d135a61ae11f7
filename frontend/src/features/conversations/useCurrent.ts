/** The conversation that is shown. */

import { useQuery } from '@tanstack/react-query'
import type { Conversation } from '../../api'
import { keys, listedConversation } from '../../queries'
import { useRoute } from '../../router'
import { useServices } from '../../services'

/** Undefined where there is none, or while nothing is known of it. */
export function useCurrent(): Conversation | undefined {
  const { api, queryClient } = useServices()
  const route = useRoute()
  const id = route.page === 'conversation' ? route.conversationId : null
  const { data } = useQuery({
    queryKey: keys.conversation(id ?? ''),
    queryFn: ({ signal }) => api.conversations.get(id ?? '', signal),
    enabled: id !== null,
  })
  return id === null ? undefined : (data ?? listedConversation(queryClient, id))
}

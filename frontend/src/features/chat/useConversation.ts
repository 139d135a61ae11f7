/** One conversation: its messages, and what is being asked and answered in it now. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Message } from '../../api'
import { ApiError } from '../../api'
import { keys, listedConversation } from '../../queries'
import { useServices } from '../../services'
import type { Transcript } from './transcript'
import { transcriptOf } from './transcript'
import { placeOf } from './turns'

const NO_MESSAGES: readonly Message[] = []

export interface ConversationState extends Transcript {
  title: string
  /** Whether its messages are still to come. */
  isLoading: boolean
  /** Whether there is none of this id. */
  isMissing: boolean
  /** Why its messages did not come; the page does not try again by itself. */
  error: ApiError | null
  reload: () => void
}

/** Null is a conversation that begins with its first question. */
export function useConversation(id: string | null): ConversationState {
  const { api, turns, queryClient } = useServices()
  const enabled = id !== null
  const key = id ?? ''
  const messages = useQuery({
    queryKey: keys.messages(key),
    queryFn: ({ signal }) => api.conversations.messages(key, signal),
    enabled,
  })
  const conversation = useQuery({
    queryKey: keys.conversation(key),
    queryFn: ({ signal }) => api.conversations.get(key, signal),
    enabled,
  })
  const all = useSyncExternalStore(turns.subscribe, turns.get)
  const transcript = useMemo(
    () =>
      transcriptOf(
        messages.data ?? NO_MESSAGES,
        all.filter((turn) => placeOf(turn) === id),
      ),
    [messages.data, all, id],
  )

  const { unfollowed } = transcript
  useEffect(() => {
    for (const message of unfollowed) turns.resume(message)
  }, [turns, unfollowed])

  const error = messages.error ? ApiError.from(messages.error) : null
  const isMissing = error?.code === 'NotFound' || error?.code === 'InvalidArgument'
  const isUnread = messages.data === undefined && !isMissing
  return {
    ...transcript,
    title: (conversation.data ?? listedConversation(queryClient, key))?.title ?? '',
    isLoading: enabled && messages.isPending,
    isMissing,
    error: isUnread ? error : null,
    reload: () => {
      void messages.refetch()
    },
  }
}

/** One conversation: its messages, and what is being asked and answered in it now. */

import { useQuery } from '@tanstack/react-query'
import { useCallback, useEffect, useMemo, useSyncExternalStore } from 'react'
import type { Message } from '../../api'
import { ApiError } from '../../api'
import { keys, listedConversation } from '../../queries'
import { useServices } from '../../services'
import { chooseBranch, rememberBranch, useChosenBranch } from './branches'
import type { Transcript } from './transcript'
import { transcriptOf } from './transcript'
import { below, newestBelow } from './tree'
import { placeOf } from './turns'

const NO_MESSAGES: readonly Message[] = []

export interface ConversationState extends Transcript {
  title: string
  /** Of all branches, in order of creation. */
  messages: readonly Message[]
  /** Whether its messages are still to come. */
  isLoading: boolean
  /** Whether there is none of this id. */
  isMissing: boolean
  /** Why its messages did not come; the page does not try again by itself. */
  error: ApiError | null
  reload: () => void
  /** Shows the newest branch that a message is on, here and on other devices. */
  choose: (messageId: string) => void
  /** A message is gone, with everything that followed it. */
  removed: (message: Message) => void
}

/** Null is a conversation that begins with its first question. */
export function useConversation(id: string | null): ConversationState {
  const { api, turns, queryClient } = useServices()
  const enabled = id !== null
  const key = id ?? ''
  const query = useQuery({
    queryKey: keys.messages(key),
    queryFn: ({ signal }) => api.conversations.messages(key, signal),
    enabled,
  })
  const conversation = useQuery({
    queryKey: keys.conversation(key),
    queryFn: ({ signal }) => api.conversations.get(key, signal),
    enabled,
  })
  const known = conversation.data ?? listedConversation(queryClient, key)
  const chosenHere = useChosenBranch(key)
  // Messages without the branch that was chosen would show another one for a moment.
  const isBranchKnown = chosenHere !== null || known !== undefined || !conversation.isPending
  const messages = (isBranchKnown ? query.data : undefined) ?? NO_MESSAGES
  const chosenId = chosenHere ?? known?.currentMessageId ?? null
  const all = useSyncExternalStore(turns.subscribe, turns.get)
  const transcript = useMemo(
    () =>
      transcriptOf(
        messages,
        all.filter((turn) => placeOf(turn) === id),
        chosenId,
      ),
    [messages, all, id, chosenId],
  )

  useEffect(() => {
    // What is chosen elsewhere from now on does not change what is read here.
    if (chosenHere === null && chosenId !== null) chooseBranch(queryClient, key, chosenId)
  }, [queryClient, key, chosenHere, chosenId])

  const { unfollowed } = transcript
  useEffect(() => {
    for (const message of unfollowed) turns.resume(message)
  }, [turns, unfollowed])

  const remember = useCallback(
    (messageId: string) => {
      void rememberBranch(api.conversations, key, messageId)
    },
    [api, key],
  )
  const choose = useCallback(
    (messageId: string) => {
      const newest = newestBelow(messages, messageId)?.id ?? messageId
      chooseBranch(queryClient, key, newest)
      remember(newest)
    },
    [queryClient, key, messages, remember],
  )
  const removed = (message: Message) => {
    const shown = turns.removed(message, below(messages, message.id))
    if (shown !== null) remember(shown)
  }

  const error = query.error ? ApiError.from(query.error) : null
  const isMissing = error?.code === 'NotFound' || error?.code === 'InvalidArgument'
  const isUnread = query.data === undefined && !isMissing
  return {
    ...transcript,
    title: known?.title ?? '',
    messages,
    isLoading: enabled && (query.isPending || !isBranchKnown),
    isMissing,
    error: isUnread ? error : null,
    reload: () => {
      void query.refetch()
    },
    choose,
    removed,
  }
}

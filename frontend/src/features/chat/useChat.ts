/** What one can do in a conversation. */

import { useCallback } from 'react'
import { useServices } from '../../services'
import { useDraft } from './drafts'
import { useConversation } from './useConversation'

export function useChat(conversationId: string | null) {
  const { turns, scopes } = useServices()
  const conversation = useConversation(conversationId)
  const [draft, setDraft] = useDraft(conversationId)
  const { leafId, running } = conversation

  const send = (text: string) => {
    turns.send({ conversationId, parentId: leafId, text, scope: scopes.toSend(conversationId) })
    setDraft('')
  }
  const stop = useCallback(() => {
    if (running && !running.isStopping) void turns.stop(running.key)
  }, [turns, running])

  return {
    conversation,
    draft,
    setDraft,
    send,
    /** Null while there is nothing to stop. */
    stop: running ? stop : null,
  }
}

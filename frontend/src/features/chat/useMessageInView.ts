/** Brings the message that the address names into view, on whichever branch it is. */

import { useEffect, useRef } from 'react'
import type { ConversationState } from './useConversation'

const SHOWN_MS = 1_600

export function useMessageInView(
  messageId: string | null,
  { messages, entries, choose }: ConversationState,
  release: () => void,
): void {
  const done = useRef<string | null>(null)

  useEffect(() => {
    if (messageId === null) done.current = null
    if (messageId === null || done.current === messageId) return
    if (!entries.some(({ message }) => message?.id === messageId)) {
      if (messages.some(({ id }) => id === messageId)) choose(messageId)
      return
    }
    done.current = messageId
    const article = document.querySelector<HTMLElement>(`[data-message="${CSS.escape(messageId)}"]`)
    if (!article) return
    release()
    article.scrollIntoView({ block: 'start' })
    article.dataset.found = ''
    setTimeout(() => {
      delete article.dataset.found
    }, SHOWN_MS)
  }, [messageId, messages, entries, choose, release])
}

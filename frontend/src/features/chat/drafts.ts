/** Questions that are not sent yet: kept for each conversation, and over a reload. */

import { useCallback, useSyncExternalStore } from 'react'

const listeners = new Set<() => void>()
const keyOf = (conversationId: string | null) => `draft:${conversationId ?? 'new'}`

export function useDraft(conversationId: string | null): [string, (text: string) => void] {
  const key = keyOf(conversationId)
  const text = useSyncExternalStore(subscribe, () => sessionStorage.getItem(key) ?? '')
  const setText = useCallback(
    (next: string) => {
      setDraft(key, next)
    },
    [key],
  )
  return [text, setText]
}

/** For somebody else who comes to this page. */
export function forgetDrafts(): void {
  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith('draft:')) sessionStorage.removeItem(key)
  }
  for (const listener of listeners) listener()
}

function setDraft(key: string, text: string): void {
  if (text) sessionStorage.setItem(key, text)
  else sessionStorage.removeItem(key)
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

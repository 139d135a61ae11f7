/** Which page an address shows: `/` a new chat, `/c/<id>` a conversation. */

import type { AnchorHTMLAttributes, MouseEvent } from 'react'
import { useSyncExternalStore } from 'react'

export type Route =
  { page: 'new' } | { page: 'conversation'; conversationId: string } | { page: 'unknown' }

export const NEW_CHAT = '/'
export const pathOf = (conversationId: string) => `/c/${conversationId}`

const listeners = new Set<() => void>()

/** Shows another page; `replace` leaves no way back to this one. */
export function navigate(path: string, { replace = false } = {}): void {
  if (path === location.pathname) return
  if (replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  for (const listener of listeners) listener()
}

export function routeOf(path: string): Route {
  if (path === NEW_CHAT) return { page: 'new' }
  const conversationId = /^\/c\/([^/]+)\/?$/.exec(path)?.[1]
  return conversationId ? { page: 'conversation', conversationId } : { page: 'unknown' }
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, () => location.pathname))
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  addEventListener('popstate', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('popstate', listener)
  }
}

interface LinkProps extends AnchorHTMLAttributes<HTMLAnchorElement> {
  to: string
}

/** A link that changes the page in place; with a modifier key it is the browser's own. */
export function Link({ to, onClick, ...rest }: LinkProps) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey
    if (!isPlain || event.altKey || event.defaultPrevented) return
    event.preventDefault()
    navigate(to)
  }
  return <a href={to} onClick={follow} {...rest} />
}

/** Which page an address shows: `/` a new chat, `/c/<id>#<message>` a conversation and a place in it. */

import type { AnchorHTMLAttributes, MouseEvent, Ref } from 'react'
import { useSyncExternalStore } from 'react'

export type Route =
  | { page: 'new' }
  | {
      page: 'conversation'
      conversationId: string
      /** The message that is to be brought into view, on whichever branch; null: none. */
      messageId: string | null
    }
  | { page: 'unknown' }

export const NEW_CHAT = '/'
export const pathOf = (conversationId: string, messageId: string | null = null) =>
  `/c/${conversationId}${messageId === null ? '' : `#${messageId}`}`

const listeners = new Set<() => void>()

/** Shows another page; `replace` leaves no way back to this one. */
export function navigate(path: string, { replace = false } = {}): void {
  if (path === current()) return
  if (replace) history.replaceState(null, '', path)
  else history.pushState(null, '', path)
  for (const listener of listeners) listener()
}

export function routeOf(path: string): Route {
  const [pathname = '', messageId = ''] = path.split('#')
  if (pathname === NEW_CHAT) return { page: 'new' }
  const conversationId = /^\/c\/([^/]+)\/?$/.exec(pathname)?.[1]
  return conversationId
    ? { page: 'conversation', conversationId, messageId: messageId || null }
    : { page: 'unknown' }
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, current))
}

const current = () => location.pathname + location.hash

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
  ref?: Ref<HTMLAnchorElement>
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

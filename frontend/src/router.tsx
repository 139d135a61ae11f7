/**
 * Which page an address shows: `/` a new chat, `/c/<id>#<message>` a conversation and a place in
 * it, `/library` the documents. Each may have a document beside it: `/library/<document>`, or
 * `?document=` elsewhere, with `page`, `start` and `end` of a passage.
 */

import type { AnchorHTMLAttributes, MouseEvent, Ref } from 'react'
import { useMemo, useSyncExternalStore } from 'react'
import type { SourceSpan } from './api'

export type Route =
  | { page: 'new' }
  | {
      page: 'conversation'
      conversationId: string
      /** The message that is to be brought into view, on whichever branch; null: none. */
      messageId: string | null
    }
  | { page: 'library' }
  | { page: 'unknown' }

/** The document that stands beside the page, and the place in it; without a passage `end` is 0. */
export type Source = SourceSpan

export const NEW_CHAT = '/'
export const LIBRARY = '/library'
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
  const [address = '', messageId = ''] = path.split('#')
  const [pathname = ''] = address.split('?')
  if (pathname === NEW_CHAT) return { page: 'new' }
  if (LIBRARY_PATH.test(pathname)) return { page: 'library' }
  const conversationId = /^\/c\/([^/]+)\/?$/.exec(pathname)?.[1]
  return conversationId
    ? { page: 'conversation', conversationId, messageId: messageId || null }
    : { page: 'unknown' }
}

const LIBRARY_PATH = /^\/library(?:\/([^/]+))?\/?$/

export function sourceOf(path: string): Source | null {
  const [address = ''] = path.split('#')
  const [pathname = '', search = ''] = address.split('?')
  const query = new URLSearchParams(search)
  const documentId = LIBRARY_PATH.exec(pathname)?.[1] ?? query.get('document')
  if (!documentId) return null
  const count = (name: string) => Math.max(0, Math.trunc(Number(query.get(name)) || 0))
  return {
    documentId,
    page: Math.max(1, count('page')),
    start: count('start'),
    end: count('end'),
  }
}

/** The address of a page with a document beside it; null: with none. */
export function pathWith(source: Source | null, path = current()): string {
  const [address = '', hash] = path.split('#')
  const [pathname = ''] = address.split('?')
  const isLibrary = LIBRARY_PATH.test(pathname)
  const query = new URLSearchParams()
  if (source) {
    const { documentId, page, start, end } = source
    if (!isLibrary) query.set('document', documentId)
    if (page > 1 || end > 0) query.set('page', String(page))
    if (end > 0) query.set('start', String(start))
    if (end > 0) query.set('end', String(end))
  }
  const place = isLibrary ? `${LIBRARY}${source ? `/${source.documentId}` : ''}` : pathname
  const search = query.size > 0 ? `?${query.toString()}` : ''
  return `${place}${search}${hash === undefined ? '' : `#${hash}`}`
}

/** The address of a document on the library's page. */
export const documentPath = (source: Source) => pathWith(source, LIBRARY)

/** Null while no document stands beside the page. */
export function useSource(): Source | null {
  const path = useSyncExternalStore(subscribe, current)
  return useMemo(() => sourceOf(path), [path])
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(subscribe, current))
}

const current = () => location.pathname + location.search + location.hash

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

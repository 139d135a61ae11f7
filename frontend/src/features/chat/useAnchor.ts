/** Keeps what one has just used in its place on the screen while the text around it changes. */

import type { RefObject } from 'react'
import { useCallback, useLayoutEffect, useRef } from 'react'

interface Anchor {
  element: Element
  top: number
}

/** Returns what is called before the change; it holds until `subject` is another one. */
export function useAnchor(scrollRef: RefObject<HTMLElement | null>, subject: unknown): () => void {
  const anchor = useRef<Anchor | null>(null)

  useLayoutEffect(() => {
    const held = anchor.current
    anchor.current = null
    if (!held?.element.isConnected || !scrollRef.current) return
    scrollRef.current.scrollTop += held.element.getBoundingClientRect().top - held.top
  }, [scrollRef, subject])

  return useCallback(() => {
    const element = document.activeElement
    anchor.current = element && { element, top: element.getBoundingClientRect().top }
  }, [])
}

/** Keeps the newest text in view while it grows, until the reader scrolls up. */

import type { RefObject } from 'react'
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'

/** So near to the bottom counts as there. */
const NEAR_PX = 32

interface StickToBottom {
  scrollRef: RefObject<HTMLDivElement | null>
  contentRef: RefObject<HTMLDivElement | null>
  /** Whether new text stays in view. */
  isStuck: boolean
  /** Goes there, and stays there. */
  jump: (behavior?: ScrollBehavior) => void
  /** Stays where it is. */
  release: () => void
}

/** Begins at the bottom again whenever `subject` is another one. */
export function useStickToBottom(subject: string | null): StickToBottom {
  const scrollRef = useRef<HTMLDivElement>(null)
  const contentRef = useRef<HTMLDivElement>(null)
  const stuck = useRef(true)
  const lastTop = useRef(0)
  const [releasedFrom, setReleasedFrom] = useState<{ subject: string | null } | null>(null)
  const isStuck = releasedFrom?.subject !== subject

  const stick = useCallback(
    (next: boolean) => {
      stuck.current = next
      setReleasedFrom(next ? null : { subject })
    },
    [subject],
  )

  const jump = useCallback(
    (behavior: ScrollBehavior = 'instant') => {
      stick(true)
      toBottom(scrollRef.current, behavior)
    },
    [stick],
  )

  useLayoutEffect(() => {
    stuck.current = true
    toBottom(scrollRef.current)
  }, [subject])

  useEffect(() => {
    const box = scrollRef.current
    const content = contentRef.current
    if (!box || !content) return

    const onScroll = () => {
      const isUpwards = box.scrollTop < lastTop.current - 1
      lastTop.current = box.scrollTop
      const below = box.scrollHeight - box.scrollTop - box.clientHeight
      // A text that got shorter moves the view upwards as well, but leaves it at the bottom.
      if (below <= 1 || (!isUpwards && below <= NEAR_PX)) stick(true)
      else if (isUpwards) stick(false)
    }
    const onGrow = () => {
      if (stuck.current) toBottom(box)
    }
    const observer = new ResizeObserver(onGrow)
    observer.observe(content)
    observer.observe(box)
    box.addEventListener('scroll', onScroll, { passive: true })
    return () => {
      observer.disconnect()
      box.removeEventListener('scroll', onScroll)
    }
  }, [stick])

  const release = useCallback(() => {
    stick(false)
  }, [stick])

  return { scrollRef, contentRef, isStuck, jump, release }
}

function toBottom(box: HTMLElement | null, behavior: ScrollBehavior = 'instant'): void {
  box?.scrollTo({ top: box.scrollHeight, behavior })
}

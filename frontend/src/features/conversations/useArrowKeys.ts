/** Moves the focus through the links of a list. */

import type { KeyboardEvent, RefObject } from 'react'

export function useArrowKeys(list: RefObject<HTMLElement | null>) {
  const links = () =>
    Array.from(list.current?.querySelectorAll<HTMLElement>('a[data-conversation]') ?? [])

  const onKeyDown = (event: KeyboardEvent) => {
    const all = links()
    const index = all.indexOf(document.activeElement as HTMLElement)
    const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: all.length - 1 }[event.key]
    if (index < 0 || to === undefined) return
    event.preventDefault()
    all[to]?.focus()
  }

  /** Before a conversation leaves the list: the focus, if it is there, goes to the next one. */
  const moveOn = (id: string) => {
    const all = links()
    const index = all.findIndex(({ dataset }) => dataset.conversation === id)
    if (!all[index]?.parentElement?.contains(document.activeElement)) return
    const next = all[index + 1] ?? all[index - 1]
    next?.focus()
  }

  return { onKeyDown, moveOn }
}

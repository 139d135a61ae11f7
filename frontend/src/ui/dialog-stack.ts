/** The modal dialogs that are open: all that is outside of the last one cannot be reached. */

import { useSyncExternalStore } from 'react'

let stack: readonly HTMLElement[] = []
const listeners = new Set<() => void>()

/** Returns how to say that it is closed. */
export function dialogOpened(dialog: HTMLElement): () => void {
  change([...stack, dialog])
  return () => {
    change(stack.filter((one) => one !== dialog))
  }
}

/** Where something must stand to be reached now. */
export function useReachableElement(): HTMLElement {
  return useSyncExternalStore(subscribe, () => stack.at(-1) ?? document.body)
}

function change(next: readonly HTMLElement[]): void {
  stack = next
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

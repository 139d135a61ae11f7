/** Says things to people who listen to the page. */

import { useSyncExternalStore } from 'react'

interface Spoken {
  text: string
  count: number
}

export class Announcer {
  #spoken: Spoken = { text: '', count: 0 }
  #listeners = new Set<() => void>()

  get = (): Spoken => this.#spoken

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Says a sentence once, when the one before has been said. */
  announce = (text: string): void => {
    this.#spoken = { text, count: this.#spoken.count + 1 }
    for (const listener of this.#listeners) listener()
  }
}

export function LiveRegion({ announcer }: { announcer: Announcer }) {
  const { text, count } = useSyncExternalStore(announcer.subscribe, announcer.get)
  return (
    <div role="status" className="sr-only">
      {/* The same words twice are a change only in another element. */}
      <span key={count}>{text}</span>
    </div>
  )
}

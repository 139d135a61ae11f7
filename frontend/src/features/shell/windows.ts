/** Which window lies over the page; one at a time. */

export type WindowName =
  'palette' | 'sign-in' | 'register' | 'settings' | 'shortcuts' | 'import' | 'export'

export class Windows {
  #name: WindowName | null = null
  #listeners = new Set<() => void>()

  /** Null while there is none. */
  get = (): WindowName | null => this.#name

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Opens one, in the place of the one before. */
  open = (name: WindowName): void => {
    this.#set(name)
  }

  close = (): void => {
    this.#set(null)
  }

  #set(name: WindowName | null): void {
    if (name === this.#name) return
    this.#name = name
    for (const listener of this.#listeners) listener()
  }
}

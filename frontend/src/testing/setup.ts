/** What jsdom lacks and the page needs. */

import { cleanup, configure } from '@testing-library/react'
import { afterEach } from 'vitest'

// Parts of the page that are fetched late take longer on a busy machine.
configure({ asyncUtilTimeout: 20_000 })

afterEach(() => {
  cleanup()
  sessionStorage.clear()
  localStorage.clear()
  history.replaceState(null, '', '/')
})

const nothing = () => undefined

class NeverResizes implements ResizeObserver {
  observe = nothing
  unobserve = nothing
  disconnect = nothing
}

/** A wide screen with a mouse. */
class WideScreen extends EventTarget {
  readonly matches: boolean

  constructor(readonly media: string) {
    super()
    this.matches = /min-width|hover: hover/.test(media)
  }
}

Object.assign(globalThis, {
  ResizeObserver: NeverResizes,
  matchMedia: (media: string) => new WideScreen(media),
  CSS: { escape: (text: string) => text.replace(/[^\w-]/g, '\\$&') },
})
Object.assign(Element.prototype, { scrollTo: nothing, scrollIntoView: nothing })
Object.assign(HTMLElement.prototype, {
  showPopover(this: HTMLElement) {
    this.style.display = 'block'
  },
  hidePopover(this: HTMLElement) {
    this.style.display = ''
  },
})
Object.assign(HTMLDialogElement.prototype, {
  showModal(this: HTMLDialogElement) {
    this.open = true
  },
  close(this: HTMLDialogElement) {
    this.open = false
  },
})

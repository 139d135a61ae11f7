/** What Escape does on the page, as long as nothing else takes it. */

import { useEffect } from 'react'

export function useEscape(action: (() => void) | null): void {
  useEffect(() => {
    if (!action) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return
      if (document.querySelector('dialog[open]')) return
      action()
    }
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onKeyDown)
    }
  }, [action])
}

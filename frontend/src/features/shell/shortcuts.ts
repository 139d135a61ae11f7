/** Keys that do something wherever one is on the page. */

import { useEffect } from 'react'
import { useServices } from '../../services'

interface Actions {
  onNewChat: () => void
  onLibrary: () => void
}

export function useShortcuts({ onNewChat, onLibrary }: Actions): void {
  const { windows } = useServices()
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.isComposing || event.altKey) return
      const action = actionOf(event)
      if (!action) return
      event.preventDefault()
      action()
    }
    const actionOf = (event: KeyboardEvent): (() => void) | null => {
      const isMod = event.ctrlKey || event.metaKey
      const key = event.key.toLowerCase()
      if (isMod && !event.shiftKey && key === 'k') return togglePalette
      if (isMod && event.shiftKey && key === 'o') return onNewChat
      if (isMod && event.shiftKey && key === 'l') return onLibrary
      if (!isMod && key === '?' && !isTyping()) return openShortcuts
      return null
    }
    const togglePalette = () => {
      if (windows.get() === 'palette') windows.close()
      else windows.open('palette')
    }
    const openShortcuts = () => {
      windows.open('shortcuts')
    }
    addEventListener('keydown', onKeyDown)
    return () => {
      removeEventListener('keydown', onKeyDown)
    }
  }, [windows, onNewChat, onLibrary])
}

function isTyping(): boolean {
  const element = document.activeElement
  return (
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement ||
    (element instanceof HTMLInputElement && element.type !== 'checkbox' && element.type !== 'radio')
  )
}

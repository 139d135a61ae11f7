/** Modal windows: the browser's own dialog traps focus, closes on Escape, and gives focus back. */

import type { ReactNode } from 'react'
import { useLayoutEffect, useRef } from 'react'
import { dialogOpened } from './dialog-stack'

interface Props {
  label: string
  onClose: () => void
  className?: string
  children: ReactNode
}

/** Open as long as it is rendered. */
export function Dialog({ label, onClose, className = '', children }: Props) {
  const ref = useRef<HTMLDialogElement>(null)

  useLayoutEffect(() => {
    const dialog = ref.current
    if (!dialog) return
    dialog.showModal()
    // The browser would choose the first control, which is often the one that closes.
    dialog.querySelector<HTMLElement>('[data-first-focus]')?.focus()
    const forget = dialogOpened(dialog)
    return () => {
      forget()
      dialog.close()
      restoreCaret()
    }
  }, [])

  return (
    <dialog
      ref={ref}
      aria-label={label}
      className={`bg-raised text-ink shadow-float ${className}`}
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={(event) => {
        // A press on the backdrop is one on the dialog itself and on nothing within.
        if (event.target === event.currentTarget) onClose()
      }}
    >
      {children}
    </dialog>
  )
}

/** Chromium gives a text field its focus back without the caret, and typing would do nothing. */
function restoreCaret() {
  const field = document.activeElement
  if (field instanceof HTMLTextAreaElement || field instanceof HTMLInputElement) {
    if (field.selectionStart !== null)
      field.setSelectionRange(field.selectionStart, field.selectionEnd)
  }
}

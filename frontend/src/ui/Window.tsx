/** A dialog with a title: in the middle of the page, on phones a sheet that rises from below. */

import type { ReactNode } from 'react'
import { IconButton } from './Button'
import { Dialog } from './Dialog'
import { CloseIcon } from './icons'

interface Props {
  title: string
  onClose: () => void
  /** Stays in view below what scrolls. */
  footer?: ReactNode
  children: ReactNode
}

export function Window({ title, onClose, footer, children }: Props) {
  return (
    <Dialog
      label={title}
      onClose={onClose}
      className="m-auto mb-0 max-h-[92dvh] w-full max-w-none animate-appear rounded-t-lg md:mb-auto md:w-[28rem] md:rounded-lg"
    >
      <div className="flex max-h-[92dvh] flex-col">
        <header className="flex shrink-0 items-center gap-2 py-2 pr-2.5 pl-5">
          <h2 className="flex-1 text-read font-semibold">{title}</h2>
          <IconButton label="Close" className="size-9" onClick={onClose}>
            <CloseIcon />
          </IconButton>
        </header>
        <div className="min-h-0 overflow-y-auto px-5 pb-5">{children}</div>
        {footer && (
          <footer className="flex shrink-0 flex-wrap justify-end gap-2 border-t border-line px-5 pt-3 pb-[max(0.75rem,env(safe-area-inset-bottom))]">
            {footer}
          </footer>
        )}
      </div>
    </Dialog>
  )
}

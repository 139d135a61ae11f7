/** A line above the page for what concerns all of it. Its element is always there, so that it is read aloud. */

import type { ReactNode } from 'react'

interface Props {
  isShown: boolean
  children: ReactNode
  /** What can be done about it. */
  actions?: ReactNode
}

export function Banner({ isShown, children, actions }: Props) {
  return (
    <div role="alert">
      {isShown && (
        <div className="flex flex-wrap items-center justify-center gap-x-4 gap-y-1 border-b border-line bg-notice-tint px-4 py-2 text-notice">
          <p className="text-center">{children}</p>
          {actions && <span className="flex gap-4">{actions}</span>}
        </div>
      )}
    </div>
  )
}

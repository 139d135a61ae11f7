/** A line or two that say what is wrong, or worth knowing, and what helps. */

import type { ReactNode } from 'react'

const LOOKS = {
  danger: 'bg-danger-tint text-danger',
  notice: 'bg-notice-tint text-notice',
} as const

interface Props {
  look?: keyof typeof LOOKS
  children: ReactNode
  /** What can be done about it. */
  actions?: ReactNode
  className?: string
}

export function Notice({ look = 'danger', children, actions, className = '' }: Props) {
  return (
    <div
      className={`flex flex-wrap items-center gap-x-3 gap-y-1 rounded-sm px-3 py-2 ${LOOKS[look]} ${className}`}
    >
      <span className="min-w-0">{children}</span>
      {actions && <span className="flex gap-3">{actions}</span>}
    </div>
  )
}

/** A page that has nothing to show but a sentence. */

import type { ReactNode } from 'react'

interface Props {
  title: string
  children: ReactNode
}

export function PageMessage({ title, children }: Props) {
  return (
    <div className="mx-auto flex max-w-md flex-1 flex-col items-start justify-center gap-3 px-6 pb-16">
      <h1 className="text-title font-semibold">{title}</h1>
      {children}
    </div>
  )
}

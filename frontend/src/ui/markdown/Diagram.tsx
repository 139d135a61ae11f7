/** A drawn diagram. As an image it can neither run scripts nor load anything. */

import mermaid from 'mermaid'
import type { ReactNode } from 'react'
import { useEffect, useId, useState } from 'react'
import { useMediaQuery } from '../useMediaQuery'

interface Props {
  source: string
  /** Shown until it is drawn, and when it cannot be. */
  fallback: ReactNode
}

export default function Diagram({ source, fallback }: Props) {
  const id = useId().replace(/\W/g, '')
  const isDark = useIsDark()
  const [image, setImage] = useState<string | null>(null)

  useEffect(() => {
    let isCurrent = true
    draw(`diagram-${id}`, source, isDark).then(
      (svg) => {
        if (isCurrent) setImage(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`)
      },
      () => {
        if (isCurrent) setImage(null)
      },
    )
    return () => {
      isCurrent = false
    }
  }, [id, source, isDark])

  if (image === null) return fallback
  return (
    <figure className="rounded-sm border border-line p-3">
      <img src={image} alt="Diagram; its code is below." className="mx-auto block max-w-full" />
      <details className="mt-2 text-ui text-faint">
        <summary className="cursor-pointer">Code of the diagram</summary>
        <div className="mt-2">{fallback}</div>
      </details>
    </figure>
  )
}

/** One at a time: its settings are for all. */
let last: Promise<unknown> = Promise.resolve()

function draw(id: string, source: string, isDark: boolean): Promise<string> {
  const next = last.then(async () => {
    mermaid.initialize({
      startOnLoad: false,
      securityLevel: 'strict',
      suppressErrorRendering: true,
      theme: isDark ? 'dark' : 'neutral',
      fontFamily: 'system-ui, sans-serif',
      htmlLabels: false,
      flowchart: { useMaxWidth: false },
    })
    return (await mermaid.render(id, source)).svg
  })
  last = next.catch(() => undefined)
  return next
}

function useIsDark(): boolean {
  const isSystemDark = useMediaQuery('(prefers-color-scheme: dark)')
  const { theme } = document.documentElement.dataset
  return theme ? theme === 'dark' : isSystemDark
}

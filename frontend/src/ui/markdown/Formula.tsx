/** A formula, in a line or on its own; its LaTeX until it can be drawn, and when it cannot be. */

import { useEffect, useState, useSyncExternalStore } from 'react'
import { closeLatex } from './latex'
import type { MathToken } from './math-syntax'

type Draw = (latex: string, isBlock: boolean) => string

export function Formula({ token }: { token: MathToken }) {
  const { latex, isBlock, isOpen } = token
  const draw = useKatex()
  const [drawing] = useState(() => new Drawing())
  const html = draw && drawing.of(draw, latex, isBlock, isOpen)
  const look = isBlock ? 'block overflow-x-auto overflow-y-hidden py-1 text-center' : ''
  if (html) {
    return (
      <span
        dir="ltr"
        data-latex={latex}
        {...(isBlock && { tabIndex: 0, role: 'group', 'aria-label': 'Formula' })}
        className={look}
        dangerouslySetInnerHTML={{ __html: html }}
      />
    )
  }
  // A part of a formula says nothing yet.
  if (isOpen) return <span className={look} />
  return (
    <code dir="ltr" className={`font-mono text-[0.875em] text-soft ${look}`}>
      {latex}
    </code>
  )
}

/** What is drawn of a formula that grows: what was drawn last, as long as it cannot be drawn. */
class Drawing {
  #html: string | null = null
  #drawn = ''

  of(draw: Draw, latex: string, isBlock: boolean, isOpen: boolean): string | null {
    const wanted = isOpen ? closeLatex(latex) : latex
    const key = `${String(isBlock)} ${wanted}`
    if (key === this.#drawn) return this.#html
    try {
      this.#html = draw(wanted, isBlock)
    } catch {
      if (!isOpen) this.#html = null
    }
    this.#drawn = key
    return this.#html
  }
}

let katex: Draw | null = null
let isLoading = false
const listeners = new Set<() => void>()

function useKatex(): Draw | null {
  useEffect(() => {
    void loadKatex()
  }, [])
  return useSyncExternalStore(subscribe, () => katex)
}

export async function loadKatex(): Promise<void> {
  if (isLoading) return
  isLoading = true
  try {
    katex = (await import('./katex')).drawFormula
    for (const listener of listeners) listener()
  } catch {
    isLoading = false // The next formula tries again; until then there is its LaTeX.
  }
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

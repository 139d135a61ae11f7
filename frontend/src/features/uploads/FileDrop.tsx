/** Takes files that are dropped anywhere within, or pasted. */

import type { DragEvent, ReactNode } from 'react'
import { useEffect, useRef, useState } from 'react'
import { filesOf, hasFiles } from './picked-files'

interface Props {
  /** What is said while files are over it. */
  words: string
  onFiles: (files: File[]) => void
  className?: string
  children: ReactNode
}

export function FileDrop({ words, onFiles, className = '', children }: Props) {
  const [isOver, setOver] = useState(false)
  /** Entering an element within comes before leaving the one around it. */
  const depth = useRef(0)
  usePastedFiles(onFiles)

  const enter = (event: DragEvent, step: number) => {
    if (!hasFiles(event.dataTransfer)) return
    event.preventDefault()
    depth.current = Math.max(0, depth.current + step)
    setOver(depth.current > 0)
  }
  return (
    <div
      className={`relative ${className}`}
      onDragEnter={(event) => {
        enter(event, 1)
      }}
      onDragLeave={(event) => {
        enter(event, -1)
      }}
      onDragOver={(event) => {
        if (hasFiles(event.dataTransfer)) event.preventDefault()
      }}
      onDrop={(event) => {
        if (!hasFiles(event.dataTransfer)) return
        event.preventDefault()
        depth.current = 0
        setOver(false)
        void filesOf(event.dataTransfer).then(onFiles)
      }}
    >
      {children}
      {isOver && (
        <div className="pointer-events-none absolute inset-2 z-20 grid place-items-center rounded-lg border-2 border-dashed border-accent bg-tint/90">
          <p className="text-read font-semibold text-accent">{words}</p>
        </div>
      )}
    </div>
  )
}

function usePastedFiles(onFiles: (files: File[]) => void): void {
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      if (!event.clipboardData || !hasFiles(event.clipboardData)) return
      if (document.querySelector('dialog[open]')) return
      // A copied cell or paragraph comes as words, with a picture of it as well.
      if (event.clipboardData.types.includes('text/plain')) return
      event.preventDefault()
      void filesOf(event.clipboardData).then(onFiles)
    }
    addEventListener('paste', onPaste)
    return () => {
      removeEventListener('paste', onPaste)
    }
  }, [onFiles])
}

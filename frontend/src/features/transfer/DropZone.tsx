/** A place for a file: dropped, or chosen. */

import type { DragEvent } from 'react'
import { useState } from 'react'
import { ImportIcon } from '../../ui/icons'

export function DropZone({ onFile }: { onFile: (file: File) => void }) {
  const [isOver, setOver] = useState(false)
  const over = (next: boolean) => (event: DragEvent) => {
    event.preventDefault()
    setOver(next)
  }

  return (
    <label
      onDragEnter={over(true)}
      onDragOver={over(true)}
      onDragLeave={over(false)}
      onDrop={(event) => {
        over(false)(event)
        const file = event.dataTransfer.files.item(0)
        if (file) onFile(file)
      }}
      className={`grid cursor-pointer justify-items-center gap-1 rounded-md border border-dashed px-4 py-10 text-center transition-colors has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent ${isOver ? 'border-accent bg-tint' : 'border-edge hover:bg-hover'}`}
    >
      <ImportIcon className="size-6 text-faint" />
      <span className="font-medium text-accent">Choose a file</span>
      <span className="text-fine text-faint touch:hidden">or drop it here</span>
      <input
        type="file"
        accept=".json,application/json"
        aria-label="Choose a file"
        data-first-focus
        className="sr-only"
        onChange={(event) => {
          const file = event.target.files?.item(0)
          if (file) onFile(file)
        }}
      />
    </label>
  )
}

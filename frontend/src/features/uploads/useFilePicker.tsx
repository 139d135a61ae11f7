/** Lets one choose files, or a folder of them. */

import type { ChangeEvent, ReactNode } from 'react'
import { useRef } from 'react'
import { wanted } from './picked-files'

export interface FilePicker {
  pickFiles: () => void
  pickFolder: () => void
  /** Stands somewhere in the page, unseen. */
  inputs: ReactNode
}

export function useFilePicker(onFiles: (files: File[]) => void): FilePicker {
  const files = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
    const chosen = wanted(Array.from(target.files ?? []))
    target.value = '' // The same file can be chosen again.
    if (chosen.length > 0) onFiles(chosen)
  }
  const common = { type: 'file', multiple: true, hidden: true, onChange } as const
  return {
    pickFiles: () => files.current?.click(),
    pickFolder: () => folder.current?.click(),
    inputs: (
      <>
        <input {...common} ref={files} aria-label="Choose files" />
        <input {...common} ref={folder} aria-label="Choose a folder" {...{ webkitdirectory: '' }} />
      </>
    ),
  }
}

/** A document's title, to be changed in its place. Enter and leaving save, Escape does not. */

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Document } from '../../api'

/** The contract's limit. */
const LONGEST_TITLE = 255

interface Props {
  document: Document
  onRename: (document: Document, title: string) => Promise<void>
  onDone: () => void
}

export function DocumentTitleForm({ document, onRename, onDone }: Props) {
  const [title, setTitle] = useState(document.title)
  const rename = useMutation({ mutationFn: (next: string) => onRename(document, next) })

  const save = () => {
    const next = title.trim()
    if (rename.isPending) return
    if (!next || next === document.title) onDone()
    else rename.mutate(next, { onSuccess: onDone })
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        save()
      }}
    >
      <input
        autoFocus
        aria-label="Title"
        aria-invalid={rename.isError}
        value={title}
        maxLength={LONGEST_TITLE}
        readOnly={rename.isPending}
        onFocus={(event) => {
          event.target.select()
        }}
        onChange={(event) => {
          setTitle(event.target.value)
        }}
        onBlur={save}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          onDone()
        }}
        className="w-full rounded-sm border border-accent bg-raised px-2 py-0.5 outline-none read-only:opacity-60"
      />
      {rename.isError && (
        <p role="alert" className="py-1 text-fine text-danger">
          Not renamed. {rename.error.message}
        </p>
      )}
    </form>
  )
}

/** A conversation's title, to be changed in its place. */

import { useMutation } from '@tanstack/react-query'
import type { SubmitEvent } from 'react'
import { useState } from 'react'
import type { Conversation } from '../../api'
import { useActions } from './useActions'

/** The contract's limit. */
const LONGEST_TITLE = 200

interface Props {
  conversation: Conversation
  onDone: () => void
}

/** Enter and leaving save, Escape does not. */
export function RenameForm({ conversation, onDone }: Props) {
  const actions = useActions()
  const [title, setTitle] = useState(conversation.title)
  const rename = useMutation({
    mutationFn: (next: string) => actions.update(conversation, { title: next }),
  })

  const save = () => {
    const next = title.trim()
    if (rename.isPending) return
    if (!next || next === conversation.title) onDone()
    else rename.mutate(next, { onSuccess: onDone })
  }
  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    save()
  }

  return (
    <form onSubmit={submit} className="py-0.5">
      <input
        autoFocus
        aria-label="Title"
        aria-invalid={rename.isError}
        aria-describedby={rename.isError ? 'rename-error' : undefined}
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
          event.stopPropagation() // The list has keys of its own.
          if (event.key !== 'Escape') return
          event.preventDefault()
          onDone()
        }}
        className="w-full rounded-sm border border-accent bg-raised px-2 py-1 outline-none read-only:opacity-60"
      />
      {rename.isError && (
        <p id="rename-error" role="alert" className="px-2 py-1 text-fine text-danger">
          Not renamed. {rename.error.message}
        </p>
      )}
    </form>
  )
}

/** Changes a question in its place; what was there stays as another version. */

import type { KeyboardEvent, SubmitEvent } from 'react'
import { useEffect, useRef, useState } from 'react'
import type { Message } from '../../api'
import { Button } from '../../ui/Button'
import { isSendable } from './question-length'
import { useAutosize } from './useAutosize'

interface Props {
  question: Message
  onAsk: (question: Message, text: string) => void
  onCancel: () => void
}

export function QuestionEditor({ question, onAsk, onCancel }: Props) {
  const [text, setText] = useState(question.text)
  const ref = useRef<HTMLTextAreaElement>(null)
  useAutosize(ref, text)

  useEffect(() => {
    ref.current?.focus()
    ref.current?.setSelectionRange(-1, -1)
  }, [])

  const submit = (event: SubmitEvent | KeyboardEvent) => {
    event.preventDefault()
    if (isSendable(text)) onAsk(question, text)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return
    if (event.key === 'Enter' && !event.shiftKey) submit(event)
    if (event.key !== 'Escape') return
    event.preventDefault() // It does not stop an answer as well.
    onCancel()
  }

  return (
    <form onSubmit={submit} className="rounded-md border border-accent bg-raised p-1.5">
      <textarea
        ref={ref}
        dir="auto"
        aria-label="Question"
        rows={1}
        value={text}
        onChange={(event) => {
          setText(event.target.value)
        }}
        onKeyDown={onKeyDown}
        className="field-sizing-content max-h-[50dvh] w-full resize-none bg-transparent px-2 py-1 text-read outline-none"
      />
      <div className="flex flex-wrap items-center justify-end gap-2 px-1 pb-1">
        <span className="mr-auto ps-1 text-fine text-faint">
          The old question and its answers stay.
        </span>
        <Button onClick={onCancel}>Cancel</Button>
        <Button look="primary" type="submit" disabled={!isSendable(text)}>
          Ask
        </Button>
      </div>
    </form>
  )
}

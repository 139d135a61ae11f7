/** A question's text as it was typed; a long one is folded. */

import { useId, useState } from 'react'
import { Button } from '../../ui/Button'

const MOST_LINES = 14
const MOST_CHARACTERS = 1_400

interface Props {
  text: string
  /** Whether it is not stored yet. */
  isFaded: boolean
}

export function QuestionText({ text, isFaded }: Props) {
  const id = useId()
  const [isOpen, setOpen] = useState(false)
  const isLong = text.length > MOST_CHARACTERS || text.split('\n').length > MOST_LINES
  const isFolded = isLong && !isOpen
  return (
    <div className={`rounded-md bg-tint px-3.5 py-2.5 ${isFaded ? 'opacity-70' : ''}`}>
      <p
        id={id}
        dir="auto"
        className={`text-read break-words whitespace-pre-wrap ${isFolded ? 'max-h-52 overflow-hidden mask-b-from-60%' : ''}`}
      >
        {text}
      </p>
      {isLong && (
        <Button
          look="link"
          className="mt-1"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => {
            setOpen(!isOpen)
          }}
        >
          {isOpen ? 'Show less' : 'Show all'}
        </Button>
      )}
    </div>
  )
}

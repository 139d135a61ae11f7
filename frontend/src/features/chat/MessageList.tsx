/** The articles of a conversation, oldest first. */

import type { Message } from '../../api'
import { Answer } from './Answer'
import { Question } from './Question'
import type { Entry } from './transcript'
import type { Turn } from './turns'

interface Props {
  entries: Entry[]
  onRegenerate: (message: Message) => void
  onRetry: (turn: Turn) => void
  onEdit: (turn: Turn) => void
}

export function MessageList({ entries, onRegenerate, onRetry, onEdit }: Props) {
  return entries.map((entry, index) =>
    entry.kind === 'question' ? (
      <Question
        key={entry.key}
        text={entry.text}
        turn={entry.turn}
        onRetry={onRetry}
        onEdit={onEdit}
      />
    ) : (
      <Answer
        key={entry.key}
        message={entry.message}
        turn={entry.turn}
        isNewest={index === entries.length - 1}
        onRegenerate={onRegenerate}
        onRetry={onRetry}
      />
    ),
  )
}

/** The articles of a conversation, oldest first. */

import { Answer } from './Answer'
import { Question } from './Question'
import type { Entry } from './transcript'

export function MessageList({ entries }: { entries: Entry[] }) {
  return entries.map((entry, index) => {
    const isNewest = index === entries.length - 1
    return entry.kind === 'question' ? (
      <Question key={entry.key} entry={entry} isNewest={isNewest} />
    ) : (
      <Answer key={entry.key} entry={entry} isNewest={isNewest} />
    )
  })
}

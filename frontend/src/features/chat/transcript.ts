/** What a conversation looks like now: what is stored, and what is on its way. */

import type { Message } from '../../api'
import { newestBranch } from './tree'
import type { Turn } from './turns'

/** One article of the page. */
export type Entry =
  | { kind: 'question'; key: string; text: string; turn: Turn | null }
  | { kind: 'answer'; key: string; message: Message | null; turn: Turn | null }

export interface Transcript {
  entries: Entry[]
  /** The message that the next question replies to. */
  leafId: string | null
  /** Answers that are being generated and that nobody follows yet. */
  unfollowed: Message[]
  /** The turn that a Stop button stops. */
  running: Turn | null
  isBusy: boolean
}

/** `turns` are those of this conversation. */
export function transcriptOf(messages: readonly Message[], turns: readonly Turn[]): Transcript {
  const branch = newestBranch(messages)
  const shown = withoutReplaced(branch, turns)
  const waiting = turns.filter(({ start }) => !start)
  const entries = [
    ...shown.map((message) => entryOf(message, turnOf(message, turns))),
    ...waiting.flatMap(entriesOf),
  ]
  const running = turns.findLast(({ phase }) => phase !== 'failed') ?? null
  const generating = shown.filter(({ state }) => state === 'generating')
  const unfollowed = generating.filter((message) => !turnOf(message, turns))
  return {
    entries,
    leafId: branch.at(-1)?.id ?? null,
    unfollowed,
    running,
    isBusy: running !== null || unfollowed.length > 0,
  }
}

/** An answer that is being made again gives its place up at once, and gets it back on failure. */
function withoutReplaced(branch: Message[], turns: readonly Turn[]): Message[] {
  const replaced = new Set(
    turns.map(({ task, start, phase }) =>
      task.kind === 'regenerate' && !start && phase === 'opening' ? task.messageId : null,
    ),
  )
  return branch.filter(({ id }) => !replaced.has(id))
}

function turnOf(message: Message, turns: readonly Turn[]): Turn | null {
  const isAbout = ({ start, task }: Turn) =>
    start
      ? start.answerId === message.id
      : (task.kind === 'resume' && task.generationId === message.generationId) ||
        (task.kind === 'regenerate' && task.messageId === message.id)
  return turns.find(isAbout) ?? null
}

function entryOf(message: Message, turn: Turn | null): Entry {
  const { id: key, text } = message
  return message.role === 'user'
    ? { kind: 'question', key, text, turn: null }
    : { kind: 'answer', key, message, turn }
}

function entriesOf(turn: Turn): Entry[] {
  const { key, task, phase } = turn
  const answer: Entry = { kind: 'answer', key: `${key}-answer`, message: null, turn }
  switch (task.kind) {
    case 'send': {
      const question: Entry = { kind: 'question', key, text: task.text, turn }
      return phase === 'failed' ? [question] : [question, answer]
    }
    case 'regenerate':
      return phase === 'failed' ? [] : [answer]
    case 'resume':
      return []
  }
}

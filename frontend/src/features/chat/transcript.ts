/** What a conversation looks like now: what is stored, and what is on its way. */

import type { Message } from '../../api'
import type { Versions } from './tree'
import { shownBranch, versionsOf } from './tree'
import type { Turn } from './turns'

export interface QuestionEntry {
  kind: 'question'
  key: string
  text: string
  /** Null until the server has stored it. */
  message: Message | null
  /** Set until then. */
  turn: Turn | null
  versions: Versions | null
}

export interface AnswerEntry {
  kind: 'answer'
  key: string
  /** Null until the server has stored it. */
  message: Message | null
  /** Set while it is followed. */
  turn: Turn | null
  versions: Versions | null
}

/** One article of the page. */
export type Entry = QuestionEntry | AnswerEntry

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

/** `turns` are those of this conversation, `chosenId` is on the branch to show; null: the newest. */
export function transcriptOf(
  messages: readonly Message[],
  turns: readonly Turn[],
  chosenId: string | null,
): Transcript {
  const branch = shownBranch(messages, chosenId)
  const { kept, opening } = withOpening(branch, turns)
  const stored = kept.map((message) => entryOf(message, turnOf(message, turns), messages))
  const entries = [...stored, ...opening.flatMap((turn) => entriesOf(turn, branch))]
  const running =
    entries.map(({ turn }) => turn).findLast((turn) => turn && turn.phase !== 'failed') ?? null
  const generating = kept.filter(({ state }) => state === 'generating')
  const unfollowed = generating.filter((message) => !turnOf(message, turns))
  return {
    entries,
    leafId: branch.at(-1)?.id ?? null,
    unfollowed,
    running,
    isBusy: running !== null || unfollowed.length > 0,
  }
}

/** What has not begun yet on this branch, and what is left of the branch meanwhile. */
function withOpening(branch: Message[], turns: readonly Turn[]) {
  const waiting = turns.filter(({ start }) => !start)
  const replacing = waiting.findLast(({ task, phase }) => {
    // What is made again gives its place up at once, and gets it back on failure.
    const isReplacing = 'messageId' in task && (phase === 'opening' || task.kind === 'edit')
    return isReplacing && branch.some(({ id }) => id === task.messageId)
  })
  if (replacing && 'messageId' in replacing.task) {
    const { messageId } = replacing.task
    const index = branch.findIndex(({ id }) => id === messageId)
    return { kept: branch.slice(0, index), opening: [replacing] }
  }
  const ids = new Set(branch.map(({ id }) => id))
  const isHere = ({ task }: Turn) =>
    task.kind === 'send' && (task.parentId === null || ids.has(task.parentId))
  return { kept: branch, opening: waiting.filter(isHere) }
}

function turnOf(message: Message, turns: readonly Turn[]): Turn | null {
  const isAbout = ({ start, task }: Turn) => {
    if (start) return start.answerId === message.id
    if (task.kind === 'resume') return task.generationId === message.generationId
    return 'messageId' in task && task.kind !== 'edit' && task.messageId === message.id
  }
  return turns.find(isAbout) ?? null
}

function entryOf(message: Message, turn: Turn | null, messages: readonly Message[]): Entry {
  const { text } = message
  const key = keyOf(message)
  const versions = versionsOf(messages, message)
  return message.role === 'user'
    ? { kind: 'question', key, text, message, turn: null, versions }
    : { kind: 'answer', key, message, turn, versions }
}

/** All versions of a message have one key: what has the focus keeps it when they are switched. */
function keyOf({ role, parentId }: Pick<Message, 'role' | 'parentId'>): string {
  return `${role}-after-${parentId ?? 'nothing'}`
}

function entriesOf(turn: Turn, branch: readonly Message[]): Entry[] {
  const { key, task, phase } = turn
  const answer = { kind: 'answer', message: null, turn, versions: null } as const
  switch (task.kind) {
    case 'send':
    case 'edit': {
      const question: Entry = {
        kind: 'question',
        key: task.kind === 'edit' ? keyOf({ role: 'user', parentId: task.parentId }) : key,
        text: task.text,
        message: null,
        turn,
        versions: null,
      }
      return phase === 'failed' ? [question] : [question, { ...answer, key: `${key}-answer` }]
    }
    case 'regenerate':
    case 'continue': {
      const replaced = branch.find(({ id }) => id === task.messageId)
      return [{ ...answer, key: replaced ? keyOf(replaced) : key }]
    }
    case 'resume':
      return []
  }
}

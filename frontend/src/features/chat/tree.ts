/** A conversation is a tree of messages; the page shows one branch of it. */

import type { Message } from '../../api'

/** Messages are in order of creation everywhere in here. */
type Messages = readonly Message[]

/** The messages from the first one to `leafId`, in this order. */
export function branchTo(messages: Messages, leafId: string): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]))
  const branch: Message[] = []
  let next = byId.get(leafId)
  while (next) {
    branch.push(next)
    byId.delete(next.id) // Each at most once, whatever the parents say.
    next = next.parentId === null ? undefined : byId.get(next.parentId)
  }
  return branch.reverse()
}

/** The branch that was chosen, with what has been added to it since; else the newest one. */
export function shownBranch(messages: Messages, chosenId: string | null): Message[] {
  const newest = messages.at(-1)
  if (!newest) return []
  const chosen = messages.find(({ id }) => id === chosenId)
  return branchTo(messages, (chosen && newestBelow(messages, chosen.id)?.id) ?? newest.id)
}

/** The newest of a message and everything that follows it, on whichever branch. */
export function newestBelow(messages: Messages, id: string): Message | undefined {
  return below(messages, id).at(-1)
}

/** A message and everything that follows it. */
export function below(messages: Messages, id: string): Message[] {
  const ids = new Set([id])
  return messages.filter((message) => {
    if (message.parentId !== null && ids.has(message.parentId)) ids.add(message.id)
    return ids.has(message.id)
  })
}

/** A message's place among those that stand in the same place of other branches. */
export interface Versions {
  ids: string[]
  index: number
}

/** Null for a message that has no other version. */
export function versionsOf(messages: Messages, { id, parentId, role }: Message): Versions | null {
  const ids = messages
    .filter((other) => other.parentId === parentId && other.role === role)
    .map((other) => other.id)
  return ids.length > 1 ? { ids, index: ids.indexOf(id) } : null
}

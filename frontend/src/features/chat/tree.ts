/** A conversation is a tree of messages; the page shows one branch of it. */

import type { Message } from '../../api'

/** The messages from the first one to `leafId`, in this order. */
export function branchTo(messages: readonly Message[], leafId: string): Message[] {
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

/** The branch that was added to last. `messages` are in order of creation. */
export function newestBranch(messages: readonly Message[]): Message[] {
  const newest = messages.at(-1)
  return newest ? branchTo(messages, newest.id) : []
}

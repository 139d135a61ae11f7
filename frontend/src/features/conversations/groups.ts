/** Pinned conversations, and the others by when they were last used. */

import type { Conversation } from '../../api'

export interface Group {
  name: string
  conversations: Conversation[]
}

/** In the order of the list; groups without a conversation are left out. */
export function groupsOf(conversations: readonly Conversation[], now: Date): Group[] {
  const today = new Date(now.getFullYear(), now.getMonth(), now.getDate())
  const daysAgo = (days: number) =>
    new Date(today.getFullYear(), today.getMonth(), today.getDate() - days)
  const bounds: [string, Date][] = [
    ['Today', today],
    ['Yesterday', daysAgo(1)],
    ['Last 7 days', daysAgo(7)],
    ['Last 30 days', daysAgo(30)],
    ['Older', new Date(0)],
  ]
  const pinned: Group = {
    name: 'Pinned',
    conversations: conversations.filter(({ isPinned }) => isPinned),
  }
  const groups: Group[] = bounds.map(([name]) => ({ name, conversations: [] }))
  for (const conversation of conversations) {
    if (conversation.isPinned) continue
    const index = bounds.findIndex(([, since]) => conversation.updateTime >= since)
    groups.at(index)?.conversations.push(conversation)
  }
  return [pinned, ...groups].filter((group) => group.conversations.length > 0)
}

import { expect, test } from 'vitest'
import type { Conversation } from '../../api'
import { groupsOf } from './groups'

const NOW = new Date(2026, 2, 15, 9, 30)

function usedOn(id: string, ...[month, day, hour]: [number, number, number]): Conversation {
  return { id, updateTime: new Date(2026, month, day, hour) } as Conversation
}

test('conversations are grouped by calendar days, and empty groups are left out', () => {
  const groups = groupsOf(
    [usedOn('a', 2, 15, 0), usedOn('b', 2, 14, 23), usedOn('c', 2, 8, 0), usedOn('d', 0, 1, 0)],
    NOW,
  )

  expect(
    groups.map(({ name, conversations }) => [name, conversations.map(({ id }) => id)]),
  ).toEqual([
    ['Today', ['a']],
    ['Yesterday', ['b']],
    ['Last 7 days', ['c']],
    ['Older', ['d']],
  ])
})

test('a server whose clock is ahead is of today', () => {
  expect(groupsOf([usedOn('a', 2, 15, 23)], NOW)[0]?.name).toBe('Today')
})

test('pinned ones stand above, whenever they were used', () => {
  const old = { ...usedOn('old', 0, 1, 0), isPinned: true }

  const groups = groupsOf([old, usedOn('new', 2, 15, 1)], NOW)

  expect(groups.map(({ name }) => name)).toEqual(['Pinned', 'Today'])
})

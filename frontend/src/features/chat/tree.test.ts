import { expect, test } from 'vitest'
import type { Message } from '../../api'
import { below, branchTo, shownBranch, versionsOf } from './tree'

/** Messages in order of creation: each is its id, and its parent's; capitals are answers. */
function tree(...edges: [id: string, parentId: string | null][]) {
  return edges.map(([id, parentId]) => {
    const role = id === id.toUpperCase() ? 'assistant' : 'user'
    return { id, parentId, role } as Message
  })
}

const ids = (messages: Message[]) => messages.map(({ id }) => id).join('')

// a ─ B ─ c ─ D, then the question c again as e ─ F, then the answer D again as G.
const MESSAGES = tree(
  ['a', null],
  ['B', 'a'],
  ['c', 'B'],
  ['D', 'c'],
  ['e', 'B'],
  ['F', 'e'],
  ['G', 'c'],
)

test('nothing has no branch', () => {
  expect(shownBranch([], null)).toEqual([])
})

test('without a choice the branch is the one that was added to last', () => {
  expect(ids(shownBranch(MESSAGES, null))).toBe('aBcG')
  expect(ids(shownBranch(MESSAGES, 'deleted'))).toBe('aBcG')
})

test.each([
  ['D', 'aBcD'],
  ['F', 'aBeF'],
  ['e', 'aBeF'],
  ['c', 'aBcG'],
  ['a', 'aBcG'],
])('a chosen message, %s, is shown with the newest that follows it', (chosen, branch) => {
  expect(ids(shownBranch(MESSAGES, chosen))).toBe(branch)
})

test('what follows a message is on all its branches', () => {
  expect(ids(below(MESSAGES, 'c'))).toBe('cDG')
  expect(ids(below(MESSAGES, 'F'))).toBe('F')
})

test('versions of a message stand in the same place', () => {
  expect(versionsOf(MESSAGES, MESSAGES[2]!)).toEqual({ ids: ['c', 'e'], index: 0 })
  expect(versionsOf(MESSAGES, MESSAGES[6]!)).toEqual({ ids: ['D', 'G'], index: 1 })
  expect(versionsOf(MESSAGES, MESSAGES[1]!)).toBeNull()
})

test('a message whose parent is missing begins the branch', () => {
  expect(ids(shownBranch(tree(['b', 'gone'], ['c', 'b']), null))).toBe('bc')
})

test('a circle of parents ends', () => {
  expect(ids(branchTo(tree(['a', 'b'], ['b', 'a']), 'b'))).toBe('ab')
})

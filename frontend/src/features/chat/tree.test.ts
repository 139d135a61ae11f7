import { expect, test } from 'vitest'
import type { Message } from '../../api'
import { branchTo, newestBranch } from './tree'

/** Messages in order of creation: each is its id, and its parent's. */
function tree(...edges: [id: string, parentId: string | null][]) {
  return edges.map(([id, parentId]) => ({ id, parentId }) as Message)
}

const ids = (messages: Message[]) => messages.map(({ id }) => id).join('')

test('nothing has no branch', () => {
  expect(newestBranch([])).toEqual([])
})

test('the newest branch is the one that was added to last', () => {
  // a ─ b ─ c ─ d, then b again as e, then d again as f.
  const messages = tree(['a', null], ['b', 'a'], ['c', 'b'], ['d', 'c'], ['e', 'a'], ['f', 'c'])

  expect(ids(newestBranch(messages))).toBe('abcf')
  expect(ids(branchTo(messages, 'e'))).toBe('ae')
})

test('a message whose parent is missing begins the branch', () => {
  expect(ids(newestBranch(tree(['b', 'gone'], ['c', 'b'])))).toBe('bc')
})

test('a circle of parents ends', () => {
  expect(ids(newestBranch(tree(['a', 'b'], ['b', 'a'])))).toBe('ab')
})

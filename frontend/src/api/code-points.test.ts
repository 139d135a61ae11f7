import { expect, test } from 'vitest'
import { codePointLength, firstCodePoints } from './code-points'

test.each([
  ['', 0],
  ['abc', 3],
  ['naïve', 5],
  ['👩‍🚀', 3],
  ['a😀b', 3],
  ['漢字', 2],
])('%j has %i code points', (text, length) => {
  expect(codePointLength(text)).toBe(length)
})

test('a cut never falls into the middle of a surrogate pair', () => {
  expect(firstCodePoints('a😀b', 1)).toBe('a')
  expect(firstCodePoints('a😀b', 2)).toBe('a😀')
  expect(firstCodePoints('a😀b', 9)).toBe('a😀b')
})

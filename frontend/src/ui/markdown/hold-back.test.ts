import { describe, expect, test } from 'vitest'
import { holdBack, withoutHalfFence } from './hold-back'

describe('held back until it is decided', () => {
  test.each([
    'a\n-',
    'a\n1',
    'a\n1.',
    'a\n- ',
    'a\n#',
    'a\n``',
    'a\n>',
    'a\n$$',
    'a\n\\[',
    'a\n\\begin{al',
    'a\n- [',
    'a\n- [x',
    'a\n[ref]: http',
    'a\n| b |',
    'a\n- **',
  ])('%j', (text) => {
    expect(holdBack(text)).toBe('a\n')
  })

  test('a table, until the line below its head is whole', () => {
    expect(holdBack('a\n\n| b |\n|--')).toBe('a\n\n')
    expect(holdBack('a\n\n| b |\n|---|\n')).toBe('a\n\n| b |\n|---|\n')
    expect(holdBack('a\n\n| b |\nno')).toBe('a\n\n| b |\nno')
  })

  test.each(['a', 'a\n- b', 'a\n1. b', 'a\n# b', '| a |\n|---|\n| b', 'a\n'])(
    'but not %j',
    (text) => {
      expect(holdBack(text)).toBe(text)
    },
  )
})

test('half a closing fence is no code', () => {
  expect(withoutHalfFence('a\n``', '```')).toBe('a')
  expect(withoutHalfFence('a\n', '```')).toBe('a\n')
  expect(withoutHalfFence('a `', '```')).toBe('a `')
})

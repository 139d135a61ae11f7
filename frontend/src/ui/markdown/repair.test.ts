import { describe, expect, test } from 'vitest'
import { holdBack, repairInline, withoutHalfFence } from './repair'

test.each([
  ['**bold', '**bold**'],
  ['**bold*', '**bold**'],
  ['**bold ', '**bold**'],
  ['a **', 'a '],
  ['*a **b', '*a **b***'],
  ['__a', '__a__'],
  ['snake_case_name', 'snake_case_name'],
  ['2*3 is', '2*3 is'],
  ['~~no', '~~no~~'],
  ['~5 km', '~5 km'],
  ['`code', '`code`'],
  ['``a`', '``a``'],
  ['a `', 'a '],
  ['`a` **b', '`a` **b**'],
  ['[link', 'link'],
  ['[link]', 'link'],
  ['[link](https://ex', '[link](pending:)'],
  ['[link](https://ex) **a', '[link](https://ex) **a**'],
  ['![pic](htt', '![pic](pending:)'],
  ['[1', ''],
  ['a[0', 'a[0'],
  ['a[0]', 'a[0]'],
  ['$x', ''],
  ['$5', ''],
  ['$5 and', '$5 and'],
  ['$HOME is the one', '$HOME is the one'],
  ['\\(x', ''],
  ['a\\', 'a'],
  ['AT&', 'AT'],
  ['a <br', 'a '],
  ['1 < 2', '1 < 2'],
])('the end of %j becomes %j', (half, whole) => {
  expect(repairInline(half)).toBe(whole)
})

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

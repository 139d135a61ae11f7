import { expect, test } from 'vitest'
import { repairInline } from './repair'

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

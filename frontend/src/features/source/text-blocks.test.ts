import { expect, test } from 'vitest'
import { blocksOf } from './text-blocks'

const TABLE = 'Country | Area\nAustria | 83,858\nBelgium\nCyprus | 9,250'

/** What stands in each block. */
function read(text: string, canHaveTables = true) {
  return blocksOf(text, canHaveTables).map((block) =>
    block.kind === 'text'
      ? text.slice(block.start, block.end)
      : block.rows.map((cells) => cells.map(({ start, end }) => text.slice(start, end))),
  )
}

test('rows of cells are a table, and the text around it stays text', () => {
  expect(read(`One.\n\nTwo.\n\n${TABLE}\n\nThree.`)).toEqual([
    'One.\n\nTwo.',
    [['Country', 'Area'], ['Austria', '83,858'], ['Belgium'], ['Cyprus', '9,250']],
    'Three.',
  ])
})

test('cells that are empty keep their place', () => {
  expect(read('a | b | c\n1 |  | 3')).toEqual([
    [
      ['a', 'b', 'c'],
      ['1', '', '3'],
    ],
  ])
})

test.each([
  ['one line', 'ls | wc'],
  ['lines of which few have a bar', 'So\nit\nis a | b\nhere'],
])('%s is text', (_, text) => {
  expect(read(text)).toEqual([text])
})

test('a document that has no tables is text', () => {
  expect(read(TABLE, false)).toEqual([TABLE])
})

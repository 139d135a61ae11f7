import { expect, test } from 'vitest'
import { fuzzyFind, fuzzyMatch } from './fuzzy'

const found = (query: string, text: string) =>
  fuzzyMatch(query, text)?.spans.map(({ start, end }) => text.slice(start, end)) ?? null

test.each([
  ['set', 'Settings', ['Set']],
  ['nch', 'New chat', ['N', 'ch']],
  ['new c', 'New chat', ['New c']],
  ['straße', 'Die STRASSE', null],
  ['STRA', 'Die Straße', ['Stra']],
  ['😀b', 'a 😀 b', ['😀', 'b']],
  ['漢', '感じ漢字', ['漢']],
  ['xyz', 'Settings', null],
  ['create acc', 'Can rabbits eat apples to see a carrot and a cat, or carrots?', null],
  ['', 'Settings', []],
])('%j in %j', (query, text, spans) => {
  expect(found(query, text)).toEqual(spans)
})

test('what was typed as it stands comes first, then begins of words', () => {
  const texts = ['Sort the list', 'Export all', 'A sort of magic', 'Save our return tickets']

  const order = fuzzyFind('sort', texts, (text) => text).map(({ item }) => item)

  expect(order).toEqual(['Sort the list', 'A sort of magic'])
})

import { describe, expect, test } from 'vitest'
import { findQuote } from './find-quote'

/** The parts that were found, as they stand in the pieces. */
function found(pieces: string[], quote: string, near = 0): string[] | null {
  const spans = findQuote(pieces, quote, near)
  return spans?.map(({ piece, start, end }) => pieces[piece]!.slice(start, end)) ?? null
}

describe('a passage is found', () => {
  test.each([
    ['in one piece', ['So it is. And so on.'], 'it is.', ['it is.']],
    [
      'over several pieces',
      ['Plants turn', 'light into', 'energy.'],
      'turn light into',
      ['turn', 'light into'],
    ],
    [
      'with other white space',
      ['Plants  turn ', 'light'],
      'Plants\nturn light',
      ['Plants  turn', 'light'],
    ],
    [
      'divided at the end of a line',
      ['the photo-', 'synthesis of plants'],
      'photosynthesis of',
      ['photo', 'synthesis of'],
    ],
    ['with ligatures', ['an eﬃcient ﬁnd'], 'efficient find', ['eﬃcient ﬁnd']],
    ['with other quotation marks', ['“So” it’s'], '"So" it\'s', ['“So” it’s']],
    ['with accents made of two', ['cafe\u0301 noir'], 'café noir', ['cafe\u0301 noir']],
    [
      'in a row of a table',
      ['Name', 'Grade', '1.7'],
      'Name | Grade | 1.7',
      ['Name', 'Grade', '1.7'],
    ],
    ['in letters beyond the first plane', ['𝒜 is 😀 so'], '😀 so', ['😀 so']],
    ['in Chinese', ['光合作用', '产生氧气。'], '光合作用产生氧气。', ['光合作用', '产生氧气。']],
  ])('%s', (_, pieces, quote, expected) => {
    expect(found(pieces, quote)).toEqual(expected)
  })

  test('where it is thought to be, of several', () => {
    const pieces = ['Again and ', 'in between ', 'again and ', 'the end']

    expect(findQuote(pieces, 'again and', 0)?.[0]?.piece).toBe(0)
    expect(findQuote(pieces, 'again and', 0.6)?.[0]?.piece).toBe(2)
  })

  test('in the parts that agree, where the columns are read in another order', () => {
    const pieces = [
      'The second column goes on with this.',
      'Footer 12',
      'The first column begins with that.',
    ]
    const quote = 'The first column begins with that. The second column goes on with this.'

    expect(found(pieces, quote)).toEqual([pieces[0], pieces[2]])
  })
})

test('a passage of which too little is there is not found', () => {
  expect(found(['Something else stands here.'], 'Plants turn light into energy.')).toBeNull()
  expect(found([], 'Plants')).toBeNull()
  expect(found(['Plants'], '')).toBeNull()
})

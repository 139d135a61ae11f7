/** Texts that nobody would write: whatever comes, the end is the same as when it comes at once. */

import { expect, test } from 'vitest'
import { DocumentReader } from './document'

const PARTS = [
  ...['**', '*', '_', '~~', '`', '```', '```py\n', '~~~\n', '$', '$$', '\\(', '\\)', '\\[', '\\]'],
  ...[
    '[',
    ']',
    '](',
    ')',
    '![',
    '<',
    '>',
    '<b>',
    '&amp;',
    '&',
    '\\',
    '|',
    '| a | b |\n|---|---|\n',
  ],
  ...[
    '- ',
    '1. ',
    '2) ',
    '# ',
    '## ',
    '> ',
    '---\n',
    '===\n',
    '    ',
    '  ',
    '\t',
    '- [ ] ',
    '[x]: http://a.b\n',
  ],
  ...[
    '\n',
    '\n\n',
    '\n\n\n',
    ' ',
    'word ',
    'two words',
    '5',
    'http://example.org ',
    '😀',
    'עב',
    '\r\n',
  ],
  ...['\\begin{align}', '\\end{align}', '\\frac{a}{b}', '{', '}', '^', '!', '.', ',', ':'],
]

/** Numbers that look random and are the same every time. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    yield state / 2 ** 32
  }
}

test.each(Array.from({ length: 100 }, (_, index) => index))('text %i', (seed) => {
  const random = numbers(seed + 1)
  let text = ''
  for (let count = 0; count < 60; count += 1) {
    text += PARTS[Math.floor(random.next().value * PARTS.length)] ?? ''
  }
  const reader = new DocumentReader()
  for (let end = 0; end < text.length; end += 1) reader.read(text.slice(0, end), true)

  const whole = new DocumentReader().read(text, false)
  expect(reader.read(text, false), JSON.stringify(text)).toEqual(whole)
})

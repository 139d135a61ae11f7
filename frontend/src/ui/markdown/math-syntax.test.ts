import { expect, test } from 'vitest'
import { lex } from './lexer'
import { closeLatex } from './latex'
import type { MathToken } from './math-syntax'
import { maskMath } from './math-syntax'

/** The formulas of a text, those on their own between double bars. */
function formulas(text: string): string[] {
  const found: string[] = []
  const visit = (tokens: readonly { type: string }[] = []) => {
    for (const token of tokens) {
      if (token.type === 'math') {
        const { latex, isBlock } = token as unknown as MathToken
        found.push(isBlock ? `|${latex}|` : latex)
      }
      const { tokens: inner, items } = token as { tokens?: []; items?: [] }
      visit(inner)
      visit(items)
    }
  }
  visit(lex(text, { links: {}, isGrowing: false }).tokens)
  return found
}

test.each([
  ['$x$', ['x']],
  ['($x_1$, $y$).', ['x_1', 'y']],
  ['$2x + 1$', ['2x + 1']],
  ['\\(a\\) and \\[b\\]', ['a', '|b|']],
  ['$$a$$', ['|a|']],
  ['in a line $$a$$ too', ['|a|']],
  ['$$\na\n- b\n$$', ['|a\n- b|']],
  ['text\n\\[\na = b\n\\]\ntext', ['|a = b|']],
  ['1. one\n\n   $$\n   a\n   $$', ['|a|']],
  ['\\begin{align}a &= b\\end{align}', ['|\\begin{align}a &= b\\end{align}|']],
  ['**$a*b$** and *$c*d$*', ['a*b', 'c*d']],
  ['$\\$5$', ['\\$5']],
])('%j has formulas', (text, found) => {
  expect(formulas(text)).toEqual(found)
})

test.each([
  'It costs $5.',
  'Between $5 and $10.',
  '$5-$10, US$20 and A$30',
  '$5 for tea, or 10$ for two.',
  '$ x $',
  'The variables $HOME and $PATH',
  '`$x$`',
  '```\n$x$\n```',
  '\\$x\\$',
  '$x',
  '$$ not ended',
  '$$a\n\nb$$',
  '$`a`$',
])('%j has none', (text) => {
  expect(formulas(text)).toEqual([])
})

test('a mask is as long as the text', () => {
  const text = 'a $b*c$ \\(*d*\\) \\* $5 *e*'

  expect(maskMath(text)).toHaveLength(text.length)
  expect(maskMath(text)).toBe('a aaaaa aaaaaaa \\* $5 *e*')
})

test.each([
  ['\\frac{a', '\\frac{a}'],
  ['x^', 'x'],
  ['a \\al', 'a '],
  ['\\left( x', '\\left( x\\right.'],
  ['\\begin{aligned} a &= {b', '\\begin{aligned} a &= {b}\\end{aligned}'],
  ['\\begin{alig', ''],
  ['\\{ a', '\\{ a'],
  ['a $', 'a '],
])('%j, half written, is drawn as %j', (half, whole) => {
  expect(closeLatex(half)).toBe(whole)
})

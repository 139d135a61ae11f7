/**
 * Formulas in Markdown: `$…$` and `\(…\)` in a line, `$$…$$`, `\[…\]` and LaTeX's own
 * environments on their own.
 *
 * A dollar may also be money. As in Pandoc, a formula neither begins nor ends with white space
 * and no digit follows it; one that begins with a digit has no words in it either.
 */

import type { Lexer, TokenizerAndRendererExtension, Tokens } from 'marked'

export interface MathToken extends Tokens.Generic {
  type: 'math'
  raw: string
  latex: string
  /** Whether it stands on a line of its own. */
  isBlock: boolean
  /** Whether its end is still to come. */
  isOpen: boolean
}

const ENVIRONMENT = 'equation|align|alignat|gather|multline|eqnarray|cases|[bpvV]?matrix'
const NO_BLANK_LINE = String.raw`((?:(?!\n[ \t]*\n)[\s\S])+?)`
const BLOCKS = [
  block(String.raw`\$\$`, String.raw`\$\$`),
  block(String.raw`\\\[`, String.raw`\\\]`),
]
const BARE = new RegExp(
  String.raw`^ {0,3}(\\begin\{((?:${ENVIRONMENT})\*?)\}${NO_BLANK_LINE}\\end\{\2\})[ \t]*(?:\n|$)`,
)
const BARE_OPEN = new RegExp(String.raw`^ {0,3}(\\begin\{(?:${ENVIRONMENT})\*?\}${NO_BLANK_LINE})$`)
const BLOCK_START = new RegExp(String.raw`\n {0,3}(?:\$\$|\\\[|\\begin\{(?:${ENVIRONMENT})\*?\})`)

const DISPLAY = /^(?:\$\$([^$]+?)\$\$|\\\[([\s\S]+?)\\\])/
const ROUND = /^\\\(([\s\S]+?)\\\)/
const DOLLAR = /^\$(?![\s$])((?:\\[^\n]|[^$\\`\n]|\n(?!\s*\n))+?)(?<![\s\\])\$(?![\d$])/
const WORDS = /(?<![\\a-z])[a-z]{3,}/i
const INLINE_START = /\$|\\[([]/

/** Lexers that read an answer of which more is to come. */
const growing = new WeakSet<Lexer>()

/** Lets formulas whose end is missing run to the end of the text. */
export function allowOpenMath(lexer: Lexer): void {
  growing.add(lexer)
}

export const blockMath: TokenizerAndRendererExtension = {
  name: 'math',
  level: 'block',
  start: (src) => indexOf(src, BLOCK_START),
  tokenizer(src) {
    return blockAt(src, growing.has(this.lexer))
  },
}

export const inlineMath: TokenizerAndRendererExtension = {
  name: 'inlineMath',
  level: 'inline',
  start: (src) => indexOf(src, INLINE_START),
  tokenizer: (src) => inlineAt(src),
}

/** The formula that `src` begins with. */
export function inlineAt(src: string): MathToken | undefined {
  if (!/^[$\\]/.test(src)) return undefined
  const display = DISPLAY.exec(src)
  if (display) return math(display[0], display[1] ?? display[2] ?? '', true)
  const round = ROUND.exec(src)
  if (round) return math(round[0], round[1] ?? '', false)
  const dollar = DOLLAR.exec(src)
  const latex = dollar?.[1] ?? ''
  if (!dollar || isMoney(latex)) return undefined
  return math(dollar[0], latex, false)
}

/** Hides what is in formulas from the search for emphasis; as long as before. */
export function maskMath(src: string): string {
  let masked = ''
  let at = 0
  for (const { index } of src.matchAll(/\$|\\./g)) {
    const found = index < at ? undefined : inlineAt(src.slice(index))
    if (!found) continue
    masked += src.slice(at, index) + 'a'.repeat(found.raw.length)
    at = index + found.raw.length
  }
  return masked + src.slice(at)
}

function isMoney(latex: string): boolean {
  return /^\d/.test(latex) && WORDS.test(latex.replace(/\\\w+\{[^}]*\}/g, ''))
}

function blockAt(src: string, canBeOpen: boolean): MathToken | undefined {
  const bare = BARE.exec(src)
  if (bare) return math(bare[0], bare[1] ?? '', true)
  for (const { closed } of BLOCKS) {
    const found = closed.exec(src)
    if (found) return math(found[0], found[1] ?? '', true)
  }
  if (!canBeOpen) return undefined
  const bareOpen = BARE_OPEN.exec(src)
  if (bareOpen) return math(bareOpen[0], bareOpen[1] ?? '', true, true)
  for (const { open, close } of BLOCKS) {
    const found = open.exec(src)
    const latex = found?.[1] ?? ''
    if (found && !close.test(latex)) return math(found[0], latex, true, true)
  }
  return undefined
}

function block(open: string, close: string) {
  return {
    closed: new RegExp(String.raw`^ {0,3}${open}${NO_BLANK_LINE}${close}[ \t]*(?:\n|$)`),
    open: new RegExp(String.raw`^ {0,3}${open}${NO_BLANK_LINE}$`),
    close: new RegExp(close),
  }
}

function math(raw: string, latex: string, isBlock: boolean, isOpen = false): MathToken {
  return { type: 'math', raw, latex: latex.trim(), isBlock, isOpen }
}

function indexOf(src: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(src)
  return found ? found.index : undefined
}

/** Makes the last block of a growing text presentable, and puts a caret at its end. */

import { withoutHalfFence } from './hold-back'
import type { Lexed, Token, Tokens } from './lexer'
import { partsOf } from './lexer'
import type { MathToken } from './math-syntax'
import { repairInline } from './repair'

/** Shows where the text goes on. */
const CARET: Token = { type: 'caret', raw: '' }

/** What was changed to be presentable: never the same as what comes later. */
const provisional = new WeakSet<object>([CARET])

export function isProvisional(part: object): boolean {
  return provisional.has(part)
}

/** The blocks of a growing text as they can be shown; they are changed. */
export function finished({ tokens, lexInline }: Lexed): Token[] {
  const all: Token[] = [...tokens]
  const last = all.findLast(({ type }) => type !== 'space')
  if (last) provisional.add(last)
  if (last) finishEnd(last, lexInline)
  else all.push(CARET)
  return all
}

/** Finishes the innermost last part of a block. */
function finishEnd(token: Token, lexInline: Lexed['lexInline']): void {
  switch (token.type) {
    case 'list':
    case 'blockquote': {
      const item = token.type === 'list' ? (token as Tokens.List).items.at(-1) : undefined
      if (item) provisional.add(item)
      const last = lastWithin(token)
      if (last) finishEnd(last, lexInline)
      return
    }
    case 'table': {
      const row = (token as Tokens.Table).rows.at(-1)
      if (row) provisional.add(row)
      const cell = row?.findLast(({ text }) => text !== '')
      if (cell) cell.tokens = [...lexInline(repairInline(cell.text)), CARET]
      return
    }
    case 'paragraph':
    case 'heading':
    case 'text':
      finishLine(token as Tokens.Paragraph, lexInline)
      return
    case 'code':
      finishCode(token as Tokens.Code)
  }
}

function finishLine(line: Tokens.Paragraph, lexInline: Lexed['lexInline']): void {
  const box = line.tokens[0]?.type === 'checkbox' ? [line.tokens[0]] : []
  const text = line.text.slice(box[0]?.raw.length ?? 0)
  line.tokens = [...box, ...lexInline(repairInline(text)), CARET]
}

/** The last block in a list or a quote. */
function lastWithin(token: Token): Token | undefined {
  const blocks =
    token.type === 'list' ? (token as Tokens.List).items.at(-1)?.tokens : partsOf(token)
  return blocks?.findLast(({ type }) => type !== 'space')
}

/** A code block of which more may come. */
export interface OpenCode extends Tokens.Code {
  isOpen?: boolean
}

function finishCode(code: OpenCode): void {
  const fence = openFence(code)
  if (fence === null) return
  code.isOpen = true
  code.text = withoutHalfFence(code.text, fence)
  // The name of the language may not be whole yet.
  if (!code.raw.includes('\n')) code.lang = ''
}

/** The fence that a block still lacks at its end; null when it lacks none. */
function openFence({ raw, codeBlockStyle }: Tokens.Code): string | null {
  if (codeBlockStyle === 'indented') return null
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(raw)?.[1]
  if (fence === undefined) return null
  const lines = raw.trimEnd().split('\n')
  const last = lines.at(-1)?.trim() ?? ''
  const isClosed = lines.length > 1 && last.startsWith(fence) && /^(`+|~+)$/.test(last)
  return isClosed ? null : fence
}

export function endsInCode(token: Token | undefined): boolean {
  if (token?.type === 'code') return openFence(token as Tokens.Code) !== null
  if (token?.type !== 'list' && token?.type !== 'blockquote') return false
  return endsInCode(lastWithin(token))
}

/** Whether a formula is open that no more text can close: one that is not at the very end. */
export function hasStrayMath(tokens: readonly Token[]): boolean {
  const last = tokens.findLast(({ type }) => type !== 'space')
  return tokens.some((token) => (token === last ? hasStrayWithin(token) : hasOpenMath(token)))
}

function hasStrayWithin(token: Token): boolean {
  const last = lastWithin(token)
  return blocksWithin(token).some((inner) =>
    inner === last ? hasStrayWithin(inner) : hasOpenMath(inner),
  )
}

function hasOpenMath(token: Token): boolean {
  return isOpenMath(token) || blocksWithin(token).some(hasOpenMath)
}

function isOpenMath(token: Token): boolean {
  return token.type === 'math' && (token as MathToken).isOpen
}

function blocksWithin(token: Token): readonly Token[] {
  if (token.type === 'list') return (token as Tokens.List).items.flatMap((item) => item.tokens)
  return token.type === 'blockquote' ? (partsOf(token) ?? []) : []
}

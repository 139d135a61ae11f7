/**
 * Finishes what is unfinished at the end of a growing line, so that no marks are seen.
 *
 * A mistake passes with the next piece of text: whole texts do not come here.
 */

import { inlineAt } from './math-syntax'

/** Where a link leads whose address is still to come. */
export const PENDING = 'pending:'

interface Opener {
  mark: string
  /** How many marks of its run are still open. */
  count: number
  at: number
  end: number
}

const SPECIAL = /[\\`$*_~[\]<&]/g
const CLOSED_ADDRESS = /^\]\((?:[^()\\\n]|\\.|\([^()\n]*\))*\)/

/** Finishes what is unfinished at the end of a line of text. */
export function repairInline(text: string): string {
  return new Repair(text).run()
}

class Repair {
  #text: string
  #openers: Opener[] = []
  /** What comes after the text that is kept. */
  #suffix = ''

  constructor(text: string) {
    this.#text = text
  }

  run(): string {
    let at = 0
    while (at < this.#text.length) {
      SPECIAL.lastIndex = at
      const found = SPECIAL.exec(this.#text)
      if (!found) break
      at = this.#step(found[0], found.index)
    }
    return this.#close()
  }

  /** Reads what begins at `at`, and returns where it ends. */
  #step(mark: string, at: number): number {
    switch (mark) {
      case '\\':
        return this.#escape(at)
      case '`':
        return this.#code(at)
      case '$':
        return this.#dollar(at)
      case '[':
        this.#openers.push({ mark, count: 1, at, end: at + 1 })
        return at + 1
      case ']':
        return this.#bracket(at)
      case '<':
        return this.#holdIf(/^<[a-z/!]?[^\s<>]{0,60}$/i, at)
      case '&':
        return this.#holdIf(/^&#?\w{0,12}$/, at)
      default:
        return this.#emphasis(mark, at)
    }
  }

  #escape(at: number): number {
    const next = this.#text[at + 1]
    if (next === undefined) return this.#cut(at)
    if (next !== '(' && next !== '[') return at + 2
    const formula = inlineAt(this.#text.slice(at))
    return formula ? at + formula.raw.length : this.#cut(at)
  }

  #code(at: number): number {
    const run = /^`+/.exec(this.#text.slice(at))?.[0] ?? ''
    const body = this.#text.slice(at + run.length)
    const closed = new RegExp(`^[^]*?(?<!\`)${run}(?!\`)`).exec(body)
    if (closed) return at + run.length + closed[0].length
    const content = body.replace(/`+$/, '')
    if (content.trim() === '') return this.#cut(at)
    this.#text = this.#text.slice(0, at) + run + content + run
    return this.#text.length
  }

  #dollar(at: number): number {
    const rest = this.#text.slice(at)
    const formula = inlineAt(rest)
    if (formula) return at + formula.raw.length
    return canBecomeFormula(rest) ? this.#cut(at) : at + 1
  }

  #emphasis(mark: string, at: number): number {
    let end = at
    while (this.#text[end] === mark) end += 1
    const count = end - at
    const { canOpen, canClose } = flanking(this.#text, at, end)
    const index = this.#openers.findLastIndex((one) => one.mark === mark)
    const opener = this.#openers[index]
    if (end === this.#text.length && opener?.count !== count) return this.#cut(at)
    if (mark === '~' && count !== 2) return end
    if (opener && canClose) {
      opener.count -= Math.min(opener.count, count)
      this.#openers.length = opener.count === 0 ? index : index + 1
      return end
    }
    // 2*3 is arithmetic more often than emphasis.
    const isLiteral = mark === '*' && count === 1 && /\w/.test(this.#text[at - 1] ?? '')
    if (canOpen && !isLiteral) this.#openers.push({ mark, count, at, end })
    return end
  }

  #bracket(at: number): number {
    const index = this.#openers.findLastIndex(({ mark }) => mark === '[')
    const opener = this.#openers[index]
    if (!opener) return at + 1
    const rest = this.#text.slice(at)
    if (rest === ']' && isIndex(this.#text, opener.at)) return at + 1
    if (rest === ']') {
      if (isFootnote(this.#text.slice(opener.end, at))) return this.#cut(opener.at)
      return this.#cut(at)
    }
    const address = CLOSED_ADDRESS.exec(rest)
    if (rest.startsWith('](') && !address) {
      this.#openers.length = index
      this.#cut(at)
      this.#suffix = `](${PENDING})`
      return this.#text.length
    }
    if (/^\]\[[^\]]*$/.test(rest)) return this.#cut(at)
    this.#openers.length = index
    return at + (address?.[0].length ?? 1)
  }

  #holdIf(undecided: RegExp, at: number): number {
    return undecided.test(this.#text.slice(at)) ? this.#cut(at) : at + 1
  }

  #cut(at: number): number {
    this.#text = this.#text.slice(0, at)
    return at
  }

  #close(): string {
    let text = this.#text
    for (const opener of this.#openers.reverse()) {
      const trimmed = text.trimEnd()
      if (opener.mark === '[') text = withoutBracket(text, opener)
      else if (opener.end >= trimmed.length) text = trimmed.slice(0, opener.at)
      else text = trimmed + opener.mark.repeat(opener.count)
    }
    return text + this.#suffix
  }
}

/** The text of a link that is not known to be one yet, or what it is if it cannot be one. */
function withoutBracket(text: string, { at, end }: Opener): string {
  const content = text.slice(end)
  const isImage = text[at - 1] === '!'
  if (isIndex(text, at)) return text
  if (isFootnote(content)) return text.slice(0, isImage ? at - 1 : at)
  return text.slice(0, isImage ? at - 1 : at) + content
}

/** Whether a bracket stands close behind a word, as in programs. */
function isIndex(text: string, at: number): boolean {
  return /\w/.test(text[at - 1] ?? '')
}

function isFootnote(content: string): boolean {
  return /^\^?\d{0,3}$/.test(content)
}

function canBecomeFormula(rest: string): boolean {
  if (/^\$\$?$/.test(rest) || /^\$\$[^$]/.test(rest)) return rest.length < 400
  const content = rest.slice(1)
  if (/^\s/.test(content) || content.length > 120) return false
  if (/^\d/.test(content)) return !/\s/.test(content) || /[\\^_={}]/.test(content)
  return !/(?<![\\a-z])[a-z]{3,}\s+[a-z]{3,}/i.test(content)
}

/** Whether marks of emphasis can open or close it here: CommonMark's rules. */
function flanking(text: string, at: number, end: number) {
  const before = text[at - 1] ?? ' '
  const after = text[end] ?? ' '
  const isLeft = isBeside(after, before)
  const isRight = isBeside(before, after)
  if (text[at] !== '_') return { canOpen: isLeft, canClose: isRight }
  return {
    canOpen: isLeft && (!isRight || PUNCTUATION.test(before)),
    canClose: isRight && (!isLeft || PUNCTUATION.test(after)),
  }
}

const PUNCTUATION = /[\p{P}\p{S}]/u

function isBeside(inner: string, outer: string): boolean {
  if (/\s/.test(inner)) return false
  return !PUNCTUATION.test(inner) || /\s/.test(outer) || PUNCTUATION.test(outer)
}

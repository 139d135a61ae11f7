/**
 * Where the lines of a block come from in the text that was read.
 *
 * Parts of a line tell how long they are, but not where they begin; and in lists, quotes and
 * tables what stands before a line is cut off. So each line is looked for, from where the one
 * before it ended.
 */

import type { Token, Tokens } from './lexer'
import { partsOf } from './lexer'

/** What has parts that stand in a line: a paragraph, a cell. */
export interface Line {
  /** What holds the parts. */
  holder: object
  tokens: readonly Token[]
  /** Pieces of its own text, and where they are in the whole text. */
  pieces: Piece[]
}

interface Piece {
  own: number
  source: number
  length: number
}

/** Shorter beginnings are found anywhere. */
const SHORTEST = 3

/** The lines of a block that is at `start` and ends before `end`, in order. */
export function linesOf(block: Token, source: string, start: number, end: number): Line[] {
  const reading = new Reading(source, start, end)
  reading.read(block)
  return reading.lines
}

class Reading {
  lines: Line[] = []
  #source: string
  #at: number
  #end: number

  constructor(source: string, start: number, end: number) {
    this.#source = source
    this.#at = start
    this.#end = end
  }

  read(token: Token): void {
    switch (token.type) {
      case 'list':
        for (const item of (token as Tokens.List).items) item.tokens.forEach(this.#readNext)
        return
      case 'blockquote':
        partsOf(token)?.forEach(this.#readNext)
        return
      case 'table': {
        const { header, rows } = token as Tokens.Table
        // A stroke within a cell has a backslash before it in the source.
        for (const cell of [header, ...rows].flat()) this.#readLine(cell, cell.tokens, '|')
        return
      }
      case 'paragraph':
      case 'heading':
      case 'text':
        this.#readLine(token, partsOf(token) ?? [token])
        return
      case 'checkbox':
      case 'caret':
        return
      default:
        this.#pass(token.raw)
    }
  }

  #readNext = (token: Token): void => {
    this.read(token)
  }

  #readLine(holder: object, tokens: readonly Token[], separator = '\n'): void {
    const own = tokens.map(({ raw }) => raw).join('')
    const pieces = this.#find(own, separator)
    if (pieces.length > 0) this.lines.push({ holder, tokens, pieces })
  }

  /** Code and the like: nothing is marked in it. */
  #pass(raw: string): void {
    this.#find(raw)
  }

  #find(own: string, separator = '\n'): Piece[] {
    const pieces: Piece[] = []
    let offset = 0
    for (const line of own.split(separator)) {
      const text = line.trim()
      const piece = text ? this.#place(text, offset + line.indexOf(text)) : null
      if (piece) pieces.push(piece)
      offset += line.length + 1
    }
    return pieces
  }

  /** The end of a growing line was made presentable: then as much of its begin as is there. */
  #place(text: string, own: number): Piece | null {
    for (let length = text.length; length >= Math.min(SHORTEST, text.length);) {
      const source = this.#source.indexOf(text.slice(0, length), this.#at)
      if (source >= 0 && source + length <= this.#end) {
        this.#at = source + length
        return { own, source, length }
      }
      length = length > text.length - 8 ? length - 1 : Math.floor(length * 0.7)
    }
    return null
  }
}

/** The part of a line's own text that lies between two places of the whole text; null: none. */
export function ownSpan({ pieces }: Line, start: number, end: number) {
  const within = pieces.filter(({ source, length }) => source < end && source + length > start)
  const first = within[0]
  const last = within.at(-1)
  if (!first || !last) return null
  return {
    start: first.own + Math.max(0, start - first.source),
    end: last.own + Math.min(last.length, end - last.source),
  }
}

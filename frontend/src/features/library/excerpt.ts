/** The part of a passage around the words that were looked for. */

import type { Span } from '../../api'

const LONGEST = 420
/** What comes before the first word that is found. */
const BEFORE = 80
/** Shorter words are in every text. */
const SHORTEST_WORD = 3

interface Excerpt {
  text: string
  spans: Span[]
}

export function excerptOf(text: string, query: string): Excerpt {
  const all = spansOf(text, query)
  const first = all[0]?.start ?? 0
  const from = first > BEFORE && text.length > LONGEST ? wordStart(text, first - BEFORE) : 0
  const to = Math.min(text.length, from + LONGEST)
  const lead = from > 0 ? '… ' : ''
  const tail = to < text.length ? ' …' : ''
  const shift = lead.length - from
  return {
    text: lead + text.slice(from, to) + tail,
    spans: all
      .filter(({ start, end }) => start >= from && end <= to)
      .map(({ start, end }) => ({ start: start + shift, end: end + shift })),
  }
}

/** Where the words of the query are, also with other endings; in order and without overlap. */
function spansOf(text: string, query: string): Span[] {
  const words = new Set(query.toLocaleLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [])
  const wanted = [...words].filter((word) => isTelling(word))
  if (wanted.length === 0) return []
  const patterns = wanted.map((word) => stemOf(word))
  const pattern = new RegExp(
    patterns
      .map((stem) => (isCjk(stem) ? stem : `(?<![\\p{L}\\p{N}])${stem}[\\p{L}\\p{N}]*`))
      .join('|'),
    'giu',
  )
  return Array.from(text.matchAll(pattern), ({ index, 0: found }) => ({
    start: index,
    end: index + found.length,
  }))
}

const isCjk = (word: string) => /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(word)
const isTelling = (word: string) => isCjk(word) || word.length >= SHORTEST_WORD

/** Good enough to mark a word with another ending. */
function stemOf(word: string): string {
  if (isCjk(word) || word.length < 6) return word
  return word.slice(0, Math.max(4, word.length - 2))
}

/** The begin of the word at `at`, or of the next one. */
function wordStart(text: string, at: number): number {
  const space = text.indexOf(' ', at)
  return space < 0 ? at : space + 1
}

/** Finds texts by some of their letters, in order. */

import type { Span } from '../../api'

export interface Match {
  /** Higher is better. */
  score: number
  /** The letters that were found. */
  spans: Span[]
}

const START_OF_WORD = 8
const IN_A_ROW = 5
const GAP = -1
const LATE = -0.1
/** For each letter. */
const LEAST = 2

/** Null when `text` does not have the letters of `query` near enough; blanks in `query` do not count. */
export function fuzzyMatch(query: string, text: string): Match | null {
  const letters = Array.from(query.toLocaleLowerCase()).filter((letter) => letter.trim())
  const whole = matchWhole(query.trim().toLocaleLowerCase(), text)
  if (whole) return whole
  const units = Array.from(text)
  let score = 0
  let previous = -1
  let offset = 0
  const spans: Span[] = []
  let next = 0
  for (const [index, unit] of units.entries()) {
    const start = offset
    offset += unit.length
    if (next === letters.length) continue
    if (unit.toLocaleLowerCase() !== letters[next]) continue
    const isStart = index === 0 || !isWordLetter(units[index - 1])
    if (isStart) score += START_OF_WORD
    if (previous === index - 1 && previous >= 0) score += IN_A_ROW
    else if (previous >= 0) score += Math.max(GAP * (index - previous), -START_OF_WORD)
    score += LATE * index
    const last = spans.at(-1)
    if (last?.end === start) last.end = offset
    else spans.push({ start, end: offset })
    previous = index
    next += 1
  }
  // Letters that are scattered anywhere mean nothing to a reader.
  return next === letters.length && score >= LEAST * letters.length ? { score, spans } : null
}

/** As it was typed is better than any letters. */
function matchWhole(query: string, text: string): Match | null {
  const lower = text.toLocaleLowerCase()
  // A text that changes its length in lower case would give wrong places.
  const start = lower.length === text.length ? lower.indexOf(query) : -1
  if (start < 0) return null
  const isStart = start === 0 || !isWordLetter(text[start - 1])
  const score = 100 + (isStart ? START_OF_WORD : 0) + query.length + LATE * start
  return { score, spans: query ? [{ start, end: start + query.length }] : [] }
}

const isWordLetter = (letter: string | undefined) => /[\p{L}\p{N}]/u.test(letter ?? '')

/** Those that match, best first. */
export function fuzzyFind<T>(
  query: string,
  items: readonly T[],
  textOf: (item: T) => string,
): (Match & { item: T })[] {
  return items
    .flatMap((item) => {
      const match = fuzzyMatch(query, textOf(item))
      return match ? [{ item, ...match }] : []
    })
    .sort((a, b) => b.score - a.score)
}

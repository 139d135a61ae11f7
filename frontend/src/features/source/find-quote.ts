/**
 * Finds a passage in the pieces of text that a page is drawn with.
 *
 * The server and the browser read the same file with different eyes: they break lines elsewhere,
 * join divided words, know ligatures or not. So white space, hyphens and case do not count, and
 * where that is not enough the longest parts that agree do.
 */

/** A part of one piece, in UTF-16 units. */
export interface PieceSpan {
  piece: number
  start: number
  end: number
}

/** Parts that agree are at least so long, in letters. */
const SEED = 14
/** So much of the passage has to be found. */
const LEAST_SHARE = 0.5

/** The letters of a text, and where each comes from. */
interface Letters {
  text: string
  pieces: number[]
  offsets: number[]
  ends: number[]
}

/** In order; null when too little of it is there. `near` is about where it is, from 0 to 1. */
export function findQuote(
  pieces: readonly string[],
  quote: string,
  near: number,
): PieceSpan[] | null {
  const page = lettersOf(pieces)
  const wanted = lettersOf([quote]).text
  if (wanted === '') return null
  const at = nearest(page.text, wanted, near)
  if (at !== null) return spansOf(page, at, at + wanted.length)
  const parts = agreeing(page.text, wanted)
  const found = parts.reduce((sum, [start, end]) => sum + end - start, 0)
  if (found < wanted.length * LEAST_SHARE) return null
  return parts.flatMap(([start, end]) => spansOf(page, start, end))
}

function lettersOf(pieces: readonly string[]): Letters {
  const letters: Letters = { text: '', pieces: [], offsets: [], ends: [] }
  const texts: string[] = []
  for (const [piece, text] of pieces.entries()) {
    let offset = 0
    for (const character of text) {
      for (const unit of plain(character)) {
        texts.push(unit)
        letters.pieces.push(piece)
        letters.offsets.push(offset)
        letters.ends.push(offset + character.length)
      }
      offset += character.length
    }
  }
  letters.text = texts.join('')
  return letters
}

const IGNORED = /[\s\p{Cc}\p{Cf}\p{Pd}\u00ad|]/u
const QUOTES = /[‘’‚‛′`´]/u
const DOUBLE_QUOTES = /[“”„‟″«»]/u

/** The UTF-16 units that a character counts as: none, one or more. */
function plain(character: string): string[] {
  const units: string[] = []
  for (const one of character.normalize('NFKD').toLowerCase()) {
    if (IGNORED.test(one) || /\p{M}/u.test(one)) continue
    const same = QUOTES.test(one) ? "'" : DOUBLE_QUOTES.test(one) ? '"' : one
    units.push(...same.split(''))
  }
  return units
}

/** Where `wanted` is, the place nearest to where it is thought to be. */
function nearest(text: string, wanted: string, near: number): number | null {
  let best: number | null = null
  const ideal = near * text.length
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (best === null || Math.abs(at - ideal) < Math.abs(best - ideal)) best = at
  }
  return best
}

/** The parts of the page that agree with parts of the passage, in the page's order. */
function agreeing(text: string, wanted: string): [number, number][] {
  const parts: [number, number][] = []
  let last = 0
  for (let at = 0; at + SEED <= wanted.length;) {
    const seed = wanted.slice(at, at + SEED)
    const after = text.indexOf(seed, last)
    const place = after >= 0 ? after : text.indexOf(seed)
    if (place < 0) {
      at += 1
      continue
    }
    let length = SEED
    while (at + length < wanted.length && text[place + length] === wanted[at + length]) length += 1
    parts.push([place, place + length])
    last = place + length
    at += length
  }
  return merged(parts.sort(([a], [b]) => a - b))
}

function merged(parts: [number, number][]): [number, number][] {
  const all: [number, number][] = []
  for (const [start, end] of parts) {
    const last = all.at(-1)
    if (last && start <= last[1] + 3) last[1] = Math.max(last[1], end)
    else all.push([start, end])
  }
  return all
}

function spansOf({ pieces, offsets, ends }: Letters, from: number, to: number): PieceSpan[] {
  const spans: PieceSpan[] = []
  for (let at = from; at < to; at += 1) {
    const piece = pieces[at] ?? 0
    const last = spans.at(-1)
    const end = ends[at] ?? 0
    if (last?.piece === piece) last.end = Math.max(last.end, end)
    else spans.push({ piece, start: offsets[at] ?? 0, end })
  }
  return spans
}

/** Puts marks into the parts of a text: how they look, and what stands at their ends. */

import type { Token } from './lexer'
import { partsOf } from './lexer'
import type { Mark } from './marks'
import type { Line } from './places'
import { linesOf, ownSpan } from './places'

/** A marked part of a line. */
export interface MarkedToken {
  type: 'marked'
  raw: string
  look: 'partial' | 'unsupported'
  tokens: Token[]
}

/** Where a mark ends. */
export interface MarkEndToken {
  type: 'mark-end'
  raw: ''
  mark: Mark
}

/** What was made of a block, as long as its marks are the same. */
const made = new WeakMap<Token, { key: string; block: Token }>()

/** Blocks without a mark stay the same objects, and so do those whose marks have not changed. */
export function annotated(
  blocks: readonly Token[],
  text: string,
  marks: readonly Mark[],
): readonly Token[] {
  if (marks.length === 0) return blocks
  const { source, place } = withoutReturns(text)
  const placed = marks.map((mark) => ({ mark, start: place(mark.start), end: place(mark.end) }))
  let at = 0
  return blocks.map((block) => {
    const found = source.indexOf(block.raw, at)
    const start = found < 0 ? at : found
    const end = Math.min(source.length, start + block.raw.length)
    at = end
    const here = placed.filter((one) => one.start < end && one.end > start)
    if (here.length === 0) return block
    const key = here.map(
      ({ mark, ...one }) => `${one.start - start}-${one.end - start} ${mark.key}`,
    )
    const known = made.get(block)
    if (known?.key === key.join()) return known.block
    const next = withMarks(block, linesOf(block, source, start, end), here, end)
    made.set(block, { key: key.join(), block: next })
    return next
  })
}

interface PlacedMark {
  mark: Mark
  start: number
  end: number
}

/** The text as it was read, and where a place in the given text is in it. */
function withoutReturns(text: string) {
  if (!text.includes('\r')) return { source: text, place: (offset: number) => offset }
  const place = (offset: number) => text.slice(0, offset).replace(/\r\n?/g, '\n').length
  return { source: text.replace(/\r\n?/g, '\n'), place }
}

function withMarks(block: Token, lines: Line[], marks: PlacedMark[], blockEnd: number): Token {
  const replaced = new Map<object, Token[]>()
  const ends = new Map<Line, { at: number; mark: Mark }[]>()
  for (const { mark, end } of marks) {
    if (end > blockEnd) continue
    // What ends in code has its end after the line before it.
    const line = lines.findLast(({ pieces }) => (pieces[0]?.source ?? Infinity) < end)
    if (!line) continue
    const at = ownSpan(line, 0, end)?.end ?? 0
    ends.set(line, [...(ends.get(line) ?? []), { at, mark }])
  }
  for (const line of lines) {
    const spans = marks.flatMap(({ mark, start, end }) => {
      const span = mark.look === 'plain' ? null : ownSpan(line, start, end)
      return span ? [{ ...span, look: mark.look }] : []
    })
    const here = (ends.get(line) ?? []).sort((a, b) => a.at - b.at)
    if (spans.length === 0 && here.length === 0) continue
    replaced.set(line.holder, new Marking(spans, here).run(line.tokens))
  }
  return replaced.size > 0 ? rebuilt(block, replaced) : block
}

/** A copy with other parts where there are others. */
function rebuilt<T>(value: T, replaced: ReadonlyMap<object, Token[]>): T {
  if (Array.isArray(value)) return value.map((one: unknown) => rebuilt(one, replaced)) as T
  if (typeof value !== 'object' || value === null) return value
  const tokens = replaced.get(value)
  if (tokens) return { ...value, tokens }
  const copy = { ...value }
  for (const name of ['tokens', 'items', 'header', 'rows'] as const) {
    if (name in copy) Object.assign(copy, { [name]: rebuilt(copy[name as keyof T], replaced) })
  }
  return copy
}

interface LookSpan {
  start: number
  end: number
  look: Mark['look']
}

/** Goes through the parts of one line. */
class Marking {
  #spans: LookSpan[]
  #ends: { at: number; mark: Mark }[]

  constructor(spans: LookSpan[], ends: { at: number; mark: Mark }[]) {
    this.#spans = spans
    this.#ends = [...ends]
  }

  run(tokens: readonly Token[]): Token[] {
    const marked = this.#parts(tokens, 0, Infinity)
    return [...marked, ...this.#endsUntil(Infinity, Infinity)]
  }

  /** `limit`: ends from there on stand further out. */
  #parts(tokens: readonly Token[], from: number, limit: number): Token[] {
    const all: Token[] = []
    let at = from
    for (const token of tokens) {
      const end = at + token.raw.length
      all.push(...this.#part(token, at, limit), ...this.#endsUntil(end, limit))
      at = end
    }
    return all
  }

  #part(token: Token, at: number, limit: number): Token[] {
    const inner = partsOf(token)
    if (inner) {
      const raw = inner.map((one) => one.raw).join('')
      const start = at + Math.max(0, token.raw.indexOf(raw))
      // What can be pressed stands in no link.
      const most = token.type === 'link' ? -1 : Math.min(limit, start + raw.length)
      return [{ ...token, tokens: this.#parts(inner, start, most) }]
    }
    if (token.type === 'text') return this.#text(token.raw, at, limit)
    return this.#looking(token, at, at + token.raw.length)
  }

  #text(raw: string, at: number, limit: number): Token[] {
    const end = at + raw.length
    const cuts = [
      ...this.#spans.flatMap((span) => [span.start, span.end]),
      ...this.#ends.map((one) => one.at).filter((one) => one < limit),
    ]
    const within = [...new Set(cuts.filter((cut) => cut > at && cut < end))].sort((a, b) => a - b)
    const all: Token[] = []
    let from = at
    for (const to of [...within, end]) {
      const text = raw.slice(from - at, to - at)
      all.push(...this.#looking({ type: 'text', raw: text, text }, from, to))
      all.push(...this.#endsUntil(to, limit))
      from = to
    }
    return all
  }

  #looking(token: Token, start: number, end: number): Token[] {
    const look = this.#spans.find((span) => span.start < end && span.end > start)?.look
    if (!look || look === 'plain' || token.raw === '') return [token]
    return [{ type: 'marked', raw: token.raw, look, tokens: [token] }]
  }

  #endsUntil(at: number, limit: number): MarkEndToken[] {
    const ends: MarkEndToken[] = []
    for (let next = this.#ends[0]; next; next = this.#ends[0]) {
      if (next.at > at || next.at >= limit) break
      this.#ends.shift()
      ends.push({ type: 'mark-end', raw: '', mark: next.mark })
    }
    return ends
  }
}

/** Coloured lines of a code that grows: those that have been read are kept. */

import type { CodeGrammar, LineState } from './highlighter'

export interface Piece {
  text: string
  /** A CSS colour; null is that of the text. */
  color: string | null
}

/** The same object as long as the line stays the same. */
export interface Line {
  readonly text: string
  readonly pieces: readonly Piece[]
}

interface ReadLine extends Line {
  after: LineState
}

/** More than this is shown in one colour. */
const MOST_CHARACTERS = 200_000

export class CodeReader {
  #grammar: CodeGrammar | null = null
  #lines: ReadLine[] = []

  read(code: string, grammar: CodeGrammar | null): readonly Line[] {
    const used = code.length > MOST_CHARACTERS ? null : grammar
    if (used !== this.#grammar) this.#lines = []
    this.#grammar = used

    const texts = code.split('\n')
    let kept = 0
    while (kept < texts.length && this.#lines[kept]?.text === texts[kept]) kept += 1
    if (kept === texts.length && kept === this.#lines.length) return this.#lines

    const lines = this.#lines.slice(0, kept)
    for (const text of texts.slice(kept)) lines.push(readLine(text, lines.at(-1)?.after, used))
    this.#lines = lines
    return lines
  }
}

function readLine(text: string, before: LineState, grammar: CodeGrammar | null): ReadLine {
  if (!grammar) return { text, pieces: [{ text, color: null }], after: undefined }
  return { text, ...keepingState(grammar.readLine(text, before), before) }
}

/** An empty line says nothing of where it stands. */
function keepingState<T extends { after: LineState }>(read: T, before: LineState): T {
  return read.after ? read : { ...read, after: before }
}

/** Reads a text that grows: what has been read is kept, only its end is read again. */

import { endsInCode, finished, hasStrayMath } from './finish'
import type { Lexed, Links, Token } from './lexer'
import { lex } from './lexer'
import { holdBack } from './hold-back'
import { equalOrNew, reused } from './reuse'

const BLANK_LINE = /\n[ \t]*\n$/

export class DocumentReader {
  /** Blocks that no more text can change, and where they end. */
  #stable: Token[] = []
  #stableSource = ''
  /** The blocks after them. */
  #tail: Token[] = []
  #links: Links = {}
  #source: string | null = null
  #isGrowing = false
  #blocks: readonly Token[] = []

  /**
   * The blocks of a text: the same objects as before where nothing changed.
   *
   * While it is growing, its end is made presentable, and a caret shows where it goes on.
   */
  read(text: string, isGrowing: boolean): readonly Token[] {
    const source = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
    if (source === this.#source && isGrowing === this.#isGrowing) return this.#blocks
    if (!source.startsWith(this.#stableSource)) this.#forget()
    const hasEnded = this.#isGrowing && !isGrowing
    this.#source = source
    this.#isGrowing = isGrowing
    // Whatever was thought while it grew: in the end it is what it is when it comes at once.
    if (hasEnded) this.#readAgain(source)
    else this.#readTail(source)
    const all = [...this.#stable, ...this.#tail]
    this.#blocks = all.filter(({ type }) => type !== 'space' && type !== 'def')
    return this.#blocks
  }

  #readTail(source: string): void {
    const rest = source.slice(this.#stableSource.length)
    const lexed = this.#lexEnd(rest)
    if (this.#hasOtherLinks(lexed.tokens.links)) {
      // A reference may stand long before what it refers to.
      this.#readAgain(source)
      return
    }
    const tokens = this.#isGrowing ? finished(lexed) : [...lexed.tokens]
    this.#tail = tokens.map((token, index) => reused(this.#tail[index], token))
    this.#settle(rest)
  }

  /** Reads everything; what has come to mean the same stays the same object. */
  #readAgain(source: string): void {
    const known = [...this.#stable, ...this.#tail]
    this.#forget()
    this.#links = { ...this.#lexEnd(source).tokens.links }
    this.#readTail(source)
    const keep = (token: Token, index: number) => equalOrNew(known[index], token)
    this.#tail = this.#tail.map((token, index) => keep(token, this.#stable.length + index))
    this.#stable = this.#stable.map(keep)
  }

  #lexEnd(rest: string): Lexed {
    const options = { links: this.#links, isGrowing: this.#isGrowing }
    let lexed = lex(rest, options)
    if (!this.#isGrowing) return lexed
    const shown = endsInCode(lexed.tokens.at(-1)) ? rest : holdBack(rest)
    if (shown !== rest) lexed = lex(shown, options)
    return hasStrayMath(lexed.tokens) ? lex(shown, { ...options, isGrowing: false }) : lexed
  }

  #hasOtherLinks(links: Links): boolean {
    const known = this.#links
    return Object.entries(links).some(
      ([label, { href, title }]) => known[label]?.href !== href || known[label].title !== title,
    )
  }

  /**
   * Blocks end for good at a blank line, once the first line of the next one has come whole: until
   * then that one may turn out to go on with them.
   */
  #settle(rest: string): void {
    let end = 0
    let settled = 0
    let settledEnd = 0
    for (const [index, { type, raw }] of this.#tail.entries()) {
      if (!rest.startsWith(raw, end)) break
      const isApart =
        type !== 'space' && (index === 0 || BLANK_LINE.test(rest.slice(Math.max(0, end - 80), end)))
      if (isApart && rest.includes('\n', end)) {
        settled = index
        settledEnd = end
      }
      end += raw.length
    }
    if (settled === 0) return
    this.#stable.push(...this.#tail.slice(0, settled))
    this.#tail = this.#tail.slice(settled)
    this.#stableSource += rest.slice(0, settledEnd)
  }

  #forget(): void {
    this.#stable = []
    this.#stableSource = ''
    this.#tail = []
    this.#links = {}
  }
}

/**
 * Reads Markdown: GitHub's, with formulas and without HTML.
 *
 * A line of dashes below a text is a rule and does not make the text a heading: models mean the
 * former, and the latter would change a line that has been read already.
 */

import type { Links, Token, TokensList } from 'marked'
import { Marked } from 'marked'
import { allowOpenMath, blockMath, inlineMath, maskMath } from './math-syntax'

const marked = new Marked({
  gfm: true,
  extensions: [blockMath, inlineMath],
  hooks: { emStrongMask: maskMath },
  tokenizer: { html: () => undefined, lheading: () => undefined },
})

export type { Links, Token, Tokens } from 'marked'

/** The parts within a part. */
export function partsOf(token: Token): readonly Token[] | undefined {
  return 'tokens' in token ? token.tokens : undefined
}

interface Options {
  /** Where references lead that are defined elsewhere. */
  links: Links
  /** Whether more of the text is to come. */
  isGrowing: boolean
}

export interface Lexed {
  tokens: TokensList
  /** Reads a part of a line again, as if it were in the same document. */
  lexInline: (text: string) => Token[]
}

export function lex(source: string, { links, isGrowing }: Options): Lexed {
  const lexer = new marked.Lexer(marked.defaults)
  Object.assign(lexer.tokens.links, links)
  if (isGrowing) allowOpenMath(lexer)
  return { tokens: lexer.lex(source), lexInline: (text) => lexer.inlineTokens(text) }
}

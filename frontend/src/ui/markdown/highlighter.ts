/** Colours code, a line at a time. Large, and loaded only with the first code that needs it. */

import type { GrammarState, LanguageInput } from '@shikijs/core'
import {
  codeToTokensBase,
  createCssVariablesTheme,
  createShikiPrimitiveAsync,
  getLastGrammarState,
} from '@shikijs/core'
import { createJavaScriptRegexEngine } from '@shikijs/engine-javascript'
import type { Piece } from './code-lines'

const THEME = createCssVariablesTheme({ name: 'lamla', variablePrefix: '--code-' })
/** Longer lines are no code that somebody wrote. */
const LONGEST_LINE = 2_000
const LONGEST_MS = 50

const FOREGROUND = 'var(--code-foreground)'

const shiki = createShikiPrimitiveAsync({
  themes: [THEME],
  langs: [],
  engine: createJavaScriptRegexEngine({ forgiving: true }),
})

/** Where a line stands within strings, comments and so on of the lines before. */
export type LineState = GrammarState | undefined

export interface CodeGrammar {
  readLine: (line: string, before: LineState) => { pieces: Piece[]; after: LineState }
}

export async function createGrammar(source: LanguageInput): Promise<CodeGrammar> {
  const primitive = await shiki
  const registrations = (await (typeof source === 'function' ? source() : source)) as {
    default: { name: string }[]
  }
  const languages = registrations.default
  // The last one is the language itself; what it may contain comes before it.
  const lang = languages.at(-1)?.name ?? 'text'
  await primitive.loadLanguage(registrations as never)
  return {
    readLine(line, before) {
      const tokens = codeToTokensBase(primitive, line, {
        lang,
        theme: 'lamla',
        tokenizeMaxLineLength: LONGEST_LINE,
        tokenizeTimeLimit: LONGEST_MS,
        ...(before && { grammarState: before }),
      })
      const pieces = (tokens[0] ?? []).map(({ content, color }) => ({
        text: content,
        color: color === FOREGROUND ? null : (color ?? null),
      }))
      return { pieces: joined(pieces), after: getLastGrammarState(primitive, tokens) }
    },
  }
}

/** Neighbours of one colour become one. */
function joined(pieces: Piece[]): Piece[] {
  const all: Piece[] = []
  for (const { text, color } of pieces) {
    const last = all.at(-1)
    const isBlank = text.trim() === ''
    if (last && (last.color === color || isBlank)) last.text += text
    else all.push({ text, color })
  }
  return all
}

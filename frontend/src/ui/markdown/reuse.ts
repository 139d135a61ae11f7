/** Keeps the objects of what has not changed, so that it is not rendered again. */

import { isProvisional } from './finish'
import type { Token, Tokens } from './lexer'

/** What was read before, as far as it is the same. */
export function reused(known: Token | undefined, token: Token): Token {
  if (known?.type !== token.type) return token
  if (known.raw === token.raw && areWhole(known, token)) return known
  if (token.type === 'list') reuseItems(known as Tokens.List, token as Tokens.List)
  if (token.type === 'table') reuseRows(known as Tokens.Table, token as Tokens.Table)
  return token
}

/** As `reused`, where a part of the same text may have come to mean something else. */
export function equalOrNew(known: Token | undefined, token: Token): Token {
  return known && JSON.stringify(known) === JSON.stringify(token) ? known : token
}

function reuseItems(known: Tokens.List, list: Tokens.List): void {
  list.items = list.items.map((item, index) => {
    const before = known.items[index]
    const isSame = before?.raw === item.raw && before.loose === item.loose
    return isSame && areWhole(before, item) ? before : item
  })
}

function reuseRows(known: Tokens.Table, table: Tokens.Table): void {
  table.rows = table.rows.map((row, index) => {
    const before = known.rows[index]
    const isSame =
      before?.length === row.length && row.every(({ text }, at) => before[at]?.text === text)
    return isSame && areWhole(before, row) ? before : row
  })
}

function areWhole(before: object, after: object): boolean {
  return !isProvisional(before) && !isProvisional(after)
}

/** Lists; an item that has not changed is not rendered again. */

import { memo } from 'react'
import { Blocks } from './Block'
import type { Token, Tokens } from './lexer'
import { partsOf } from './lexer'

export function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, index) => <Item key={index} item={item} />)
  if (!token.ordered) {
    return (
      <ul dir="auto" className="grid list-disc gap-1 ps-6 marker:text-faint">
        {items}
      </ul>
    )
  }
  const start = token.start === '' ? 1 : token.start
  const width = String(start + items.length - 1).length
  return (
    <ol
      dir="auto"
      start={start}
      style={{ paddingInlineStart: `${Math.max(1.75, 1 + width * 0.6)}rem` }}
      className="grid list-decimal gap-1 marker:text-soft marker:tabular-nums"
    >
      {items}
    </ol>
  )
}

/** The box of a task stands in its first line, also where that is no paragraph of its own. */
function withBoxInLine(tokens: Token[]): Token[] {
  const [box, line, ...rest] = tokens
  if (box?.type !== 'checkbox') return tokens
  if (line?.type !== 'text')
    return [{ type: 'text', raw: '', text: '', tokens: [box] }, ...tokens.slice(1)]
  return [{ ...line, tokens: [box, ...(partsOf(line) ?? [])] }, ...rest]
}

/** An item that has not changed is the same object. */
const Item = memo(function Item({ item }: { item: Tokens.ListItem }) {
  return (
    <li className={`[&>*+*]:mt-1.5 ${item.task ? '-ms-6 list-none' : ''}`}>
      <Blocks tokens={withBoxInLine(item.tokens)} />
    </li>
  )
})

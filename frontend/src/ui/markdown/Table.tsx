/** Tables: as wide as they need to be, in a box that scrolls. */

import { memo } from 'react'
import { Inline } from './Inline'
import type { Tokens } from './lexer'

export function Table({ token }: { token: Tokens.Table }) {
  return (
    <div
      role="group"
      aria-label="Table"
      // Whoever has no mouse scrolls it with the keys.
      tabIndex={0}
      className="max-w-full overflow-x-auto rounded-sm border border-line"
    >
      <table dir="auto" className="w-full border-collapse text-ui">
        <thead>
          <tr className="border-b border-edge bg-side">
            {token.header.map((cell, index) => (
              <th
                key={index}
                scope="col"
                style={{ textAlign: cell.align ?? 'start' }}
                className="px-3 py-1.5 font-semibold"
              >
                <Inline tokens={cell.tokens} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            <Row key={index} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** A row that has not changed is the same object, and is not rendered again. */
const Row = memo(function Row({ row }: { row: Tokens.TableCell[] }) {
  return (
    <tr className="border-line not-first:border-t">
      {row.map((cell, index) => (
        <td
          key={index}
          style={{ textAlign: cell.align ?? 'start' }}
          className="max-w-[28rem] px-3 py-1.5 align-top"
        >
          <Inline tokens={cell.tokens} />
        </td>
      ))}
    </tr>
  )
})

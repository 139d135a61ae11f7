/** The text of a page with its tables, and a passage of it marked. */

import type { TextBlock, TextSpan } from './text-blocks'

interface Props {
  text: string
  blocks: readonly TextBlock[]
  /** Null: nothing is marked. */
  marked: TextSpan | null
}

export function Passages({ text, blocks, marked }: Props) {
  return blocks.map((block) =>
    block.kind === 'table' ? (
      <Table key={block.start} text={text} rows={block.rows} marked={marked} />
    ) : (
      <p
        key={block.start}
        className="max-w-[44rem] min-w-0 break-words whitespace-pre-wrap [unicode-bidi:plaintext]"
      >
        <Marked text={text} span={block} marked={marked} />
      </p>
    ),
  )
}

interface TableProps {
  text: string
  rows: readonly TextSpan[][]
  marked: TextSpan | null
}

/** Its first row names the columns. */
function Table({ text, rows, marked }: TableProps) {
  const [head = [], ...body] = rows
  const width = Math.max(...rows.map((cells) => cells.length))
  const columns = Array.from({ length: width }, (_, index) => index)
  return (
    <div
      tabIndex={0}
      role="group"
      aria-label="Table"
      className="min-w-0 overflow-x-auto -outline-offset-2"
    >
      <table className="border-collapse text-[0.9em] leading-normal">
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column}
                scope="col"
                dir="auto"
                className="border-b border-edge px-2 py-1 text-start font-semibold first:ps-0"
              >
                <Marked text={text} span={head[column]} marked={marked} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {body.map((cells, row) => (
            <tr key={row}>
              {columns.map((column) => (
                <td
                  key={column}
                  dir="auto"
                  className={`border-b border-line px-2 py-1 align-top tabular-nums first:ps-0 ${isShort(cells[column]) ? 'whitespace-nowrap' : 'min-w-48'}`}
                >
                  <Marked text={text} span={cells[column]} marked={marked} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** Names, numbers and dates stay on one line. */
const SHORT = 24
const isShort = (span: TextSpan | undefined) => !span || span.end - span.start <= SHORT

interface MarkedProps {
  text: string
  span: TextSpan | undefined
  marked: TextSpan | null
}

function Marked({ text, span, marked }: MarkedProps) {
  if (!span) return null
  const start = Math.max(span.start, marked?.start ?? span.end)
  const end = Math.min(span.end, marked?.end ?? span.end)
  if (start >= end) return text.slice(span.start, span.end)
  return (
    <>
      {text.slice(span.start, start)}
      <mark data-part="passage" className="rounded-[2px] bg-mark text-ink">
        {text.slice(start, end)}
      </mark>
      {text.slice(end, span.end)}
    </>
  )
}

/** Divides the text of a page into running text and tables. */

export interface TextSpan {
  /** UTF-16 units of the page's text. */
  start: number
  end: number
}

export type TextBlock =
  (TextSpan & { kind: 'text' }) | (TextSpan & { kind: 'table'; rows: TextSpan[][] })

/** What the server writes between blocks, and between the cells of a row. */
const BLOCK_SEPARATOR = '\n\n'
const CELL_SEPARATOR = ' | '

/** Running text between two tables is one block. */
export function blocksOf(text: string, canHaveTables: boolean): TextBlock[] {
  const blocks: TextBlock[] = []
  for (const span of partsOf(text, { start: 0, end: text.length }, BLOCK_SEPARATOR)) {
    const rows = canHaveTables ? rowsOf(text, span) : null
    const last = blocks.at(-1)
    if (rows) blocks.push({ kind: 'table', ...span, rows })
    else if (last?.kind === 'text') last.end = span.end
    else blocks.push({ kind: 'text', ...span })
  }
  return blocks
}

/** Null when it is no table. Cells that are empty at the end of a row are not written. */
function rowsOf(text: string, block: TextSpan): TextSpan[][] | null {
  const rows = partsOf(text, block, '\n').map((line) => partsOf(text, line, CELL_SEPARATOR))
  const most = Math.max(...rows.map((cells) => cells.length))
  const wide = rows.filter((cells) => cells.length > 1).length
  return rows.length > 1 && most > 1 && wide * 2 > rows.length ? rows : null
}

function partsOf(text: string, { start, end }: TextSpan, separator: string): TextSpan[] {
  const parts: TextSpan[] = []
  let from = start
  for (;;) {
    const at = text.indexOf(separator, from)
    if (at < 0 || at + separator.length > end) break
    parts.push({ start: from, end: at })
    from = at + separator.length
  }
  parts.push({ start: from, end })
  return parts
}

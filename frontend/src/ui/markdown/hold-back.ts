/**
 * Holds back what may still become something else, until it is decided.
 *
 * So nothing is shown of a growing text that changes its looks with the next letters.
 */

const MARKERS = /^(?:[-*+_=~|`#>]+|\d{1,9}[.)]?|\\[a-z]*(?:\{[a-z*]*\}?)?|\\[[(]|\$+)\s*$/
const CONTAINERS = /^(?:[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t]+))*[ \t]*/
const HALF_TASK = /^\[[ xX]?\]?\s*$/
const HALF_DEFINITION = /^\[(?:[^\]\n]{0,60}\]?$|[^\]]+\]:)/
const DELIMITERS = /^[\s|:-]*$/

/** Cuts off a last line that may still become another kind of block. */
export function holdBack(source: string): string {
  const lines = source.split('\n')
  const [before = '', header = '', line = ''] = ['', '', ...lines].slice(-3)
  let held = 0
  if (isRow(line) && !isRow(header)) held = 1
  else if (isRow(header) && !isRow(before) && DELIMITERS.test(line)) held = 2
  else if (isUndecided(line)) held = 1
  if (held === 0) return source
  return lines
    .slice(0, -held)
    .map((kept) => `${kept}\n`)
    .join('')
}

function isUndecided(line: string): boolean {
  const markers = CONTAINERS.exec(line)?.[0] ?? ''
  const content = line.slice(markers.length)
  if (content === '') return markers.trim() !== ''
  const isItem = markers.trim() !== ''
  return (
    MARKERS.test(content) || (isItem && HALF_TASK.test(content)) || HALF_DEFINITION.test(content)
  )
}

function isRow(line: string): boolean {
  return /^[\s>]*\|/.test(line)
}

/** A code block's text without a closing fence of which only a part has come. */
export function withoutHalfFence(text: string, fence: string): string {
  const last = text.slice(text.lastIndexOf('\n') + 1)
  const isHalf = last !== '' && fence.startsWith(last.trim()) && last.trim() !== ''
  return isHalf ? text.slice(0, -last.length).replace(/\n$/, '') : text
}

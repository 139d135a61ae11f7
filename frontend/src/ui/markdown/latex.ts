/** Formulas that are not whole yet. */

const COMMAND_AT_END = /\\[a-zA-Z]*$/
const ENVIRONMENTS = /\\(begin|end)\{([a-zA-Z]+\*?)\}/g

/** A formula that can be drawn, of one whose end is still to come. */
export function closeLatex(latex: string): string {
  const begun = latex
    .replace(/\\(?:begin|end)(?:\{[a-zA-Z*]*)?$/, '')
    .replace(COMMAND_AT_END, '')
    .replace(/[\\$^_&]+\s*$/, '')
  return `${begun}${closersOf(begun)}`
}

/** What is still open, innermost first. */
function closersOf(latex: string): string {
  const open: string[] = []
  const parts = latex.matchAll(
    /\\(?:begin|end)\{[a-zA-Z]+\*?\}|\\left(?![a-z])|\\right(?![a-z])|\\.|[{}]/g,
  )
  for (const [part] of parts) {
    const environment = ENVIRONMENTS.exec(part)
    ENVIRONMENTS.lastIndex = 0
    if (environment?.[1] === 'begin') open.push(`\\end{${environment[2] ?? ''}}`)
    else if (part === '{') open.push('}')
    else if (part === '\\left') open.push('\\right.')
    else if (environment ?? (part === '}' || part === '\\right')) open.pop()
  }
  return open.reverse().join('')
}

/** Draws formulas. Large, and loaded only with the first formula. */

import katex from 'katex'
import 'katex/dist/katex.min.css'

/** The formula as HTML and MathML; throws when it cannot be drawn. Nothing in it is a link. */
export function drawFormula(latex: string, isBlock: boolean): string {
  return katex.renderToString(latex, {
    displayMode: isBlock,
    output: 'htmlAndMathml',
    strict: 'ignore',
    trust: false,
    maxExpand: 500,
    maxSize: 40,
  })
}

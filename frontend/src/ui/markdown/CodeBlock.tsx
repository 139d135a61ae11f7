/** A block of code: its language, a button that copies it, and its lines. */

import { lazy, memo, Suspense, useContext, useId, useState } from 'react'
import { CopyButton } from '../CopyButton'
import { Caret } from './Caret'
import type { Line } from './code-lines'
import { CodeReader } from './code-lines'
import './code.css'
import { DiagramsContext } from './diagrams'
import type { OpenCode } from './finish'
import { useGrammar } from './grammars'
import { labelOf, languageOf } from './languages'

const Diagram = lazy(() => import('./Diagram'))

export function CodeBlock({ token }: { token: OpenCode }) {
  const hasDiagrams = useContext(DiagramsContext)
  const language = languageOf(token.lang)
  const isDiagram = language === 'mermaid' && hasDiagrams && !token.isOpen
  const source = <Source token={token} language={language} />
  if (!isDiagram) return source
  return (
    <Suspense fallback={source}>
      <Diagram source={token.text} fallback={source} />
    </Suspense>
  )
}

function Source({ token, language }: { token: OpenCode; language: string | null }) {
  const labelId = useId()
  const grammar = useGrammar(language)
  const [reader] = useState(() => new CodeReader())
  const lines = reader.read(token.text, grammar)
  const isOpen = token.isOpen ?? false
  return (
    <div dir="ltr" className="overflow-hidden rounded-sm border border-line bg-side">
      <div className="flex min-h-8 items-center justify-between border-b border-line ps-3 pe-1 text-fine text-faint">
        <span id={labelId}>{labelOf(token.lang)}</span>
        {!isOpen && <CopyButton text={token.text} label="Copy code" />}
      </div>
      <pre
        // Whoever has no mouse scrolls it with the keys.
        tabIndex={0}
        role="group"
        aria-labelledby={labelId}
        className="overflow-x-auto px-3 py-2.5 -outline-offset-2"
      >
        <code className="block w-max min-w-full font-mono text-[0.8125rem]/[1.3125rem] [tab-size:4]">
          {lines.map((line, index) => (
            <CodeLine key={index} line={line} isLast={index === lines.length - 1} />
          ))}
          {isOpen && <Caret />}
        </code>
      </pre>
    </div>
  )
}

interface LineProps {
  line: Line
  isLast: boolean
}

const CodeLine = memo(function CodeLine({ line, isLast }: LineProps) {
  return (
    <>
      {line.pieces.map(({ text, color }, index) =>
        color === null ? (
          text
        ) : (
          <span key={index} style={{ color }}>
            {text}
          </span>
        ),
      )}
      {!isLast && '\n'}
    </>
  )
})

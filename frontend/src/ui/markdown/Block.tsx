/** One block of an answer; rendered again only when its text has changed. */

import type { ReactNode } from 'react'
import { memo } from 'react'
import { Caret } from './Caret'
import { CodeBlock } from './CodeBlock'
import type { OpenCode } from './finish'
import { Formula } from './Formula'
import { Inline } from './Inline'
import type { Token, Tokens } from './lexer'
import { partsOf } from './lexer'
import { List } from './List'
import type { MathToken } from './math-syntax'
import { Table } from './Table'

export const Block = memo(function Block({ token }: { token: Token }): ReactNode {
  switch (token.type) {
    case 'paragraph':
    case 'text':
      return (
        <p dir="auto" className="break-words whitespace-pre-line">
          <Inline tokens={inlineOf(token)} />
        </p>
      )
    case 'heading':
      return <Heading token={token as Tokens.Heading} />
    case 'list':
      return <List token={token as Tokens.List} />
    case 'blockquote':
      return (
        <blockquote dir="auto" className="grid gap-2 border-s-2 border-edge ps-3.5 text-soft">
          <Blocks tokens={partsOf(token)} />
        </blockquote>
      )
    case 'code':
      return <CodeBlock token={token as OpenCode} />
    case 'table':
      return <Table token={token as Tokens.Table} />
    case 'math':
      return <Formula token={token as MathToken} />
    case 'hr':
      return <hr className="my-2 border-line" />
    case 'caret':
      return (
        <p>
          <Caret />
        </p>
      )
    case 'space':
    case 'def':
      return null
    default:
      return (
        <p dir="auto" className="break-words whitespace-pre-line">
          {token.raw}
        </p>
      )
  }
})

/** The blocks within a list's item or a quote. */
export function Blocks({ tokens }: { tokens: readonly Token[] | undefined }): ReactNode {
  return tokens?.map((token, index) => <Block key={index} token={token} />)
}

/** A line that is no paragraph of its own has its parts within, or is one part. */
function inlineOf(token: Token): readonly Token[] {
  return partsOf(token) ?? [token]
}

/** Below the headings of the page itself, which end with the name of who speaks. */
const LEVELS = ['h3', 'h4', 'h5', 'h6', 'h6', 'h6'] as const
const LOOKS = ['mt-3 text-[1.25rem]/7', 'mt-2.5 text-[1.125rem]/6.5', 'mt-1.5'] as const

function Heading({ token }: { token: Tokens.Heading }) {
  const Level = LEVELS[token.depth - 1] ?? 'h6'
  const look = LOOKS[token.depth - 1] ?? 'mt-1 text-soft'
  return (
    <Level dir="auto" className={`font-semibold break-words first:mt-0 ${look}`}>
      <Inline tokens={token.tokens} />
    </Level>
  )
}

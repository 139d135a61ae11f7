/** What stands in a line: text, emphasis, code, links, formulas. */

import type { ReactNode } from 'react'
import { useContext } from 'react'
import type { MarkedToken, MarkEndToken } from './annotate'
import { Caret } from './Caret'
import { decodeReferences } from './entities'
import { Formula } from './Formula'
import type { Token, Tokens } from './lexer'
import { partsOf } from './lexer'
import { targetOf } from './links'
import type { Mark } from './marks'
import { MarksContext } from './marks'
import type { MathToken } from './math-syntax'

export function Inline({ tokens }: { tokens: readonly Token[] | undefined }): ReactNode {
  return tokens?.map((token, index) => <Part key={index} token={token} />)
}

function Part({ token }: { token: Token }): ReactNode {
  const parts = partsOf(token)
  const inner = <Inline tokens={parts} />
  switch (token.type) {
    case 'text':
      return parts ? inner : decodeReferences((token as Tokens.Text).text)
    case 'escape':
      return (token as Tokens.Escape).text
    case 'strong':
      return <strong className="font-semibold">{inner}</strong>
    case 'em':
      return <em>{inner}</em>
    case 'del':
      return <del>{inner}</del>
    case 'codespan':
      return (
        <code
          dir="ltr"
          className="rounded-sm bg-hover px-1 py-px font-mono text-[0.875em] whitespace-break-spaces"
        >
          {(token as Tokens.Codespan).text}
        </code>
      )
    case 'br':
      return <br />
    case 'link':
      return <Anchor token={token as Tokens.Link}>{inner}</Anchor>
    case 'image':
      return <Picture token={token as Tokens.Image} />
    case 'math':
      return <Formula token={token as MathToken} />
    case 'checkbox':
      return <Checkbox isChecked={(token as Tokens.Checkbox).checked} />
    case 'caret':
      return <Caret />
    case 'marked':
      return <span className={MARKED[(token as MarkedToken).look]}>{inner}</span>
    case 'mark-end':
      return <MarkEnd mark={(token as MarkEndToken).mark} />
    default:
      return /^<br\s*\/?>$/i.test(token.raw) ? <br /> : token.raw
  }
}

const MARKED: Record<MarkedToken['look'], string> = {
  partial: 'underline decoration-notice decoration-dashed decoration-1 underline-offset-4',
  unsupported: 'underline decoration-danger/70 decoration-dotted decoration-2 underline-offset-4',
}

function MarkEnd({ mark }: { mark: Mark }) {
  return useContext(MarksContext)(mark)
}

const LINK = 'text-accent underline decoration-1 underline-offset-3'

function Anchor({ token, children }: { token: Tokens.Link; children: ReactNode }) {
  const target = targetOf(token.href)
  if (target.kind === 'none') return children
  if (target.kind === 'pending') return <span className={LINK}>{children}</span>
  return (
    <a
      href={target.href}
      title={token.autolink ? undefined : target.href}
      target="_blank"
      rel="noopener noreferrer nofollow"
      className={`${LINK} break-words hover:decoration-2`}
    >
      {children}
    </a>
  )
}

/** A picture is a link to it: to load it would tell its host who reads this, and when. */
function Picture({ token }: { token: Tokens.Image }) {
  const name = decodeReferences(token.text) || 'picture'
  const link: Tokens.Link = { ...token, type: 'link', tokens: [] }
  return <Anchor token={link}>Picture: {name}</Anchor>
}

function Checkbox({ isChecked }: { isChecked: boolean }) {
  return (
    <input
      type="checkbox"
      checked={isChecked}
      disabled
      aria-label={isChecked ? 'Done' : 'To do'}
      className="mr-1.5 translate-y-[0.125em] accent-accent"
    />
  )
}

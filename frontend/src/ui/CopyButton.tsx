/** Copies a text, and says so for a moment. */

import { useEffect, useState } from 'react'
import { Button } from './Button'
import { CheckIcon, CopyIcon } from './icons'

const SHOWN_MS = 1_500

interface Props {
  text: string
  /** What the button is called where "Copy" alone does not say enough. */
  label?: string
  /** Shows no words. */
  isIcon?: boolean
}

export function CopyButton({ text, label, isIcon = false }: Props) {
  const [isCopied, setCopied] = useState(false)

  useEffect(() => {
    if (!isCopied) return
    const timer = setTimeout(() => {
      setCopied(false)
    }, SHOWN_MS)
    return () => {
      clearTimeout(timer)
    }
  }, [isCopied])

  const Icon = isCopied ? CheckIcon : CopyIcon
  return (
    <Button
      look="quiet"
      aria-label={isCopied ? 'Copied' : label}
      title={isIcon ? label : undefined}
      onClick={() => {
        void copyText(text).then(setCopied)
      }}
    >
      <Icon className="size-4" />
      {!isIcon && (isCopied ? 'Copied' : 'Copy')}
    </Button>
  )
}

/** Whether it worked. On plain-HTTP pages of other hosts only the older way exists. */
async function copyText(text: string): Promise<boolean> {
  if (window.isSecureContext) {
    return navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
  }
  const area = document.createElement('textarea')
  area.value = text
  document.body.append(area)
  area.select()
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Nothing else works there.
  const isCopied = document.execCommand('copy')
  area.remove()
  return isCopied
}

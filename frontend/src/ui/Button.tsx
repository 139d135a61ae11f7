/** Buttons: one look for what matters, one for what is quiet, one for icons. */

import type { ButtonHTMLAttributes, Ref } from 'react'

const BASE =
  'inline-flex items-center justify-center gap-1.5 rounded-sm transition-colors disabled:cursor-default'

const LOOKS = {
  primary: 'bg-accent px-3 py-1.5 font-medium text-on-accent hover:opacity-90 disabled:opacity-50',
  danger: 'bg-danger px-3 py-1.5 font-medium text-paper hover:opacity-90 disabled:opacity-50',
  plain: 'border border-edge px-3 py-1.5 hover:bg-hover',
  link: 'font-medium text-accent underline-offset-4 enabled:hover:underline disabled:font-normal',
  quiet: 'px-1.5 py-1 text-faint hover:bg-hover hover:text-ink disabled:opacity-50',
} as const

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: keyof typeof LOOKS
}

export function Button({ look = 'plain', className = '', ...rest }: Props) {
  return <button type="button" className={`${BASE} ${LOOKS[look]} ${className}`} {...rest} />
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string
  ref?: Ref<HTMLButtonElement>
  /** Whether a dialog begins here. */
  'data-first-focus'?: boolean
}

/** A square button that shows an icon; its label is read aloud and shown as a hint. */
export function IconButton({ label, className = 'size-8', ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-grid shrink-0 place-items-center rounded-sm text-soft transition-colors hover:bg-hover hover:text-ink disabled:cursor-default disabled:opacity-50 ${className}`}
      {...rest}
    />
  )
}

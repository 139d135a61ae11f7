/** One line to fill in: its name above, a hint or what is wrong with it below. */

import type { InputHTMLAttributes, ReactNode, Ref } from 'react'
import { useId } from 'react'

export interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  hint?: ReactNode
  /** What is wrong with what was filled in. */
  error?: ReactNode
  /** Stands at the end of the line. */
  end?: ReactNode
  /** Whether a dialog begins here. */
  isFirst?: boolean
  ref?: Ref<HTMLInputElement>
}

export function Field(props: FieldProps) {
  const { label, hint, error, end, isFirst, className = '', ...input } = props
  const id = useId()
  const noteId = `${id}-note`
  const note = error ?? hint
  return (
    <div className={`grid gap-1 ${className}`}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <div className="relative flex">
        <input
          id={id}
          data-first-focus={isFirst}
          aria-invalid={error !== undefined}
          aria-describedby={note ? noteId : undefined}
          className={`min-w-0 flex-1 rounded-sm border bg-paper px-2.5 py-1.5 text-read outline-offset-0 read-only:opacity-60 ${error ? 'border-danger' : 'border-edge'} ${end ? 'pr-18' : ''}`}
          {...input}
        />
        {end && <span className="absolute inset-y-0 right-1 flex items-center">{end}</span>}
      </div>
      {note && (
        <p id={noteId} className={`text-fine ${error ? 'text-danger' : 'text-faint'}`}>
          {note}
        </p>
      )}
    </div>
  )
}

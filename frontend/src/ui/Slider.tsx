/** A number between two others, or the default. */

import { useId } from 'react'
import { Button } from './Button'

interface Props {
  label: string
  hint: string
  min: number
  max: number
  step: number
  /** Null is the default. */
  value: number | null
  defaultValue: number
  onChange: (value: number | null) => void
}

export function Slider({ label, hint, value, defaultValue, onChange, ...range }: Props) {
  const id = useId()
  const shown = value ?? defaultValue
  return (
    <div className="grid gap-1">
      <div className="flex items-baseline justify-between gap-2">
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        <span className="flex items-baseline gap-2 text-soft">
          {value !== null && (
            <Button
              look="link"
              aria-label={`Reset ${label}`}
              className="text-fine"
              onClick={() => {
                onChange(null)
              }}
            >
              Reset
            </Button>
          )}
          <output htmlFor={id} className="tabular-nums">
            {shown.toLocaleString('en')}
            {value === null && ' (default)'}
          </output>
        </span>
      </div>
      <input
        id={id}
        type="range"
        {...range}
        value={shown}
        aria-describedby={`${id}-hint`}
        onChange={(event) => {
          onChange(event.target.valueAsNumber)
        }}
        className="h-6 w-full accent-accent"
      />
      <p id={`${id}-hint`} className="text-fine text-faint">
        {hint}
      </p>
    </div>
  )
}

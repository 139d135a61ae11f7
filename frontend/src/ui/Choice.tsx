/** A few choices side by side, of which one is taken. */

import { useId } from 'react'

interface Props<T extends string> {
  label: string
  options: [T, string][]
  value: T
  onChange: (value: T) => void
}

export function Choice<T extends string>({ label, options, value, onChange }: Props<T>) {
  const name = useId()
  return (
    <fieldset>
      <legend className="mb-1 font-medium">{label}</legend>
      <div className="flex rounded-sm border border-edge bg-paper p-0.5">
        {options.map(([option, text]) => (
          <label
            key={option}
            className="flex-1 cursor-pointer rounded-[0.25rem] px-2 py-1 text-center text-soft has-checked:bg-hover has-checked:font-medium has-checked:text-ink has-focus-visible:outline-2 has-focus-visible:outline-accent touch:py-2"
          >
            <input
              type="radio"
              name={name}
              className="sr-only"
              checked={option === value}
              onChange={() => {
                onChange(option)
              }}
            />
            {text}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

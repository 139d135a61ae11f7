/** A password, which can be looked at while one types. */

import { useState } from 'react'
import { Button } from './Button'
import type { FieldProps } from './Field'
import { Field } from './Field'

export function PasswordField(props: Omit<FieldProps, 'type' | 'end'>) {
  const [isShown, setShown] = useState(false)
  return (
    <Field
      {...props}
      type={isShown ? 'text' : 'password'}
      autoCapitalize="none"
      autoCorrect="off"
      spellCheck={false}
      end={
        <Button
          look="quiet"
          aria-pressed={isShown}
          aria-label="Show password"
          onClick={() => {
            setShown(!isShown)
          }}
        >
          {isShown ? 'Hide' : 'Show'}
        </Button>
      }
    />
  )
}

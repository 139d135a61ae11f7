/** A guest becomes an account and keeps everything. */

import type { SubmitEvent } from 'react'
import { useState } from 'react'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { PasswordField } from '../../ui/PasswordField'
import { Window } from '../../ui/Window'
import { FormEnd } from './FormEnd'
import { useForm } from './useForm'
import type { Violations } from './violations'

/** The contract's limits. */
const SHORTEST_PASSWORD = 10
const LONGEST_PASSWORD = 200
const LONGEST_NAME = 100

export function RegisterWindow({ onClose }: { onClose: () => void }) {
  const { api, toaster, windows } = useServices()
  const form = useForm()
  const [email, setEmail] = useState('')
  const [displayName, setDisplayName] = useState('')
  const [password, setPassword] = useState('')

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const isIn = await form.send(violationsIn(email, password), () =>
      api.session.register({ email: email.trim(), password, displayName: displayName.trim() }),
    )
    if (!isIn) return
    onClose()
    toaster.show('Your account is ready. All your conversations are in it.')
  }

  return (
    <Window title="Create account" onClose={onClose}>
      <p className="text-soft">
        Your conversations stay as they are, and you can reach them from any browser.
      </p>
      <form noValidate onSubmit={submit} className="mt-4 grid gap-4">
        <Field
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          isFirst
          required
          value={email}
          error={form.violations.email}
          onChange={(event) => {
            setEmail(event.target.value)
          }}
        />
        <Field
          label="Name"
          name="name"
          autoComplete="name"
          maxLength={LONGEST_NAME}
          hint="Optional."
          value={displayName}
          error={form.violations.displayName}
          onChange={(event) => {
            setDisplayName(event.target.value)
          }}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="new-password"
          required
          minLength={SHORTEST_PASSWORD}
          maxLength={LONGEST_PASSWORD}
          hint="At least 10 characters; common passwords are refused."
          value={password}
          error={form.violations.password}
          onChange={(event) => {
            setPassword(event.target.value)
          }}
        />
        <FormEnd label="Create account" {...form} />
        <p className="text-soft">
          You have an account already?{' '}
          <Button
            look="link"
            onClick={() => {
              windows.open('sign-in')
            }}
          >
            Sign in
          </Button>
        </p>
      </form>
    </Window>
  )
}

/** What can be said without asking the server. */
function violationsIn(email: string, password: string): Violations {
  const length = Array.from(password).length
  return {
    ...(!/^\S+@\S+$/.test(email.trim()) && { email: 'This is not an e-mail address.' }),
    ...(length < SHORTEST_PASSWORD && {
      password: `A password has at least ${String(SHORTEST_PASSWORD)} characters; this one has ${String(length)}.`,
    }),
  }
}

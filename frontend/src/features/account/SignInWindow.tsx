/** The way back into an account. */

import type { SubmitEvent } from 'react'
import { useEffect, useRef, useState } from 'react'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Field } from '../../ui/Field'
import { PasswordField } from '../../ui/PasswordField'
import { Window } from '../../ui/Window'
import { FormEnd } from './FormEnd'
import { useAccount } from './useAccount'
import { useForm } from './useForm'

export function SignInWindow({ onClose }: { onClose: () => void }) {
  const { api, toaster, windows } = useServices()
  const isGuest = useAccount()?.role === 'guest'
  const form = useForm()
  const [email, setEmail] = useState(api.session.rememberedEmail)
  const [password, setPassword] = useState('')
  const passwordInput = useRef<HTMLInputElement>(null)

  const { error } = form
  useEffect(() => {
    if (error?.reason === 'CREDENTIALS_INVALID') passwordInput.current?.select()
  }, [error])

  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    const found = {
      ...(!email.trim() && { email: 'Your e-mail address is missing.' }),
      ...(!password && { password: 'Your password is missing.' }),
    }
    const isIn = await form.send(found, () => api.session.login({ email: email.trim(), password }))
    if (!isIn) return
    onClose()
    toaster.show('You are signed in.')
  }

  return (
    <Window title="Sign in" onClose={onClose}>
      {isGuest && <p className="text-soft">Your conversations come along into your account.</p>}
      <form noValidate onSubmit={submit} className="mt-4 grid gap-4">
        <Field
          label="E-mail address"
          type="email"
          name="email"
          autoComplete="username"
          isFirst
          value={email}
          error={form.violations.email}
          onChange={(event) => {
            setEmail(event.target.value)
          }}
        />
        <PasswordField
          ref={passwordInput}
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          error={form.violations.password}
          onChange={(event) => {
            setPassword(event.target.value)
          }}
        />
        <FormEnd label="Sign in" {...form} />
        <p className="text-soft">
          No account yet?{' '}
          <Button
            look="link"
            onClick={() => {
              windows.open('register')
            }}
          >
            Create one
          </Button>
        </p>
      </form>
    </Window>
  )
}

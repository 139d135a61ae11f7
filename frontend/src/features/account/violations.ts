/** Which field of a form the server did not accept, and why. */

import type { ApiError } from '../../api'

/** Our own words for rules that the page knows; the server's for the others. */
const WORDS: Record<string, (description: string) => string> = {
  email: () => 'This is not an e-mail address.',
  display_name: () => 'This name is too long.',
}

export type Violations = Partial<Record<'email' | 'password' | 'displayName', string>>

const FIELDS: Record<string, keyof Violations> = {
  email: 'email',
  password: 'password',
  display_name: 'displayName',
}

export function violationsOf(error: ApiError): Violations {
  if (error.reason === 'EMAIL_TAKEN') return { email: error.message }
  return Object.fromEntries(
    error.fieldViolations.flatMap(({ field, description }) => {
      const name = FIELDS[field]
      return name ? [[name, WORDS[field]?.(description) ?? asSentence(description)]] : []
    }),
  )
}

function asSentence(text: string): string {
  const first = text.charAt(0).toUpperCase()
  return `${first}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`
}

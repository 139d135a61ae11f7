/** Sending a form of the account: once at a time, with what is wrong beside its field. */

import { useState } from 'react'
import { ApiError } from '../../api'
import type { Violations } from './violations'
import { violationsOf } from './violations'

export function useForm() {
  const [isSending, setSending] = useState(false)
  const [error, setError] = useState<ApiError | null>(null)
  const [violations, setViolations] = useState<Violations>({})
  /** When the server accepts the next attempt, in milliseconds of the epoch; null: now. */
  const [notBefore, setNotBefore] = useState<number | null>(null)

  /** Whether it was accepted. */
  const send = async (found: Violations, work: () => Promise<void>): Promise<boolean> => {
    setError(null)
    setViolations(found)
    if (isSending || Object.keys(found).length > 0) return false
    setSending(true)
    try {
      await work()
      return true
    } catch (thrown) {
      const refused = ApiError.from(thrown)
      const named = violationsOf(refused)
      setViolations(named)
      if (Object.keys(named).length === 0) setError(refused)
      setNotBefore(refused.retryAfterMs === null ? null : Date.now() + refused.retryAfterMs)
      return false
    } finally {
      setSending(false)
    }
  }

  return { isSending, error, violations, notBefore, send }
}

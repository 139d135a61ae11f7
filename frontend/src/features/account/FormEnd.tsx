/** The last lines of a form of the account: why it was refused, and the button. */

import type { ApiError } from '../../api'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { useCountdown } from '../../ui/useCountdown'

interface Props {
  label: string
  error: ApiError | null
  isSending: boolean
  notBefore: number | null
}

export function FormEnd({ label, error, isSending, notBefore }: Props) {
  const seconds = useCountdown(notBefore)
  return (
    <div>
      <div role="alert" className={error ? 'pb-4' : ''}>
        {error && <Notice>{error.message}</Notice>}
      </div>
      <Button
        type="submit"
        look="primary"
        className="w-full py-2"
        disabled={isSending || seconds > 0}
      >
        {seconds > 0 ? `${label} in ${seconds} s` : isSending ? 'One moment…' : label}
      </Button>
    </div>
  )
}

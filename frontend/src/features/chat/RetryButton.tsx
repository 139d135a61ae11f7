/** Tries again, once the server accepts it. */

import { Button } from '../../ui/Button'
import { useCountdown } from '../../ui/useCountdown'

interface Props {
  /** When the server accepts it, in milliseconds of the epoch; null means now. */
  notBefore?: number | null
  onRetry: () => void
}

export function RetryButton({ notBefore = null, onRetry }: Props) {
  const seconds = useCountdown(notBefore)
  return (
    <Button look="link" className="text-inherit" disabled={seconds > 0} onClick={onRetry}>
      {seconds > 0 ? `Try again in ${String(seconds)} s` : 'Try again'}
    </Button>
  )
}

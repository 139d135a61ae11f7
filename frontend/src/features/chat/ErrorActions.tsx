/** What helps when something could not be asked or answered: as many ways as there are. */

import type { ApiError } from '../../api'
import { Link, NEW_CHAT } from '../../router'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { RetryButton } from './RetryButton'

interface Props {
  error: ApiError
  /** When the server accepts it again, in milliseconds of the epoch; null means now. */
  notBefore?: number | null
  /** Whether trying again is another request, made with the settings of then. */
  isAnew?: boolean
  onRetry: () => void
}

export function ErrorActions({ error, notBefore = null, isAnew = false, onRetry }: Props) {
  const { windows } = useServices()
  const isModelUnknown = error.reason === 'MODEL_UNKNOWN'
  const open = (name: 'sign-in' | 'settings', words: string) => (
    <Button
      look="link"
      className="text-inherit"
      onClick={() => {
        windows.open(name)
      }}
    >
      {words}
    </Button>
  )
  return (
    <>
      {(error.canRetry || (isAnew && isModelUnknown)) && (
        <RetryButton notBefore={notBefore} onRetry={onRetry} />
      )}
      {error.code === 'Unauthenticated' && open('sign-in', 'Sign in')}
      {isModelUnknown && open('settings', 'Choose another model')}
      {error.reason === 'CONTEXT_TOO_LONG' && (
        <Link to={NEW_CHAT} className="font-medium underline-offset-4 hover:underline">
          New chat
        </Link>
      )}
    </>
  )
}

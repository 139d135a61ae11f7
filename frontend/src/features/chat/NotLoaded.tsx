/** For a conversation whose messages could not be read. */

import type { ApiError } from '../../api'
import { Button } from '../../ui/Button'
import { PageMessage } from '../../ui/PageMessage'

interface Props {
  error: ApiError
  onReload: () => void
}

export function NotLoaded({ error, onReload }: Props) {
  return (
    <PageMessage title="This conversation could not be loaded">
      <p className="text-soft">{error.message}</p>
      <Button onClick={onReload}>Try again</Button>
    </PageMessage>
  )
}

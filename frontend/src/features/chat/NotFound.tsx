/** For addresses that lead nowhere. */

import { Link, NEW_CHAT } from '../../router'
import { PageMessage } from '../../ui/PageMessage'

export function NotFound({ what }: { what: 'conversation' | 'page' }) {
  const reason =
    what === 'conversation'
      ? 'It was deleted, or it belongs to somebody else.'
      : 'The address may be mistyped.'
  return (
    <PageMessage title={`There is no such ${what}`}>
      <p className="text-soft">{reason}</p>
      <Link to={NEW_CHAT} className="font-medium text-accent underline-offset-4 hover:underline">
        Begin a new chat
      </Link>
    </PageMessage>
  )
}

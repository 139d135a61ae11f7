/** Who is here. */

import { useSyncExternalStore } from 'react'
import { useServices } from '../../services'
import { PersonIcon } from '../../ui/icons'

export function AccountBadge() {
  const { session } = useServices().api
  const account = useSyncExternalStore(session.subscribe, () => session.account)
  if (!account) return null
  const name = account.role === 'guest' ? 'Guest' : account.displayName || account.email
  return (
    <div
      className="flex items-center gap-2 text-soft"
      title={
        account.role === 'guest'
          ? 'Your conversations are kept in this browser’s session.'
          : undefined
      }
    >
      <PersonIcon />
      <span className="truncate">{name}</span>
    </div>
  )
}

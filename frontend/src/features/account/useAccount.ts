/** Who is here, and whether that session ended. */

import { useSyncExternalStore } from 'react'
import type { Account } from '../../api'
import { useServices } from '../../services'

/** Null until the server has said. */
export function useAccount(): Account | null {
  const { session } = useServices().api
  return useSyncExternalStore(session.subscribe, () => session.account)
}

export function useHasEnded(): boolean {
  const { session } = useServices().api
  return useSyncExternalStore(session.subscribe, () => session.hasEnded)
}

export const nameOf = ({ role, displayName, email }: Account) =>
  role === 'guest' ? 'Guest' : displayName || email

const ROLES: Record<Account['role'], string> = {
  guest: 'Not signed in',
  student: 'Student',
  teacher: 'Teacher',
  admin: 'Administrator',
}

export const roleOf = ({ role }: Account) => ROLES[role]

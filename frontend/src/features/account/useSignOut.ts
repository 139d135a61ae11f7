/** Signing out, and what is said about it. */

import { ApiError } from '../../api'
import { useServices } from '../../services'

export function useSignOut(): () => void {
  const { api, toaster } = useServices()
  return () => {
    api.session.logout().then(
      () => toaster.show('You have signed out.'),
      (thrown: unknown) => {
        const { message } = ApiError.from(thrown)
        toaster.show(`You are still signed in. ${message}`, { look: 'danger' })
      },
    )
  }
}

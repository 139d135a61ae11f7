/** Says that nobody is signed in any more, and lets the user say how to go on. */

import { useState } from 'react'
import { ApiError } from '../../api'
import { useServices } from '../../services'
import { Banner } from '../../ui/Banner'
import { Button } from '../../ui/Button'
import { useHasEnded } from './useAccount'

export function SessionEndedBanner() {
  const { api, windows, toaster } = useServices()
  const hasEnded = useHasEnded()
  const [isBusy, setBusy] = useState(false)

  const continueAsGuest = async () => {
    setBusy(true)
    try {
      await api.session.continueAsGuest()
    } catch (thrown) {
      toaster.show(ApiError.from(thrown).message, { look: 'danger' })
    }
    setBusy(false)
  }

  return (
    <Banner
      isShown={hasEnded}
      actions={
        <>
          <Button
            look="link"
            className="text-inherit underline"
            onClick={() => {
              windows.open('sign-in')
            }}
          >
            Sign in
          </Button>
          <Button
            look="link"
            className="text-inherit underline"
            disabled={isBusy}
            onClick={() => void continueAsGuest()}
          >
            Continue as guest
          </Button>
        </>
      }
    >
      You have been signed out. Your conversations are safe in your account.
    </Banner>
  )
}

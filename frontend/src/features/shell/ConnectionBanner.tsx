/** Says that the server does not answer, or takes no more for a while; keeps asking until it does. */

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { keys } from '../../queries'
import { useServices } from '../../services'
import { Banner } from '../../ui/Banner'
import { useCountdown } from '../../ui/useCountdown'
import { useIsOnline } from './useIsOnline'

const INTERVAL_MS = 3_000

export function ConnectionBanner() {
  const { reachability } = useServices().api
  const problem = useSyncExternalStore(reachability.subscribe, () => reachability.problem)
  const limitedUntil = useSyncExternalStore(reachability.subscribe, () => reachability.limitedUntil)
  const seconds = useCountdown(limitedUntil)
  const isOnline = useIsOnline()
  const isAway = problem !== null
  useAskAgain(isAway)

  return (
    <>
      <Banner isShown={isAway}>
        {isOnline
          ? `${problem?.message ?? ''} Trying again… What is loaded can be read, and what you type is kept.`
          : 'You are offline. What is loaded can be read, and what you type is kept; the page connects again by itself.'}
      </Banner>
      <Banner isShown={!isAway && seconds > 0}>
        That was a lot in a short time. <span aria-hidden="true">It goes on in {seconds} s.</span>
      </Banner>
    </>
  )
}

function useAskAgain(isAway: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!isAway) return
    const ask = () => {
      // A reading that is under way tries again by itself.
      void client.refetchQueries({ queryKey: keys.conversations }, { cancelRefetch: false })
    }
    const timer = setInterval(ask, INTERVAL_MS)
    addEventListener('online', ask)
    return () => {
      clearInterval(timer)
      removeEventListener('online', ask)
      void client.invalidateQueries()
    }
  }, [client, isAway])
}

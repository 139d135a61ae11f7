/** Says that the server does not answer, and keeps asking until it does. */

import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { keys } from '../../queries'
import { useServices } from '../../services'

const INTERVAL_MS = 3_000

export function UnreachableBanner() {
  const { reachability } = useServices().api
  const problem = useSyncExternalStore(reachability.subscribe, () => reachability.problem)
  const isAway = problem !== null
  useAskAgain(isAway)

  return (
    <div role="alert">
      {isAway && (
        <p className="bg-notice-tint px-4 py-2 text-center text-notice">
          {problem.message} Trying again…
        </p>
      )}
    </div>
  )
}

function useAskAgain(isAway: boolean): void {
  const client = useQueryClient()
  useEffect(() => {
    if (!isAway) return
    const timer = setInterval(() => {
      // A reading that is under way tries again by itself.
      void client.refetchQueries({ queryKey: keys.conversations }, { cancelRefetch: false })
    }, INTERVAL_MS)
    return () => {
      clearInterval(timer)
      void client.invalidateQueries()
    }
  }, [client, isAway])
}

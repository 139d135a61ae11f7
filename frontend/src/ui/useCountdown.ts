/** Whole seconds until a moment. */

import { useEffect, useState } from 'react'

/** Seconds left, rounded up; 0 when `until` (milliseconds of the epoch) has passed or is null. */
export function useCountdown(until: number | null): number {
  const [now, setNow] = useState(() => Date.now())
  const left = until === null ? 0 : Math.max(0, Math.ceil((until - now) / 1000))

  useEffect(() => {
    if (until === null) return
    const tick = () => {
      setNow(Date.now())
      if (Date.now() >= until) clearInterval(timer)
    }
    const timer = setInterval(tick, 250)
    return () => {
      clearInterval(timer)
    }
  }, [until])

  return left
}

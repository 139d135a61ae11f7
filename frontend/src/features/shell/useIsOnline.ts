/** Whether the browser has a network; the server may be this machine all the same. */

import { useSyncExternalStore } from 'react'

export const useIsOnline = () => useSyncExternalStore(subscribe, () => navigator.onLine)

function subscribe(listener: () => void): () => void {
  addEventListener('online', listener)
  addEventListener('offline', listener)
  return () => {
    removeEventListener('online', listener)
    removeEventListener('offline', listener)
  }
}

/** Lets one type at once, where typing does not open a keyboard over the page. */

import type { RefObject } from 'react'
import { useCallback, useEffect } from 'react'

/** Focuses when the page opens and whenever `subject` is another one; returns how to do it again. */
export function useFocusOnArrival(ref: RefObject<HTMLElement | null>, subject: string): () => void {
  const focus = useCallback(() => {
    if (matchMedia('(hover: hover)').matches) ref.current?.focus()
  }, [ref])

  useEffect(focus, [focus, subject])

  return focus
}

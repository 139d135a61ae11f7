/** Lets one type at once, where typing does not open a keyboard over the page. */

import type { RefObject } from 'react'
import { useEffect } from 'react'

/** Focuses when the page opens and whenever `subject` is another one. */
export function useFocusOnArrival(ref: RefObject<HTMLElement | null>, subject: unknown): void {
  useEffect(() => {
    const hasKeyboard = matchMedia('(hover: hover)').matches
    if (hasKeyboard && !document.querySelector('dialog[open]')) ref.current?.focus()
  }, [ref, subject])
}

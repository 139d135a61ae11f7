/** A text box as high as its text. */

import type { RefObject } from 'react'
import { useLayoutEffect } from 'react'

const HAS_FIELD_SIZING = 'fieldSizing' in document.documentElement.style

/** Does by script what `field-sizing: content` does where browsers know it. */
export function useAutosize(ref: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const box = ref.current
    if (HAS_FIELD_SIZING || !box) return
    box.style.height = 'auto'
    box.style.height = `${String(box.scrollHeight)}px`
  }, [ref, text])
}

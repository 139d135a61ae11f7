/** Parts of a text that somebody has something to say about. */

import type { ReactNode } from 'react'
import { createContext } from 'react'

export interface Mark {
  /** In the text, in UTF-16 units. */
  start: number
  end: number
  /** How the part itself looks. */
  look: 'plain' | 'partial' | 'unsupported'
  /** The same as long as the mark says the same. */
  key: string
}

/** What stands at the end of a mark. */
export type RenderMark = (mark: Mark) => ReactNode

export const MarksContext = createContext<RenderMark>(() => null)

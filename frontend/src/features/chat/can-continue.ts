/** Which answers can be gone on with. */

import type { Message } from '../../api'

/** Whether there is more to be had of an answer than it says. */
export function canContinue({ state, finishReason, text }: Message): boolean {
  if (!text) return false
  return state === 'complete' ? finishReason === 'length' : state !== 'generating'
}

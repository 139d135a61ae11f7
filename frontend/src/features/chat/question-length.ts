/** How long a question may be. */

/** The contract's limit, in Unicode code points. */
export const MOST_CHARACTERS = 32_000

/** From here on the count is shown. */
export const MANY_CHARACTERS = 30_000

/** Counted exactly only where it may matter. */
export function lengthOf(text: string): number {
  return text.length < MANY_CHARACTERS ? text.length : Array.from(text).length
}

export function isSendable(text: string): boolean {
  return text.trim() !== '' && lengthOf(text) <= MOST_CHARACTERS
}

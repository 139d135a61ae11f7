/** Keys as they are printed on this machine's keyboard. */

const IS_APPLE = /Mac|iPhone|iPad/.test(navigator.userAgent)

const APPLE: Record<string, string> = { Mod: '⌘', Shift: '⇧', Enter: '↵', Delete: '⌦' }
const OTHERS: Record<string, string> = { Mod: 'Ctrl' }

/** `Mod` is the key that shortcuts begin with. */
export function keyName(keys: string): string {
  const names = IS_APPLE ? APPLE : OTHERS
  return keys
    .split(' ')
    .map((key) => names[key] ?? key)
    .join(IS_APPLE ? '' : ' ')
}

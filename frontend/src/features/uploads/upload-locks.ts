/** Which uploads go on now, in whichever tab of this browser. */

const PREFIX = 'lamla.upload.'

/** Does the work while all tabs know that this file is on its way; browsers without locks tell nobody. */
export async function whileKnown<T>(sha256: string, work: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return work()
  return navigator.locks.request(PREFIX + sha256, { mode: 'shared' }, work)
}

/** The files that are on their way, by their SHA-256. */
export async function filesOnTheirWay(): Promise<Set<string>> {
  if (!('locks' in navigator)) return new Set()
  const { held = [] } = await navigator.locks.query()
  const names = held.map(({ name }) => name ?? '').filter((name) => name.startsWith(PREFIX))
  return new Set(names.map((name) => name.slice(PREFIX.length)))
}

/**
 * How many answers all tabs of this browser may listen to at once.
 *
 * Over HTTP/1.1 a browser opens six connections to a host, and each stream keeps one: without a
 * limit the seventh request would wait for an answer to end. Two are left for everything else.
 */

const MOST = 4

export type Release = () => void

/** Takes a slot, or null when all are taken. Browsers without locks have no limit. */
export async function takeSlot(): Promise<Release | null> {
  if (!('locks' in navigator)) return () => undefined
  for (let index = 0; index < MOST; index += 1) {
    const release = await tryLock(`lamla.stream.${index}`)
    if (release) return release
  }
  return null
}

function tryLock(name: string): Promise<Release | null> {
  return new Promise((resolve, reject) => {
    const hold = (lock: Lock | null) => {
      if (!lock) resolve(null)
      // The lock is kept until this promise ends.
      return (
        lock &&
        new Promise<void>((release) => {
          resolve(release)
        })
      )
    }
    navigator.locks.request(name, { ifAvailable: true }, hold).catch(reject)
  })
}

/** Hashes files: in a worker where there are workers. */

import type { HashOrder, HashReport } from './hash-worker'
import { UnreadableFile } from './unreadable-file'

interface Job {
  onRead: (readBytes: number) => void
  resolve: (digest: Uint8Array<ArrayBuffer>) => void
  reject: (error: Error) => void
}

export class Hasher {
  #worker: Worker | null = null
  #jobs = new Map<number, Job>()
  #count = 0

  /** Throws UnreadableFile, and the signal's reason when that aborts. */
  async sha256(
    blob: Blob,
    signal: AbortSignal,
    onRead: (readBytes: number) => void = () => undefined,
  ): Promise<Uint8Array<ArrayBuffer>> {
    signal.throwIfAborted()
    try {
      return await (typeof Worker === 'undefined'
        ? hashHere(blob, signal, onRead)
        : this.#order(blob, signal, onRead))
    } catch (thrown) {
      signal.throwIfAborted()
      throw new UnreadableFile('', { cause: thrown })
    }
  }

  #order(blob: Blob, signal: AbortSignal, onRead: Job['onRead']) {
    const worker = this.#start()
    const id = (this.#count += 1)
    const send = (order: HashOrder) => {
      worker.postMessage(order)
    }
    const stop = () => {
      send({ id, blob: null })
    }
    signal.addEventListener('abort', stop)
    return new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
      this.#jobs.set(id, { onRead, resolve, reject })
      send({ id, blob })
    }).finally(() => {
      signal.removeEventListener('abort', stop)
      this.#jobs.delete(id)
    })
  }

  #start(): Worker {
    if (this.#worker) return this.#worker
    const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', ({ data }: MessageEvent<HashReport>) => {
      const job = this.#jobs.get(data.id)
      if ('readBytes' in data) job?.onRead(data.readBytes)
      else if ('digest' in data) job?.resolve(data.digest)
      else job?.reject(new Error(data.error))
    })
    worker.addEventListener('error', () => {
      this.#worker = null // The next file starts another one.
      for (const { reject } of this.#jobs.values()) reject(new Error('The worker ended.'))
    })
    this.#worker = worker
    return worker
  }
}

async function hashHere(blob: Blob, signal: AbortSignal, onRead: Job['onRead']) {
  const { sha256OfBlob } = await import('./sha256')
  return sha256OfBlob(blob, onRead, signal)
}

export function hexOf(digest: Uint8Array): string {
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

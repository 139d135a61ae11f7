/** Reads files and hashes them beside the page, which stays as quick as it was. */

import { sha256OfBlob } from './sha256'

export interface HashOrder {
  id: number
  /** Null: what was ordered under this id is not wanted any more. */
  blob: Blob | null
}

export type HashReport =
  | { id: number; readBytes: number }
  | { id: number; digest: Uint8Array<ArrayBuffer> }
  /** It could not be read. */
  | { id: number; error: string }

const controllers = new Map<number, AbortController>()
const report = (message: HashReport) => {
  postMessage(message)
}

addEventListener('message', ({ data: { id, blob } }: MessageEvent<HashOrder>) => {
  if (blob) void run(id, blob)
  else controllers.get(id)?.abort()
})

async function run(id: number, blob: Blob): Promise<void> {
  const controller = new AbortController()
  controllers.set(id, controller)
  try {
    const onRead = (readBytes: number) => {
      report({ id, readBytes })
    }
    report({ id, digest: await sha256OfBlob(blob, onRead, controller.signal) })
  } catch (thrown) {
    report({ id, error: String(thrown) })
  } finally {
    controllers.delete(id)
  }
}

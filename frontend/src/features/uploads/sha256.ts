/** SHA-256 of what does not fit into memory. The browser's own takes all at once, or is missing. */

import { sha256 } from '@noble/hashes/sha2.js'

const PIECE_BYTES = 4 * 2 ** 20

/** Throws what reading throws, and the signal's reason when that aborts. */
export async function sha256OfBlob(
  blob: Blob,
  onRead: (readBytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const hash = sha256.create()
  for (let at = 0; at < blob.size; at += PIECE_BYTES) {
    signal.throwIfAborted()
    const piece = await blob.slice(at, at + PIECE_BYTES).arrayBuffer()
    hash.update(new Uint8Array(piece))
    onRead(Math.min(at + PIECE_BYTES, blob.size))
  }
  return Uint8Array.from(hash.digest())
}

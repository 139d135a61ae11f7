/** Fetches the file that a document was made from. */

import type { Document, Documents } from '../../api'

/** `onProgress` hears how much of it has come, from 0 to 1. Throws what fetching throws. */
export async function fetchOriginal(
  documents: Documents,
  { id, sizeBytes }: Document,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  let all = new Uint8Array(sizeBytes)
  let length = 0
  for await (const piece of documents.download(id, signal)) {
    if (length + piece.length > all.length) {
      const larger = new Uint8Array((length + piece.length) * 2)
      larger.set(all)
      all = larger
    }
    all.set(piece, length)
    length += piece.length
    onProgress(sizeBytes > 0 ? Math.min(1, length / sizeBytes) : 0)
  }
  return all.subarray(0, length)
}

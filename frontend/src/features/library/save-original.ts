/** Gives the original file of a document to the user. */

import type { Document, Documents } from '../../api'
import { saveBlob } from '../transfer/save-file'

export async function saveOriginal(documents: Documents, document: Document): Promise<void> {
  const { signal } = new AbortController()
  const pieces: Uint8Array<ArrayBuffer>[] = []
  // Copied: a piece may be a part of a larger buffer that would be kept.
  for await (const piece of documents.download(document.id, signal)) pieces.push(piece.slice())
  saveBlob(document.fileName || document.title, new Blob(pieces))
}

/** Uploads that have begun, kept over a reload: the same file goes on where it stopped. */

import { UPLOADS_KEY } from './upload-storage'

export interface RememberedUpload {
  uploadId: string
  fileName: string
  sizeBytes: number
  /** Milliseconds of the epoch. */
  time: number
}

/** The server removes what gets no part for a day. */
const KEPT_MS = 24 * 60 * 60_000

/** By the SHA-256 of the file. */
export class RememberedUploads {
  #storage: Storage

  constructor(storage: Storage) {
    this.#storage = storage
  }

  /** All that can be gone on with, by their files' SHA-256. */
  all(): Map<string, RememberedUpload> {
    const since = Date.now() - KEPT_MS
    return new Map([...this.#read()].filter(([, { time }]) => time > since))
  }

  get(sha256: string): RememberedUpload | null {
    return this.all().get(sha256) ?? null
  }

  set(sha256: string, upload: Omit<RememberedUpload, 'time'>): void {
    this.#write(this.all().set(sha256, { ...upload, time: Date.now() }))
  }

  forget(sha256: string): void {
    const all = this.all()
    if (all.delete(sha256)) this.#write(all)
  }

  #read(): Map<string, RememberedUpload> {
    try {
      const stored: unknown = JSON.parse(this.#storage.getItem(UPLOADS_KEY) ?? '{}')
      const entries = Object.entries(stored ?? {}) as [string, unknown][]
      return new Map(
        entries.filter((entry): entry is [string, RememberedUpload] => isOne(entry[1])),
      )
    } catch {
      return new Map()
    }
  }

  #write(all: Map<string, RememberedUpload>): void {
    try {
      this.#storage.setItem(UPLOADS_KEY, JSON.stringify(Object.fromEntries(all)))
    } catch {
      // A full storage costs no more than the way back after a reload.
    }
  }
}

/** What is stored may be of an older page, or of nobody knows what. */
function isOne(value: unknown): boolean {
  const { uploadId, fileName, sizeBytes, time } = (value ?? {}) as Partial<RememberedUpload>
  return (
    typeof uploadId === 'string' &&
    typeof fileName === 'string' &&
    typeof sizeBytes === 'number' &&
    typeof time === 'number'
  )
}

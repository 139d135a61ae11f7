/** Brings one file to the server, over as many connections as that takes. */

import type { Arrival, Upload, UploadCalls } from '../../api'
import { ApiError, backoffMs, newRequestId, sleep } from '../../api'
import type { Hasher } from './hasher'
import { hexOf } from './hasher'
import type { Pace } from './pace'
import { PartSize } from './part-size'
import type { RememberedUploads } from './remembered'
import { UnreadableFile } from './unreadable-file'
import { whileKnown } from './upload-locks'

/** Uploads that the server does not know any more, or that turned out to be another file. */
const MOST_RESTARTS = 2
/** Times that one part may arrive damaged. */
const MOST_DAMAGED = 3

export interface Means {
  calls: UploadCalls
  hasher: Hasher
  remembered: RememberedUploads
  pace: Pace
  /** How far it is. `waiting` is why it waits to go on; `done` counts bytes of the phase. */
  report: (progress: Progress) => void
}

export interface Progress {
  phase: 'hashing' | 'sending' | 'finishing'
  done: number
  waiting: ApiError | null
}

/**
 * Gives the document that came of it.
 *
 * Throws ApiError, UnreadableFile, and the signal's reason when that aborts.
 */
export async function uploadFile(
  file: File,
  collectionIds: string[],
  means: Means,
  signal: AbortSignal,
): Promise<Arrival> {
  for (let restarts = 0; ; restarts += 1) {
    try {
      return await new FileUpload(file, collectionIds, means, signal).run()
    } catch (thrown) {
      signal.throwIfAborted()
      if (restarts === MOST_RESTARTS || !isWorthAnother(thrown)) throw thrown
    }
  }
}

class FileUpload {
  #file: File
  #collectionIds: string[]
  #means: Means
  #signal: AbortSignal
  #sizes = new PartSize()
  #failures = 0
  #damaged = 0
  #hasMoved = false
  #sha256 = ''
  #uploadId: string | null = null
  #now: Progress = { phase: 'hashing', done: 0, waiting: null }

  constructor(file: File, collectionIds: string[], means: Means, signal: AbortSignal) {
    this.#file = file
    this.#collectionIds = collectionIds
    this.#means = means
    this.#signal = signal
  }

  async run(): Promise<Arrival> {
    this.#report({ phase: 'hashing', done: 0 })
    const digest = await this.#means.hasher.sha256(this.#file, this.#signal, (done) => {
      this.#report({ done })
    })
    this.#sha256 = hexOf(digest)
    return whileKnown(this.#sha256, () => this.#deliver())
  }

  async #deliver(): Promise<Arrival> {
    try {
      const begun = await this.#begin()
      const arrival = 'document' in begun ? begun : await this.#finish(begun)
      this.#means.remembered.forget(this.#sha256)
      return arrival
    } catch (thrown) {
      if (this.#signal.aborted || isWorthAnother(thrown)) this.#forget()
      throw thrown
    }
  }

  /** What is left of it on the server goes by itself if this call does not reach it. */
  #forget(): void {
    this.#means.remembered.forget(this.#sha256)
    if (this.#uploadId !== null) this.#means.calls.cancel(this.#uploadId).catch(() => undefined)
  }

  async #begin(): Promise<Upload | Arrival> {
    const known = this.#means.remembered.get(this.#sha256)
    this.#uploadId = known?.uploadId ?? null
    if (known) return this.#patiently(() => this.#means.calls.get(known.uploadId, this.#signal))
    const { name, size } = this.#file
    const requestId = newRequestId()
    const begun = await this.#patiently(() => {
      const described = { fileName: name, sizeBytes: size, sha256: this.#sha256 }
      const request = { ...described, collectionIds: this.#collectionIds }
      return this.#means.calls.create(requestId, request, this.#signal)
    })
    if (!('document' in begun)) {
      this.#uploadId = begun.id
      const upload = { uploadId: begun.id, fileName: name, sizeBytes: size }
      this.#means.remembered.set(this.#sha256, upload)
    }
    return begun
  }

  async #finish(begun: Upload): Promise<Arrival> {
    let upload = begun
    for (;;) {
      while (upload.receivedBytes < this.#file.size) upload = await this.#sendPart(upload)
      this.#report({ phase: 'finishing', done: this.#file.size })
      try {
        const { id } = upload
        return await this.#patiently(() => this.#means.calls.complete(id, this.#signal))
      } catch (thrown) {
        const error = ApiError.from(thrown)
        if (error.reason !== 'UPLOAD_INCOMPLETE' && !this.#mayHaveMoved(error)) throw thrown
        upload = await this.#askAgain(upload)
      }
    }
  }

  /** Sends the next part, or waits and looks where to go on. */
  async #sendPart(upload: Upload): Promise<Upload> {
    const { id, receivedBytes: offset, maxPartBytes } = upload
    this.#report({ phase: 'sending', done: offset })
    const blob = this.#file.slice(offset, offset + this.#sizes.get(maxPartBytes))
    const data = new Uint8Array(await bytesOf(blob))
    const digest = await this.#means.hasher.sha256(blob, this.#signal)
    await this.#means.pace.turn(this.#signal)
    const begin = performance.now()
    try {
      const next = await this.#means.calls.part(id, offset, data, digest, this.#signal)
      this.#sizes.took(performance.now() - begin)
      this.#failures = 0
      this.#damaged = 0
      this.#report({ done: next.receivedBytes, waiting: null })
      return next
    } catch (thrown) {
      this.#signal.throwIfAborted()
      const error = ApiError.from(thrown)
      if (error.reason === 'UPLOAD_OFFSET_MISMATCH') return this.#askAgain(upload)
      if (this.#mayHaveMoved(error)) return this.#askAgain(upload)
      if (error.reason === 'CONTENT_HASH_MISMATCH' && this.#damaged < MOST_DAMAGED) {
        this.#damaged += 1
        return upload
      }
      if (!isPassing(error)) throw error
      this.#sizes.failed()
      await this.#wait(error)
      return this.#askAgain(upload)
    }
  }

  /** A guest who has signed in takes it along: who asks as the account is answered. */
  #mayHaveMoved({ reason }: ApiError): boolean {
    const isFirst = !this.#hasMoved && reason === 'UPLOAD_NOT_FOUND'
    if (isFirst) this.#hasMoved = true
    return isFirst
  }

  #askAgain({ id }: Upload): Promise<Upload> {
    return this.#patiently(() => this.#means.calls.get(id, this.#signal))
  }

  /** Makes a call until it is answered, however long the server is away. */
  async #patiently<T>(call: () => Promise<T>): Promise<T> {
    for (;;) {
      await this.#means.pace.turn(this.#signal)
      try {
        const answer = await call()
        this.#failures = 0
        this.#report({ waiting: null })
        return answer
      } catch (thrown) {
        this.#signal.throwIfAborted()
        const error = ApiError.from(thrown)
        if (!isPassing(error)) throw error
        await this.#wait(error)
      }
    }
  }

  async #wait(error: ApiError): Promise<void> {
    this.#failures += 1
    this.#report({ waiting: error })
    await sleep(backoffMs(this.#failures, error.retryAfterMs), this.#signal)
  }

  #report(change: Partial<Progress>): void {
    this.#now = { ...this.#now, ...change }
    this.#means.report(this.#now)
  }
}

/** Failures that end by themselves. */
function isPassing({ code, retryAfterMs }: ApiError): boolean {
  return code === 'Unavailable' || code === 'DeadlineExceeded' || retryAfterMs !== null
}

/** Whether the same file can be sent from its begin: it has changed, or the server forgot it. */
function isWorthAnother(thrown: unknown): boolean {
  if (!(thrown instanceof ApiError)) return false
  return thrown.reason === 'UPLOAD_NOT_FOUND' || thrown.reason === 'CONTENT_HASH_MISMATCH'
}

async function bytesOf(blob: Blob): Promise<ArrayBuffer> {
  try {
    return await blob.arrayBuffer()
  } catch (thrown) {
    throw new UnreadableFile('', { cause: thrown })
  }
}

/** Sends files. Loaded when the first one comes. */

import type { Arrival, UploadCalls } from '../../api'
import { Hasher } from './hasher'
import { Pace } from './pace'
import { RememberedUploads } from './remembered'
import type { Progress } from './upload-file'
import { uploadFile } from './upload-file'

/** The edge takes 600 calls in a minute. */
const PACE = { perSecond: 8, burst: 60 }

export interface Delivery {
  file: File
  collectionIds: string[]
  calls: UploadCalls
  report: (progress: Progress) => void
}

export class Engine {
  #hasher = new Hasher()
  #pace = new Pace(PACE)
  #remembered: RememberedUploads

  constructor(storage: Storage) {
    this.#remembered = new RememberedUploads(storage)
  }

  /** Throws what `uploadFile` throws. */
  send({ file, collectionIds, calls, report }: Delivery, signal: AbortSignal): Promise<Arrival> {
    const means = {
      calls,
      report,
      hasher: this.#hasher,
      pace: this.#pace,
      remembered: this.#remembered,
    }
    return uploadFile(file, collectionIds, means, signal)
  }
}

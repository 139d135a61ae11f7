/** Files on their way to the server: a few at a time, whichever page is shown. */

import type { Arrival, Library } from '../../api'
import { ApiError } from '../../api'
import type { Engine } from './engine'
import { UnreadableFile } from './unreadable-file'
import type { Progress } from './upload-file'
import { forgetUploads } from './upload-storage'

/** Two connections at once leave one for everything else where a browser has six for streams too. */
const MOST_AT_ONCE = 2
/** Over HTTP/2 there are more. */
const MOST_AT_ONCE_HTTP2 = 3
export interface FileUpload {
  key: string
  name: string
  sizeBytes: number
  /** `queued` until its turn comes. */
  phase: 'queued' | Progress['phase'] | 'done' | 'failed'
  /** Bytes hashed, or bytes sent. */
  done: number
  /** Why it waits to go on by itself; null while it goes on. */
  waiting: ApiError | null
  /** Why it failed, for people. */
  error: string | null
  canRetry: boolean
  /** Whether it turned out that the user has it already. */
  isKnown: boolean
  /** The chat that it was attached to; null: none. */
  origin: string | null
}

interface Target {
  collectionIds?: string[]
  origin?: string | null
  /** Called when the file has become a document. */
  onArrival?: (arrival: Arrival) => void
}

interface Options {
  library: () => Promise<Library>
  onArrival: (arrival: Arrival) => void
  /** Makes what sends files: loaded when the first one comes. */
  engine?: () => Promise<Engine>
}

interface Order {
  file: File
  target: Target
  controller: AbortController
}

export class Uploads {
  #library: () => Promise<Library>
  #load: () => Promise<Engine>
  #engine: Promise<Engine> | null = null
  #onArrival: (arrival: Arrival) => void
  #uploads: readonly FileUpload[] = []
  #orders = new Map<string, Order>()
  #running = 0
  #count = 0
  #listeners = new Set<() => void>()

  constructor({ library, onArrival, engine = loadEngine }: Options) {
    this.#library = library
    this.#onArrival = onArrival
    this.#load = engine
    addEventListener('beforeunload', (event) => {
      // The browser asks whether to leave: what is under way would have to be chosen again.
      if (this.isBusy) event.preventDefault()
    })
  }

  /** In the order in which they were added; another array whenever one changes. */
  get = (): readonly FileUpload[] => this.#uploads

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  get isBusy(): boolean {
    return this.#uploads.some(isUnderWay)
  }

  /** Takes files in; what is on its way already is not taken twice. */
  add(files: readonly File[], target: Target = {}): void {
    const added = files
      .filter((file) => !this.#isOnItsWay(file, target))
      .map((file) => this.#order(file, target))
    const rest = this.isBusy ? this.#uploads : this.#uploads.filter(({ phase }) => phase !== 'done')
    this.#set([...rest, ...added])
    this.#runNext()
  }

  retry(key: string): void {
    const order = this.#orders.get(key)
    if (!order) return
    order.controller = new AbortController()
    this.#patch(key, { phase: 'queued', done: 0, error: null, waiting: null })
    this.#runNext()
  }

  /** Gives one up, and forgets it. */
  cancel(key: string): void {
    this.#orders.get(key)?.controller.abort()
    this.#orders.delete(key)
    this.#set(this.#uploads.filter((upload) => upload.key !== key))
  }

  cancelAll(): void {
    for (const { key, phase } of this.#uploads) if (phase !== 'done') this.cancel(key)
  }

  /** Forgets all that have ended, well or not. */
  forgetEnded(): void {
    for (const upload of this.#uploads) if (!isUnderWay(upload)) this.cancel(upload.key)
  }

  /** For somebody else who comes to this page. */
  clear(): void {
    for (const { key } of this.#uploads) this.cancel(key)
    forgetUploads()
  }

  #isOnItsWay(file: File, { origin = null }: Target): boolean {
    return this.#uploads.some((upload) => {
      const known = this.#orders.get(upload.key)?.file
      return isUnderWay(upload) && upload.origin === origin && known && isSameFile(known, file)
    })
  }

  #order(file: File, target: Target): FileUpload {
    const key = `upload-${(this.#count += 1)}`
    const isEmpty = file.size === 0
    this.#orders.set(key, { file, target, controller: new AbortController() })
    return {
      key,
      name: file.name,
      sizeBytes: file.size,
      phase: isEmpty ? 'failed' : 'queued',
      done: 0,
      waiting: null,
      error: isEmpty ? 'This file is empty.' : null,
      canRetry: false,
      isKnown: false,
      origin: target.origin ?? null,
    }
  }

  #runNext(): void {
    const most = isHttp2() ? MOST_AT_ONCE_HTTP2 : MOST_AT_ONCE
    for (const { key, phase } of this.#uploads) {
      if (this.#running >= most) return
      const order = this.#orders.get(key)
      if (phase !== 'queued' || !order) continue
      this.#running += 1
      this.#patch(key, { phase: 'hashing' })
      void this.#run(key, order).finally(() => {
        this.#running -= 1
        this.#runNext()
      })
    }
  }

  async #run(key: string, { file, target, controller: { signal } }: Order): Promise<void> {
    try {
      const { uploads: calls } = await this.#library()
      const engine = await this.#started()
      const report = (progress: Progress) => {
        if (!signal.aborted) this.#patch(key, progress)
      }
      const { collectionIds = [] } = target
      const arrival = await engine.send({ file, collectionIds, calls, report }, signal)
      const { isKnown } = arrival
      this.#patch(key, { phase: 'done', done: file.size, waiting: null, isKnown })
      this.#orders.delete(key)
      this.#onArrival(arrival)
      target.onArrival?.(arrival)
    } catch (thrown) {
      if (signal.aborted) return
      this.#patch(key, { phase: 'failed', waiting: null, ...whyFailed(thrown) })
    }
  }

  #started(): Promise<Engine> {
    this.#engine ??= this.#load().catch((thrown: unknown) => {
      this.#engine = null // What could not be loaded is loaded the next time.
      throw thrown
    })
    return this.#engine
  }

  #patch(key: string, change: Partial<FileUpload>): void {
    this.#set(this.#uploads.map((one) => (one.key === key ? { ...one, ...change } : one)))
  }

  #set(uploads: readonly FileUpload[]): void {
    this.#uploads = uploads
    for (const listener of this.#listeners) listener()
  }
}

const loadEngine = async () => new (await import('./engine')).Engine(localStorage)

export function isUnderWay({ phase }: FileUpload): boolean {
  return phase !== 'done' && phase !== 'failed'
}

function whyFailed(thrown: unknown): Pick<FileUpload, 'error' | 'canRetry'> {
  if (thrown instanceof UnreadableFile) {
    const error = 'This file cannot be read. It may have been moved or changed: choose it again.'
    return { error, canRetry: true }
  }
  const { message, canRetry } = ApiError.from(thrown)
  return { error: message, canRetry }
}

function isSameFile(one: File, other: File): boolean {
  return (
    one.name === other.name &&
    one.size === other.size &&
    one.lastModified === other.lastModified &&
    one.webkitRelativePath === other.webkitRelativePath
  )
}

function isHttp2(): boolean {
  const [page] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[]
  return page?.nextHopProtocol === 'h2' || page?.nextHopProtocol === 'h3'
}

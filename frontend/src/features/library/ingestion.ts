/** Follows how documents are read, with one stream for the whole page. */

import type { QueryClient } from '@tanstack/react-query'
import type { Document, IngestionEvent, Library } from '../../api'
import { ApiError, backoffMs, sleep } from '../../api'
import { keys } from '../../queries'
import type { Presence } from '../chat/presence'
import { Visit } from '../chat/visit'
import { documentChanged, documentRemoved } from './document-cache'

/** Two heartbeats of 10 s missed, and some seconds for the way. */
const SILENCE_MS = 25_000
/** Without a connection to keep, the server is asked so often. */
const BETWEEN_LOOKS_MS = 2_000
/** After a break so many documents are asked for one by one. */
const MOST_ASKED = 20

interface Options {
  library: () => Promise<Library>
  queryClient: QueryClient
  presence: Presence
  /** Called when the reading of a document has ended while it was followed. */
  onEnd: (document: Document) => void
}

export class Ingestion {
  #options: Options
  /** How many parts of the page want to know. */
  #wanted = 0
  /** Documents whose end is still to come. */
  #unfinished = new Set<string>()
  #controller: AbortController | null = null

  constructor(options: Options) {
    this.#options = options
  }

  /** Follows until the returned function is called, and then until nothing is being read. */
  follow = (): (() => void) => {
    this.#wanted += 1
    this.#start()
    return () => {
      this.#wanted -= 1
      this.#stopIfIdle()
    }
  }

  /** A document is as a call has said. */
  note = (document: Document): void => {
    this.#take({ type: 'document', document })
    this.#start()
  }

  /** For somebody else who comes to this page. */
  reset(): void {
    this.#unfinished.clear()
    this.#controller?.abort()
    this.#controller = null
    this.#start()
  }

  #start(): void {
    if (this.#controller || !this.#isNeeded) return
    this.#controller = new AbortController()
    void this.#run(this.#controller.signal).catch(() => undefined) // It ends by being aborted.
  }

  #stopIfIdle(): void {
    if (this.#isNeeded) return
    this.#controller?.abort()
    this.#controller = null
  }

  get #isNeeded(): boolean {
    return this.#wanted > 0 || this.#unfinished.size > 0
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { presence } = this.#options
    let failures = 0
    for (let isFirst = true; ; isFirst = false) {
      await presence.present(signal)
      // What ended while nobody listened is not told.
      if (!isFirst) void this.#catchUp(signal)
      const visit = new Visit(presence, signal)
      let retryAfterMs: number | null = null
      try {
        await visit.settle()
        for await (const event of this.#events(visit.signal)) {
          failures = 0
          this.#take(event)
        }
      } catch (thrown) {
        signal.throwIfAborted()
        if (!visit.wasLeft) {
          failures += 1
          retryAfterMs = ApiError.from(thrown).retryAfterMs
        }
      } finally {
        visit.end()
      }
      if (!visit.hadSlot) await sleep(BETWEEN_LOOKS_MS, signal)
      if (failures > 0) await sleep(backoffMs(failures, retryAfterMs), signal)
    }
  }

  /** The events of one stream; one that falls silent is given up. */
  async *#events(outer: AbortSignal): AsyncGenerator<IngestionEvent, void> {
    const { documents } = await this.#options.library()
    const controller = new AbortController()
    const stop = () => {
      controller.abort(outer.reason)
    }
    outer.addEventListener('abort', stop)
    let timer = setTimeout(stop, SILENCE_MS)
    try {
      outer.throwIfAborted()
      for await (const event of documents.watch(controller.signal)) {
        clearTimeout(timer)
        yield event
        timer = setTimeout(stop, SILENCE_MS)
      }
    } finally {
      clearTimeout(timer)
      outer.removeEventListener('abort', stop)
      controller.abort() // Leaving the loop early does not close the request by itself.
    }
  }

  async #catchUp(signal: AbortSignal): Promise<void> {
    const { library, queryClient } = this.#options
    void queryClient.invalidateQueries({ queryKey: keys.documents })
    const { documents } = await library()
    for (const id of [...this.#unfinished].slice(0, MOST_ASKED)) {
      try {
        this.#take({ type: 'document', document: await documents.get(id, signal) })
      } catch (thrown) {
        if (signal.aborted) return
        if (ApiError.from(thrown).code === 'NotFound') this.#unfinished.delete(id)
      }
    }
  }

  #take(event: IngestionEvent): void {
    const { queryClient, onEnd } = this.#options
    if (event.type === 'removed') {
      this.#unfinished.delete(event.documentId)
      documentRemoved(queryClient, event.documentId)
    }
    if (event.type === 'document') {
      const { document } = event
      documentChanged(queryClient, document)
      queryClient.setQueryData(keys.anyDocument, true)
      if (isBeingRead(document)) this.#unfinished.add(document.id)
      else if (this.#unfinished.delete(document.id)) onEnd(document)
    }
    this.#stopIfIdle()
  }
}

export function isBeingRead({ state }: Document): boolean {
  return state === 'queued' || state === 'processing'
}

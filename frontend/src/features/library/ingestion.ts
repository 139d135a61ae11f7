/** Follows how documents are read, with one stream for the whole page. */

import type { QueryClient } from '@tanstack/react-query'
import type { Document, IngestionEvent, Library } from '../../api'
import { ApiError } from '../../api'
import { keys } from '../../queries'
import type { Presence } from '../chat/presence'

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
    void this.#take({ type: 'document', document }).then(this.#start, () => undefined)
  }

  /** For somebody else who comes to this page. */
  reset(): void {
    this.#unfinished.clear()
    this.#controller?.abort()
    this.#controller = null
    this.#start()
  }

  #start = (): void => {
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
    const { library, presence } = this.#options
    const { followIngestion } = await import('./follow-ingestion')
    const source = { library, presence, take: this.#take, catchUp: this.#catchUp }
    await followIngestion(source, signal)
  }

  /** What ended while nobody listened is not told. */
  #catchUp = async (signal: AbortSignal): Promise<void> => {
    const { library, queryClient } = this.#options
    void queryClient.invalidateQueries({ queryKey: keys.documents })
    const { documents } = await library()
    for (const id of [...this.#unfinished].slice(0, MOST_ASKED)) {
      try {
        await this.#take({ type: 'document', document: await documents.get(id, signal) })
      } catch (thrown) {
        if (signal.aborted) return
        if (ApiError.from(thrown).code === 'NotFound') this.#unfinished.delete(id)
      }
    }
  }

  #take = async (event: IngestionEvent): Promise<void> => {
    const { queryClient, onEnd } = this.#options
    const { documentChanged, documentRemoved } = await import('./document-cache')
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

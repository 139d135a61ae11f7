/** What can be done with documents, one or many, and what is said about it. */

import { useMemo } from 'react'
import type { Document } from '../../api'
import { ApiError } from '../../api'
import { keys } from '../../queries'
import { navigate, NEW_CHAT } from '../../router'
import type { Services } from '../../services'
import { useServices } from '../../services'
import { documentRemoved } from './document-cache'
import { saveOriginal } from './save-original'

/** Calls at once for many documents: the rest of the page needs connections too. */
const AT_ONCE = 3

export function useDocumentActions() {
  const services = useServices()
  return useMemo(() => actionsOf(services), [services])
}

export type DocumentActions = ReturnType<typeof actionsOf>

function actionsOf({ api, queryClient, toaster, ingestion, scopes }: Services) {
  const fail = (what: string, thrown: unknown) => {
    toaster.show(`${what} ${ApiError.from(thrown).message}`, { look: 'danger' })
  }
  const refresh = () => {
    void queryClient.invalidateQueries({ queryKey: keys.documents })
    void queryClient.invalidateQueries({ queryKey: keys.collections })
  }
  /** Does something for each; says what did not work. Gives how many it worked for. */
  const each = async (
    documents: readonly Document[],
    words: string,
    call: (document: Document) => Promise<void>,
  ): Promise<number> => {
    const waiting = [...documents]
    const failures: unknown[] = []
    const work = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        await call(next).catch((thrown: unknown) => failures.push(thrown))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    const [first] = failures
    if (first !== undefined) {
      const count = failures.length > 1 ? `${failures.length} documents` : 'One document'
      fail(`${count} could not be ${words}.`, first)
    }
    return documents.length - failures.length
  }

  return {
    /** Throws ApiError. */
    rename: async (document: Document, title: string) => {
      const { documents } = await api.library()
      ingestion.note(await documents.rename(document.id, title))
    },

    /** Tries failed and stopped ones again. */
    retry: (documents: readonly Document[]) =>
      each(documents, 'tried again', async ({ id }) => {
        ingestion.note(await (await api.library()).documents.retry(id))
      }),

    /** Stops the reading. */
    cancel: (documents: readonly Document[]) =>
      each(documents, 'stopped', async ({ id }) => {
        ingestion.note(await (await api.library()).documents.cancel(id))
      }),

    remove: async (documents: readonly Document[]) => {
      const count = await each(documents, 'deleted', async ({ id }) => {
        await (await api.library()).documents.remove(id).catch((thrown: unknown) => {
          if (ApiError.from(thrown).code !== 'NotFound') throw thrown
        })
        documentRemoved(queryClient, id)
      })
      refresh()
      const [first] = documents
      const what =
        documents.length === 1 && first
          ? `“${first.title}” was`
          : count === 1
            ? 'One document was'
            : `${count} documents were`
      if (count > 0) toaster.show(`${what} deleted.`)
    },

    /** Puts documents into a collection or takes them out. Throws ApiError. */
    collect: async (
      collectionId: string,
      change: { added?: string[]; removed?: string[] },
    ): Promise<void> => {
      await (await api.library()).collections.change(collectionId, change)
      refresh()
    },

    /** Begins a chat about them. */
    askAbout: (chosen: { documentIds?: string[]; collectionIds?: string[] }) => {
      const { documentIds = [], collectionIds = [] } = chosen
      scopes.choose(scopes.placeOf(null), { kind: 'selected', documentIds, collectionIds })
      navigate(NEW_CHAT)
    },

    download: async (document: Document) => {
      const stop = toaster.show(`“${document.title}” is being fetched.`)
      try {
        await saveOriginal((await api.library()).documents, document)
      } catch (thrown) {
        fail('The file could not be downloaded.', thrown)
      } finally {
        stop()
      }
    },
  }
}

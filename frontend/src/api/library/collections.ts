/** The user's collections: documents put together under a name. */

import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { CollectionService } from '../../gen/lamla/documents/v1/collection_service_pb'
import type { Caller } from '../caller'
import type { Collection, Collections } from '../library-types'
import { newRequestId } from '../request-id'
import { collectionFromProto } from './convert'

const COLLECTIONS_PER_PAGE = 100
/** The contract's limit of one change. */
const MOST_CHANGED = 1_000

export function createCollections(transport: Transport, caller: Caller): Collections {
  const client = createClient(CollectionService, transport)
  return {
    async list(signal) {
      const all: Collection[] = []
      let pageToken = ''
      do {
        const request = { pageSize: COLLECTIONS_PER_PAGE, pageToken }
        const page = await caller.unary(
          (options) => client.listCollections(request, options),
          signal,
        )
        all.push(...page.collections.map(collectionFromProto))
        pageToken = page.nextPageToken
      } while (pageToken)
      return all
    },

    async create(name) {
      const request = { requestId: newRequestId(), name }
      const call = caller.unary((options) => client.createCollection(request, options))
      return collectionFromProto((await call).collection)
    },

    async rename(collectionId, name) {
      const request = { collectionId, name }
      const call = caller.unary((options) => client.updateCollection(request, options))
      return collectionFromProto((await call).collection)
    },

    async remove(collectionId) {
      const request = { collectionId, requestId: newRequestId() }
      await caller.unary((options) => client.deleteCollection(request, options))
    },

    async change(collectionId, { added = [], removed = [] }) {
      let changed: Collection | null = null
      for (
        let at = 0;
        !changed || at < Math.max(added.length, removed.length);
        at += MOST_CHANGED
      ) {
        const request = {
          collectionId,
          addedDocumentIds: added.slice(at, at + MOST_CHANGED),
          removedDocumentIds: removed.slice(at, at + MOST_CHANGED),
        }
        const call = caller.unary((options) => client.changeDocuments(request, options))
        changed = collectionFromProto((await call).collection)
      }
      return changed
    },
  }
}

/** The user's documents. Large, and loaded only when documents are first needed. */

import type { Transport } from '@connectrpc/connect'
import type { Caller } from '../caller'
import type { Library } from '../library-types'
import { createCollections } from './collections'
import { createDocuments } from './documents'
import { createSearch } from './search'
import { createUploads } from './uploads'

export function createLibrary(transport: Transport, caller: Caller): Library {
  return {
    documents: createDocuments(transport, caller),
    uploads: createUploads(transport, caller),
    collections: createCollections(transport, caller),
    search: createSearch(transport, caller),
  }
}

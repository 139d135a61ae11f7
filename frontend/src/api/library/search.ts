/** Finds passages as an answer does. */

import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { GroundingState } from '../../gen/lamla/documents/v1/grounding_pb'
import { SearchService } from '../../gen/lamla/documents/v1/search_service_pb'
import type { Caller } from '../caller'
import { scopeToProto } from '../evidence'
import type { FoundPassages, Library } from '../library-types'

const GROUNDINGS: Record<GroundingState, FoundPassages['grounding']> = {
  [GroundingState.UNSPECIFIED]: null,
  [GroundingState.GROUNDED]: 'grounded',
  [GroundingState.PARTIAL]: 'partial',
  [GroundingState.NONE]: 'none',
}

export function createSearch(transport: Transport, caller: Caller): Library['search'] {
  const client = createClient(SearchService, transport)
  return async (query, scope, limit, signal) => {
    const request = { query, limit, ...(scope && { scope: scopeToProto(scope) }) }
    const found = await caller.unary((options) => client.searchChunks(request, options), signal)
    return {
      passages: found.chunks.map((chunk) => {
        const { chunkId, documentId, documentTitle, page, start, end } = chunk
        const { text, headings, score } = chunk
        const source = { documentId, page, start, end }
        return { chunkId, documentTitle, source, text, headings, score }
      }),
      grounding: GROUNDINGS[found.grounding],
      usedMeaning: found.vectorLegUsed,
    }
  }
}

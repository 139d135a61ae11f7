/** Protobuf messages about documents to view types. */

import type * as proto from '../../gen/lamla/documents/v1/document_pb'
import {
  DocumentState as State,
  IngestionPhase as Phase,
} from '../../gen/lamla/documents/v1/document_pb'
import { dateFromProto } from '../convert'
import { ApiError } from '../errors'
import type {
  Collection,
  Document,
  DocumentState,
  IngestionPhase,
  IngestionProgress,
} from '../library-types'

const STATES: Record<State, DocumentState> = {
  [State.UNSPECIFIED]: 'queued',
  [State.QUEUED]: 'queued',
  [State.PROCESSING]: 'processing',
  [State.READY]: 'ready',
  [State.FAILED]: 'failed',
  [State.CANCELLED]: 'cancelled',
}

export const STATE_NAMES: Record<DocumentState, State> = {
  queued: State.QUEUED,
  processing: State.PROCESSING,
  ready: State.READY,
  failed: State.FAILED,
  cancelled: State.CANCELLED,
}

const PHASES: Record<Phase, IngestionPhase | null> = {
  [Phase.UNSPECIFIED]: null,
  [Phase.FETCHING]: 'fetching',
  [Phase.READING]: 'reading',
  [Phase.EMBEDDING]: 'embedding',
  [Phase.STORING]: 'storing',
}

/** Throws ApiError when it is absent. */
export function documentFromProto(given: proto.Document | undefined): Document {
  const document = required(given)
  const { title, fileName, mediaType, pageCount, chunkCount, language } = document
  const { failedPageCount, collectionIds, sourceUrl, failure } = document
  return {
    id: document.documentId,
    title,
    fileName,
    mediaType,
    sizeBytes: Number(document.sizeBytes),
    state: STATES[document.state],
    progress: document.progress ? progressFromProto(document.progress) : null,
    pageCount,
    chunkCount,
    language,
    failure: failure ? ApiError.fromStatus(failure) : null,
    failedPages: document.failedPages.map((page) => ({
      number: page.number,
      failure: page.failure ? ApiError.fromStatus(page.failure) : new ApiError({ code: 'Unknown' }),
    })),
    failedPageCount,
    collectionIds,
    sourceUrl,
    createTime: dateFromProto(document.createTime),
    updateTime: dateFromProto(document.updateTime),
  }
}

function progressFromProto(progress: proto.IngestionProgress): IngestionProgress {
  const { phase, pagesRead, pageCount, chunksEmbedded, chunkCount } = progress
  return { phase: PHASES[phase], pagesRead, pageCount, chunksEmbedded, chunkCount }
}

/** Throws ApiError when it is absent. */
export function collectionFromProto(given: proto.Collection | undefined): Collection {
  const { collectionId: id, name, documentCount } = required(given)
  return { id, name, documentCount }
}

export function required<T>(value: T | undefined): T {
  if (value === undefined) throw new ApiError({ code: 'Internal' })
  return value
}

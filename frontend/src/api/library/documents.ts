/** The user's documents and how their reading goes on. */

import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { DocumentService } from '../../gen/lamla/documents/v1/document_service_pb'
import type { WatchIngestionResponse } from '../../gen/lamla/documents/v1/document_service_pb'
import { UploadService } from '../../gen/lamla/documents/v1/upload_service_pb'
import type { Caller } from '../caller'
import type { Documents, IngestionEvent } from '../library-types'
import { newRequestId } from '../request-id'
import { documentFromProto, STATE_NAMES } from './convert'

const DOCUMENTS_PER_PAGE = 50

export function createDocuments(transport: Transport, caller: Caller): Documents {
  const client = createClient(DocumentService, transport)
  const uploads = createClient(UploadService, transport)
  return {
    async list(filter, { pageToken, pageSize = DOCUMENTS_PER_PAGE }, signal) {
      const request = {
        pageSize,
        pageToken: pageToken ?? '',
        collectionId: filter.collectionId ?? '',
        states: filter.states.map((state) => STATE_NAMES[state]),
        titleContains: filter.titleContains,
      }
      const page = await caller.unary((options) => client.listDocuments(request, options), signal)
      return {
        documents: page.documents.map(documentFromProto),
        nextPageToken: page.nextPageToken || null,
        totalCount: page.totalSize,
      }
    },

    async get(documentId, signal) {
      const call = caller.unary((options) => client.getDocument({ documentId }, options), signal)
      return documentFromProto((await call).document)
    },

    async rename(documentId, title) {
      const request = { documentId, title }
      const call = caller.unary((options) => client.updateDocument(request, options))
      return documentFromProto((await call).document)
    },

    async remove(documentId) {
      const request = { documentId, requestId: newRequestId() }
      await caller.unary((options) => client.deleteDocument(request, options))
    },

    async retry(documentId) {
      const call = caller.unary((options) => client.retryIngestion({ documentId }, options))
      return documentFromProto((await call).document)
    },

    async cancel(documentId) {
      const call = caller.unary((options) => client.cancelIngestion({ documentId }, options))
      return documentFromProto((await call).document)
    },

    async *watch(signal) {
      const events = caller.stream((options) => client.watchIngestion({}, options), signal)
      for await (const event of events) yield eventFromProto(event)
    },

    async pages(documentId, firstPage, pageSize, signal) {
      const request = { documentId, firstPage, pageSize }
      const { pages } = await caller.unary(
        (options) => client.readDocumentPages(request, options),
        signal,
      )
      return pages.map(({ number, label, text, fromImage }) => ({
        number,
        label,
        text,
        isFromImage: fromImage,
      }))
    },

    async *download(documentId, signal) {
      const pieces = caller.stream(
        (options) => client.downloadDocument({ documentId }, options),
        signal,
      )
      for await (const { data } of pieces) yield data
    },

    async importUrl(requestId, url, collectionIds) {
      const request = { requestId, url, collectionIds }
      const call = caller.unary((options) => uploads.importUrl(request, options))
      return documentFromProto((await call).document)
    },
  }
}

function eventFromProto({ event }: WatchIngestionResponse): IngestionEvent {
  switch (event.case) {
    case 'document':
      return { type: 'document', document: documentFromProto(event.value) }
    case 'removedDocumentId':
      return { type: 'removed', documentId: event.value }
    default:
      return { type: 'alive' }
  }
}

/** Documents as the server would have stored them, and uploads as it would take them. */

import type { MessageInitShape } from '@bufbuild/protobuf'
import { create } from '@bufbuild/protobuf'
import { anyPack, timestampFromMs } from '@bufbuild/protobuf/wkt'
import type { ServiceImpl } from '@connectrpc/connect'
import { Code } from '@connectrpc/connect'
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb'
import {
  CollectionSchema,
  DocumentSchema,
  DocumentState as State,
  IngestionPhase,
} from '../../gen/lamla/documents/v1/document_pb'
import { WatchIngestionResponseSchema } from '../../gen/lamla/documents/v1/document_service_pb'
import type { UploadService } from '../../gen/lamla/documents/v1/upload_service_pb'
import type { DocumentState } from '../library-types'
import type { Reason } from '../reasons'
import { refusal } from './refusal'

const STATES: Record<DocumentState, State> = {
  queued: State.QUEUED,
  processing: State.PROCESSING,
  ready: State.READY,
  failed: State.FAILED,
  cancelled: State.CANCELLED,
}

type Init = Omit<MessageInitShape<typeof DocumentSchema>, 'state' | 'failure' | '$typeName'>

interface StoredDocument extends Init {
  state?: DocumentState
  reason?: Reason
  /** Pages read of how many, while it is being read. */
  read?: [number, number]
  /** Later ones are newer. */
  minute?: number
}

export function document(stored: StoredDocument = {}) {
  const { state = 'ready', reason, read, minute = 0, ...init } = stored
  const info = { domain: 'lamla', reason: `ERROR_REASON_${reason ?? ''}` }
  const time = timestampFromMs(Date.UTC(2026, 0, 1, 0, minute))
  return create(DocumentSchema, {
    documentId: 'd1',
    title: 'Biology.pdf',
    fileName: 'Biology.pdf',
    mediaType: 'application/pdf',
    sizeBytes: 2_000_000n,
    pageCount: state === 'ready' ? 12 : 0,
    createTime: time,
    updateTime: time,
    ...init,
    state: STATES[state],
    ...(read && {
      progress: { phase: IngestionPhase.READING, pagesRead: read[0], pageCount: read[1] },
    }),
    ...(reason && {
      failure: {
        code: Code.FailedPrecondition,
        details: [anyPack(ErrorInfoSchema, create(ErrorInfoSchema, info))],
      },
    }),
  })
}

export function collection(collectionId: string, name: string, documentCount = 0) {
  return create(CollectionSchema, { collectionId, name, documentCount })
}

/** An event of the stream that tells how documents are read. */
export function documentEvent(value: ReturnType<typeof document>) {
  return create(WatchIngestionResponseSchema, { event: { case: 'document', value } })
}

export function removedEvent(value: string) {
  return create(WatchIngestionResponseSchema, { event: { case: 'removedDocumentId', value } })
}

/** Takes uploads in as the contract says, and notes what it was asked. */
export class UploadDesk {
  /** What has arrived of each upload. */
  received = new Map<string, Uint8Array[]>()
  /** Offsets of the parts in the order in which they came. */
  offsets: number[] = []
  cancelled: string[] = []
  /** Called before each part is taken: throws what goes wrong. */
  onPart: (offset: number) => void = () => undefined
  /** Called before an upload becomes a document. */
  onComplete: () => void = () => undefined
  maxPartBytes = 1024 * 1024
  #sizes = new Map<string, bigint>()

  /** What the server does with uploads. */
  service: Partial<ServiceImpl<typeof UploadService>> = {
    createUpload: ({ sizeBytes }) => {
      const uploadId = `u${this.received.size + 1}`
      this.received.set(uploadId, [])
      this.#sizes.set(uploadId, sizeBytes)
      return { upload: this.#upload(uploadId) }
    },
    uploadPart: ({ uploadId, offset, data }) => {
      this.offsets.push(Number(offset))
      this.onPart(Number(offset))
      const upload = this.#upload(uploadId)
      if (offset > upload.receivedBytes)
        throw refusal('FailedPrecondition', 'UPLOAD_OFFSET_MISMATCH')
      if (offset === upload.receivedBytes) this.received.get(uploadId)?.push(data)
      return { upload: this.#upload(uploadId) }
    },
    getUpload: ({ uploadId }) => ({ upload: this.#upload(uploadId) }),
    completeUpload: ({ uploadId }) => {
      this.onComplete()
      return { document: document({ documentId: `document-of-${uploadId}`, state: 'queued' }) }
    },
    cancelUpload: ({ uploadId }) => {
      this.cancelled.push(uploadId)
      return {}
    },
  }

  /** All bytes of an upload. */
  bytesOf(uploadId: string): number[] {
    return (this.received.get(uploadId) ?? []).flatMap((part) => Array.from(part))
  }

  /** Forgets an upload, as the server does after a day. */
  forget(uploadId: string): void {
    this.received.delete(uploadId)
  }

  #upload(uploadId: string) {
    const parts = this.received.get(uploadId)
    if (!parts) throw refusal('NotFound', 'UPLOAD_NOT_FOUND')
    const receivedBytes = BigInt(parts.reduce((sum, { length }) => sum + length, 0))
    const sizeBytes = this.#sizes.get(uploadId) ?? 0n
    return { uploadId, receivedBytes, sizeBytes, maxPartBytes: this.maxPartBytes }
  }
}

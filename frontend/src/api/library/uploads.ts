/** Brings files in, part by part. */

import type { Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import type { Upload as UploadProto } from '../../gen/lamla/documents/v1/upload_service_pb'
import { UploadService } from '../../gen/lamla/documents/v1/upload_service_pb'
import type { Caller } from '../caller'
import type { Upload, UploadCalls } from '../library-types'
import { documentFromProto, required } from './convert'

/** A part may have a slow way. */
const PART_DEADLINE_MS = 120_000
/** The server reads the whole file once more. */
const COMPLETE_DEADLINE_MS = 60_000

export function createUploads(transport: Transport, caller: Caller): UploadCalls {
  const client = createClient(UploadService, transport)
  return {
    async create(requestId, { fileName, sizeBytes, sha256, collectionIds }, signal) {
      const request = {
        requestId,
        file: { fileName, collectionIds, contentSha256: sha256 },
        sizeBytes: BigInt(sizeBytes),
      }
      const call = caller.unary((options) => client.createUpload(request, options), signal)
      const { upload, existingDocument } = await call
      if (existingDocument) return { document: documentFromProto(existingDocument), isKnown: true }
      return uploadFromProto(upload)
    },

    async part(uploadId, offset, data, dataSha256, signal) {
      const request = { uploadId, offset: BigInt(offset), data, dataSha256 }
      const { upload } = await caller.unary(
        (options) => client.uploadPart(request, options),
        signal,
        PART_DEADLINE_MS,
      )
      return uploadFromProto(upload)
    },

    async get(uploadId, signal) {
      const call = caller.unary((options) => client.getUpload({ uploadId }, options), signal)
      return uploadFromProto((await call).upload)
    },

    async complete(uploadId, signal) {
      const { document, alreadyExisted } = await caller.unary(
        (options) => client.completeUpload({ uploadId }, options),
        signal,
        COMPLETE_DEADLINE_MS,
      )
      return { document: documentFromProto(document), isKnown: alreadyExisted }
    },

    async cancel(uploadId) {
      await caller.unary((options) => client.cancelUpload({ uploadId }, options))
    },
  }
}

function uploadFromProto(given: UploadProto | undefined): Upload {
  const { uploadId: id, receivedBytes, maxPartBytes } = required(given)
  return { id, receivedBytes: Number(receivedBytes), maxPartBytes }
}

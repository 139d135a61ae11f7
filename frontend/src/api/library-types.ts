/** What the rest of the page knows of the user's documents: no protobuf in here. */

import type { ApiError } from './errors'
import type { Scope, SourceSpan } from './types'

export type DocumentState = 'queued' | 'processing' | 'ready' | 'failed' | 'cancelled'
export type IngestionPhase = 'fetching' | 'reading' | 'embedding' | 'storing'

/** How far the reading of a document is. */
export interface IngestionProgress {
  /** Null until the server has said. */
  phase: IngestionPhase | null
  pagesRead: number
  /** 0 while it is not known. */
  pageCount: number
  chunksEmbedded: number
  chunkCount: number
}

export interface FailedPage {
  number: number
  failure: ApiError
}

/** A file of the user and what became of it. */
export interface Document {
  id: string
  title: string
  fileName: string
  /** Empty until it was looked at. */
  mediaType: string
  sizeBytes: number
  state: DocumentState
  /** Null in states other than `processing`. */
  progress: IngestionProgress | null
  /** 0 until it is ready. */
  pageCount: number
  chunkCount: number
  /** A BCP 47 tag; empty until it is known. */
  language: string
  /** Why it cannot be searched, in state `failed`. */
  failure: ApiError | null
  /** At most the first 100. */
  failedPages: FailedPage[]
  failedPageCount: number
  collectionIds: string[]
  /** The web address that it came from; empty for a file. */
  sourceUrl: string
  createTime: Date
  updateTime: Date
}

export interface DocumentPageOfList {
  documents: Document[]
  nextPageToken: string | null
  /** Of all that fit. */
  totalCount: number
}

/** Which documents are listed. */
export interface DocumentFilter {
  /** Null: of all collections, and of none. */
  collectionId: string | null
  /** Empty: any. */
  states: DocumentState[]
  /** In title or file name; empty: any. */
  titleContains: string
}

/** One page of a document as text. */
export interface DocumentPage {
  /** From 1. */
  number: number
  /** What a reader calls it; empty: its number. */
  label: string
  /** Empty for a page that could not be read. */
  text: string
  /** Whether it was recognised in an image. */
  isFromImage: boolean
}

/** What `watch` tells. */
export type IngestionEvent =
  | { type: 'document'; document: Document }
  | { type: 'removed'; documentId: string }
  | { type: 'alive' }

export interface Collection {
  id: string
  name: string
  documentCount: number
}

/** What a file is called and where it goes. */
export interface NewFile {
  fileName: string
  sizeBytes: number
  /** 64 hexadecimal digits. */
  sha256: string
  collectionIds: string[]
}

/** Parts of a file that has not arrived yet. */
export interface Upload {
  id: string
  /** Where the next part begins, in bytes. */
  receivedBytes: number
  maxPartBytes: number
}

/** A document that came of an upload. */
export interface Arrival {
  document: Document
  /** Whether the user had the file already. */
  isKnown: boolean
}

/** A passage that was found. */
export interface FoundPassage {
  chunkId: string
  documentTitle: string
  source: SourceSpan
  text: string
  /** Outermost first. */
  headings: string[]
  /** From 0 to 1. */
  score: number
}

export interface FoundPassages {
  /** Best first. */
  passages: FoundPassage[]
  /** Whether they answer the question; null when nothing was searched. */
  grounding: 'grounded' | 'partial' | 'none' | null
  /** Whether the meaning was compared as well as the words. */
  usedMeaning: boolean
}

/** Each method throws ApiError. */
export interface Documents {
  /** Newest first. */
  list: (
    filter: DocumentFilter,
    page: { pageToken: string | null; pageSize?: number },
    signal?: AbortSignal,
  ) => Promise<DocumentPageOfList>
  get: (id: string, signal?: AbortSignal) => Promise<Document>
  rename: (id: string, title: string) => Promise<Document>
  remove: (id: string) => Promise<void>
  retry: (id: string) => Promise<Document>
  cancel: (id: string) => Promise<Document>
  /** All that are not ready yet, and new ones; ends by itself at times. */
  watch: (signal: AbortSignal) => AsyncGenerator<IngestionEvent, void>
  /** At least one page from `first` on, fewer than asked for when they are long. */
  pages: (id: string, first: number, count: number, signal?: AbortSignal) => Promise<DocumentPage[]>
  /** The original file, piece by piece. */
  download: (id: string, signal: AbortSignal) => AsyncGenerator<Uint8Array, void>
  /** Creates a document from a web address. */
  importUrl: (requestId: string, url: string, collectionIds: string[]) => Promise<Document>
}

/** Each method throws ApiError. */
export interface UploadCalls {
  create: (requestId: string, file: NewFile, signal: AbortSignal) => Promise<Upload | Arrival>
  /** `sha256` is of `data`, 32 bytes. */
  part: (
    uploadId: string,
    offset: number,
    data: Uint8Array<ArrayBuffer>,
    sha256: Uint8Array<ArrayBuffer>,
    signal: AbortSignal,
  ) => Promise<Upload>
  get: (uploadId: string, signal: AbortSignal) => Promise<Upload>
  complete: (uploadId: string, signal: AbortSignal) => Promise<Arrival>
  cancel: (uploadId: string) => Promise<void>
}

/** Each method throws ApiError. */
export interface Collections {
  /** All of them, by name. */
  list: (signal?: AbortSignal) => Promise<Collection[]>
  create: (name: string) => Promise<Collection>
  rename: (id: string, name: string) => Promise<Collection>
  remove: (id: string) => Promise<void>
  /** Puts documents in and takes documents out, however many. */
  change: (id: string, change: { added?: string[]; removed?: string[] }) => Promise<Collection>
}

/** Everything about documents; loaded when it is first needed. */
export interface Library {
  documents: Documents
  uploads: UploadCalls
  collections: Collections
  /** Throws ApiError. */
  search: (
    query: string,
    scope: Scope | null,
    limit: number,
    signal?: AbortSignal,
  ) => Promise<FoundPassages>
}

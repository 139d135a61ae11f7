/** What documents and uploads are, and where they stand, in words. */

import type { Document, DocumentState, IngestionProgress } from '../../api'
import type { FileUpload } from '../uploads/uploads'

const KINDS: [RegExp, string][] = [
  [/pdf/, 'PDF'],
  [/wordprocessing|msword|opendocument\.text/, 'Document'],
  [/presentation|powerpoint/, 'Slides'],
  [/spreadsheet|excel|csv|tab-separated/, 'Table'],
  [/epub/, 'Book'],
  [/html/, 'Web page'],
  [/markdown/, 'Markdown'],
  [/rtf/, 'Document'],
  [/rfc822|outlook|mbox/, 'E-mail'],
  [/ipynb|notebook/, 'Notebook'],
  [/image/, 'Picture'],
  [/json|xml|yaml|toml/, 'Data'],
  [/text\/x-|script|source/, 'Code'],
  [/text/, 'Text'],
]

/** For what is not looked at yet, or cannot be. */
const ENDINGS: [RegExp, string][] = [
  [/\.pdf$/i, 'PDF'],
  [/\.(docx?|odt|rtf)$/i, 'Document'],
  [/\.(pptx?|odp)$/i, 'Slides'],
  [/\.(xls[xb]?|ods|csv|tsv)$/i, 'Table'],
  [/\.epub$/i, 'Book'],
  [/\.html?$/i, 'Web page'],
  [/\.md$/i, 'Markdown'],
  [/\.(eml|msg|mbox)$/i, 'E-mail'],
  [/\.ipynb$/i, 'Notebook'],
  [/\.(png|jpe?g|webp|gif|bmp|tiff?)$/i, 'Picture'],
  [/\.txt$/i, 'Text'],
]

/** Of its media type, or else the end of its file name. */
export function kindOf({ mediaType, fileName, sourceUrl }: Document): string {
  const known =
    KINDS.find(([pattern]) => pattern.test(mediaType)) ??
    ENDINGS.find(([pattern]) => pattern.test(fileName))
  if (known) return known[1]
  const ending = /\.([a-z0-9]{1,5})$/i.exec(fileName)?.[1]
  return ending?.toUpperCase() ?? (sourceUrl ? 'Web page' : 'File')
}

export const isPdf = ({ mediaType }: Document) => mediaType === 'application/pdf'

/** Pictures that browsers can draw. */
export const isPicture = ({ mediaType }: Document) =>
  /^image\/(png|jpeg|webp|gif|bmp)$/.test(mediaType)

/** Whether what looks like rows of cells is a table: in code and notes a bar is just a bar. */
export function hasTables(document: Document): boolean {
  return !['Text', 'Code', 'Markdown', 'Notebook'].includes(kindOf(document))
}

export function sizeInWords(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`
  const units = ['kB', 'MB', 'GB'] as const
  let value = bytes / 1_000
  let unit = 0
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit += 1
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`
}

export function pagesInWords(count: number): string {
  return count === 1 ? '1 page' : `${count.toLocaleString('en')} pages`
}

export const STATE_WORDS: Record<DocumentState, string> = {
  queued: 'Waiting to be read',
  processing: 'Being read',
  ready: 'Ready',
  failed: 'Not readable',
  cancelled: 'Stopped',
}

export function standingInWords({ state, progress, failure }: Document): string {
  if (state !== 'processing') return STATE_WORDS[state]
  return failure ? `${failure.message} It goes on by itself.` : phaseInWords(progress)
}

export function phaseInWords(progress: IngestionProgress | null): string {
  if (!progress) return 'Being read'
  const { phase, pagesRead, pageCount, chunksEmbedded, chunkCount } = progress
  switch (phase) {
    case 'fetching':
      return 'Being fetched from the web'
    case 'embedding':
      return chunkCount > 0
        ? `Becoming searchable: ${counted(chunksEmbedded, chunkCount)} passages`
        : 'Becoming searchable'
    case 'storing':
      return 'Being stored'
    default:
      return pageCount > 0 ? `Being read: page ${counted(pagesRead, pageCount)}` : 'Being read'
  }
}

/** How far it is, from 0 to 1; null when it cannot be told. */
export function shareOf(progress: IngestionProgress | null): number | null {
  if (!progress) return null
  const { phase, pagesRead, pageCount, chunksEmbedded, chunkCount } = progress
  if (phase === 'storing') return 1
  if (phase === 'fetching' || pageCount === 0) return null
  // To read the pages is the smaller part of the work.
  const read = pagesRead / pageCount
  const embedded = chunkCount > 0 ? chunksEmbedded / chunkCount : 0
  return Math.min(1, 0.3 * read + 0.7 * read * embedded)
}

const counted = (done: number, all: number) =>
  `${done.toLocaleString('en')} of ${all.toLocaleString('en')}`

export function uploadInWords({ phase, done, sizeBytes, waiting, isKnown }: FileUpload): string {
  if (waiting) return `${waiting.message} It goes on by itself.`
  switch (phase) {
    case 'queued':
      return 'Waits for its turn'
    case 'hashing':
      return 'Being looked at'
    case 'finishing':
      return 'Being checked'
    case 'sending':
      return `${sizeInWords(done)} of ${sizeInWords(sizeBytes)}`
    case 'done':
      return isKnown ? 'You have this file already' : 'Arrived'
    case 'failed':
      return 'Not uploaded'
  }
}

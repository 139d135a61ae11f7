/** Reads files of conversations, of any size: in parts that the server takes. */

import type { Conversations } from './conversations'
import { ApiError } from './errors'
import { patiently } from './patience'
import { newRequestId } from './request-id'
import type { Conversation } from './types'

/** Well below what one request may have, so that progress shows and a slow line suffices. */
const PART_BYTES = 512 * 1024
/** The contract's limit. */
const MOST_BYTES = 4 * 1024 * 1024
const TOO_LARGE = 'It is larger than the server takes.'

export interface ImportFailure {
  /** Its place in the file, from 0. */
  index: number
  title: string
  description: string
}

/** What came of a file, or of a part of it. */
export interface ImportedPart {
  conversations: Conversation[]
  failures: ImportFailure[]
}

export interface ImportProgress extends ImportedPart {
  /** How many conversations of the file were looked at, of how many. */
  done: number
  total: number
}

/** What stands in a file is not JSON, or not a list of conversations. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/** Some conversations of a file. */
interface Part {
  document: string
  /** The place of its first one. */
  offset: number
  count: number
}

/**
 * Yields how far it is after each part; what was read stays when a later part fails.
 *
 * Throws UnreadableFile, or ApiError when the server refuses the file or stays away.
 */
export async function* importFile(
  conversations: Conversations,
  text: string,
  signal: AbortSignal,
): AsyncGenerator<ImportProgress, void> {
  const { parts, failures, total } = partsOf(text)
  let progress: ImportProgress = { done: failures.length, total, conversations: [], failures }
  yield progress
  for (const part of parts) {
    const read = await importPart(conversations, part, signal).catch((error: unknown) => {
      if (total > 1 && isTooLarge(error)) return refused(part)
      throw error
    })
    const placed = read.failures.map((one) => ({ ...one, index: one.index + part.offset }))
    progress = {
      total,
      done: progress.done + part.count,
      conversations: [...progress.conversations, ...read.conversations],
      failures: [...progress.failures, ...placed].sort((a, b) => a.index - b.index),
    }
    yield progress
  }
}

/** The same part under the same name until it is in. */
function importPart(conversations: Conversations, { document }: Part, signal: AbortSignal) {
  const requestId = newRequestId()
  return patiently(() => conversations.importPart(requestId, document, signal), signal)
}

/** Only a single conversation makes a part that large. */
function refused({ document }: Part): ImportedPart {
  const [item] = JSON.parse(document) as unknown[]
  const failure = { index: 0, title: titleOf(item), description: TOO_LARGE }
  return { conversations: [], failures: [failure] }
}

const isTooLarge = (error: unknown) => ApiError.from(error).reason === 'REQUEST_TOO_LARGE'

/** A list in pieces of whole conversations; those that no request can hold are failures. */
export function partsOf(text: string): { parts: Part[]; failures: ImportFailure[]; total: number } {
  const content = parse(text)
  if (!Array.isArray(content)) {
    return { parts: [{ document: text, offset: 0, count: 1 }], failures: [], total: 1 }
  }
  const parts: Part[] = []
  const failures: ImportFailure[] = []
  let pending: string[] = []
  let bytes = 0
  const flush = (end: number) => {
    const document = `[${pending.join(',')}]`
    const count = pending.length
    if (count > 0) parts.push({ document, offset: end - count, count })
    pending = []
    bytes = 0
  }
  content.forEach((item: unknown, index) => {
    const json = JSON.stringify(item)
    const size = byteLength(json) + 2
    if (bytes + size > PART_BYTES || size > MOST_BYTES) flush(index)
    if (size > MOST_BYTES) {
      failures.push({ index, title: titleOf(item), description: TOO_LARGE })
      return
    }
    pending.push(json)
    bytes += size
  })
  flush(content.length)
  return { parts, failures, total: content.length }
}

function parse(text: string): unknown {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (cause) {
    throw new UnreadableFile('This file is not JSON.', { cause })
  }
  if (typeof content !== 'object' || content === null) {
    throw new UnreadableFile('This file holds no conversations.')
  }
  return content
}

function titleOf(item: unknown): string {
  const isTitled = typeof item === 'object' && item !== null && 'title' in item
  return isTitled && typeof item.title === 'string' ? item.title : ''
}

const encoder = new TextEncoder()
const byteLength = (text: string) => encoder.encode(text).length

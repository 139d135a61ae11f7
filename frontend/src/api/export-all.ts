/** Writes all conversations into one file that can be imported again. */

import type { Conversations } from './conversations'
import { ApiError } from './errors'
import { patiently } from './patience'
import type { Conversation, ConversationPage, ExportedFile } from './types'

export interface ExportProgress {
  done: number
  total: number
  /** Titles of those that are larger than the server gives at once. */
  tooLarge: string[]
  /** Set when it is done. */
  file: ExportedFile | null
}

/** Archived ones too, oldest last. Throws ApiError. */
export async function* exportAll(
  conversations: Conversations,
  signal: AbortSignal,
): AsyncGenerator<ExportProgress, void> {
  const all = [
    ...(await listAll(conversations, false, signal)),
    ...(await listAll(conversations, true, signal)),
  ]
  const documents: string[] = []
  const tooLarge: string[] = []
  for (const [done, { id, title }] of all.entries()) {
    yield { done, total: all.length, tooLarge, file: null }
    try {
      const file = await patiently(() => conversations.export(id, 'json', signal), signal)
      documents.push(file.content)
    } catch (thrown) {
      signal.throwIfAborted()
      const error = ApiError.from(thrown)
      if (error.reason === 'REQUEST_TOO_LARGE') tooLarge.push(title)
      else if (error.code !== 'NotFound') throw error // Another one was deleted meanwhile.
    }
  }
  const content = `[${documents.join(',\n')}]\n`
  const day = new Date().toISOString().slice(0, 10)
  const file = { name: `lamla-${day}.json`, contentType: 'application/json', content }
  yield { done: documents.length, total: documents.length, tooLarge, file }
}

async function listAll(
  conversations: Conversations,
  isArchived: boolean,
  signal: AbortSignal,
): Promise<Conversation[]> {
  const all = new Map<string, Conversation>()
  let pageToken: string | null = null
  do {
    const options = { pageToken, isArchived }
    const page: ConversationPage = await patiently(
      () => conversations.list(options, signal),
      signal,
    )
    for (const one of page.conversations) all.set(one.id, one)
    pageToken = page.nextPageToken
  } while (pageToken !== null)
  return [...all.values()]
}

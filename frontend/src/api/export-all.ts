/** Writes all conversations into one file that can be imported again. */

import type { Conversations } from './conversations'
import { ApiError } from './errors'
import { patiently } from './patience'
import type { Conversation, ConversationPage, ExportedFile } from './types'

export interface ExportProgress {
  done: number
  total: number
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
  for (const { id } of all) {
    yield { done: documents.length, total: all.length, file: null }
    const file = await exportOne(conversations, id, signal)
    if (file) documents.push(file.content)
  }
  const content = `[${documents.join(',\n')}]\n`
  const day = new Date().toISOString().slice(0, 10)
  const file = { name: `lamla-${day}.json`, contentType: 'application/json', content }
  yield { done: documents.length, total: documents.length, file }
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

/** Null for one that was deleted meanwhile. */
async function exportOne(
  conversations: Conversations,
  id: string,
  signal: AbortSignal,
): Promise<ExportedFile | null> {
  try {
    return await patiently(() => conversations.export(id, 'json', signal), signal)
  } catch (thrown) {
    signal.throwIfAborted()
    if (ApiError.from(thrown).code === 'NotFound') return null
    throw thrown
  }
}

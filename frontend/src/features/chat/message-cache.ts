/** Keeps the remembered messages in step with answers that begin and end. */

import type { QueryClient } from '@tanstack/react-query'
import type { AnswerOutcome, AnswerStart, Evidence, Message } from '../../api'
import { NO_EVIDENCE } from '../../api'
import { keys } from '../../queries'
import { chooseBranch, chosenBranch } from './branches'
import { below, newestBelow } from './tree'

export interface AskedQuestion {
  text: string
  parentId: string | null
}

export class MessageCache {
  #client: QueryClient

  constructor(client: QueryClient) {
    this.#client = client
  }

  /** An answer has begun; `question` is null when the question was there before. */
  began(start: AnswerStart, question: AskedQuestion | null): void {
    const added = [...(question ? [questionOf(start, question)] : []), answerOf(start)]
    this.#update(start.conversationId, (messages) => {
      // Of a conversation that is not remembered only the first messages are all there is.
      if (!messages && question?.parentId !== null) return undefined
      const known = new Set(messages?.map(({ id }) => id))
      return [...(messages ?? []), ...added.filter(({ id }) => !known.has(id))]
    })
    this.#refreshConversations(start.conversationId)
  }

  /** Shows the branch of a message. */
  choose(conversationId: string, messageId: string): void {
    chooseBranch(this.#client, conversationId, messageId)
  }

  /** A message is gone, with everything that followed it; gives what is shown now in its place. */
  removed({ id, conversationId, parentId, role }: Message): string | null {
    const messages = this.#client.getQueryData<Message[]>(keys.messages(conversationId)) ?? []
    const gone = new Set(below(messages, id).map((message) => message.id))
    const left = messages.filter((message) => !gone.has(message.id))
    const chosen = chosenBranch(this.#client, conversationId)
    const beside = left.findLast((one) => one.parentId === parentId && one.role === role)
    const next = (beside && newestBelow(left, beside.id)?.id) ?? parentId
    const shown = chosen !== null && !gone.has(chosen) ? chosen : next
    if (shown !== null) this.choose(conversationId, shown)
    this.#update(conversationId, () => left)
    this.#refreshConversations(conversationId)
    return shown
  }

  ended(
    { answerId, conversationId, model, provider }: AnswerStart,
    outcome: AnswerOutcome,
    { text, evidence }: { text: string; evidence: Evidence },
  ): void {
    this.#update(conversationId, (messages) =>
      messages?.map((message) =>
        message.id === answerId
          ? { ...message, ...outcome, text, evidence, model, provider }
          : message,
      ),
    )
    this.#refreshConversations(conversationId)
  }

  #update(id: string, change: (messages: Message[] | undefined) => Message[] | undefined): void {
    // A reading that is under way does not know of the change and would undo it.
    void this.#client.cancelQueries({ queryKey: keys.messages(id) }, { revert: false })
    this.#client.setQueryData<Message[]>(keys.messages(id), change)
  }

  #refreshConversations(id: string): void {
    void this.#client.invalidateQueries({ queryKey: keys.conversations })
    void this.#client.invalidateQueries({ queryKey: keys.conversation(id) })
  }
}

const NOTHING = {
  finishReason: null,
  usage: null,
  model: '',
  provider: '',
  failure: null,
  evidence: NO_EVIDENCE,
} as const

function questionOf(start: AnswerStart, { text, parentId }: AskedQuestion): Message {
  return {
    ...NOTHING,
    id: start.questionId,
    conversationId: start.conversationId,
    parentId,
    role: 'user',
    text,
    createTime: start.startTime,
    state: 'complete',
    generationId: null,
  }
}

function answerOf(start: AnswerStart): Message {
  return {
    ...NOTHING,
    id: start.answerId,
    conversationId: start.conversationId,
    parentId: start.questionId,
    role: 'assistant',
    text: '',
    createTime: start.startTime,
    state: 'generating',
    generationId: start.generationId,
    model: start.model,
    provider: start.provider,
  }
}

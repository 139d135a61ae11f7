/** Everything that is being asked and answered now, in whichever conversation. */

import type {
  AnswerEvents,
  AnswerOutcome,
  AnswerStart,
  Chat,
  Evidence,
  GenerationConfig,
  Message,
  Scope,
} from '../../api'
import { ApiError, newRequestId, NO_EVIDENCE } from '../../api'
import { FrameValue } from '../../ui/frame-value'
import { listen } from './listen'
import type { MessageCache } from './message-cache'
import type { Presence } from './presence'
import type { Asked, Task, Turn } from './turn'
import { ask, isAbout } from './turn'

export type { Task, Turn } from './turn'
export { placeOf, retryTime } from './turn'

interface Options {
  chat: Chat
  cache: MessageCache
  presence: Presence
  /** How answers are to be generated now. */
  config: () => GenerationConfig
  /** Says a sentence to people who listen to the page. */
  announce: (text: string) => void
  /** Called when a question has begun a conversation. */
  onNewConversation: (id: string) => void
}

/** `scope` of null leaves it as the conversation has it. */
export interface Asking {
  conversationId: string | null
  parentId: string | null
  text: string
  scope: Scope | null
}

export class Turns {
  #chat: Chat
  #cache: MessageCache
  #presence: Presence
  #config: () => GenerationConfig
  #announce: (text: string) => void
  #onNewConversation: (id: string) => void
  #turns: readonly Turn[] = []
  #controllers = new Map<string, AbortController>()
  #listeners = new Set<() => void>()

  constructor(options: Options) {
    this.#chat = options.chat
    this.#cache = options.cache
    this.#presence = options.presence
    this.#config = options.config
    this.#announce = options.announce
    this.#onNewConversation = options.onNewConversation
  }

  /** All turns, oldest first; another array whenever one changes. */
  get = (): readonly Turn[] => this.#turns

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Asks, and returns the key of the turn. */
  send(question: Asking): string {
    const config = this.#config()
    return this.#begin(newRequestId(), { kind: 'send', ...question, config })
  }

  /** Asks a question again in other words. */
  edit(question: Message, text: string): void {
    const { parentId } = question
    this.#begin(newRequestId(), { kind: 'edit', parentId, text, ...this.#about(question) })
  }

  regenerate(answer: Message): void {
    this.#begin(newRequestId(), { kind: 'regenerate', ...this.#about(answer) })
  }

  /** Goes on with an answer that ended too early. */
  continue(answer: Message): void {
    const { text } = answer
    this.#begin(newRequestId(), { kind: 'continue', text, ...this.#about(answer) })
  }

  /** Follows an answer that is being generated; once, however often it is asked for. */
  resume({ conversationId, generationId }: Message): void {
    if (generationId === null || this.#turns.some((turn) => isAbout(turn, generationId))) return
    this.#begin(generationId, { kind: 'resume', conversationId, generationId })
  }

  /** Makes the same request again: what was stored by then is not stored twice. */
  retry({ key, task }: Turn): void {
    this.discard(key)
    this.#begin(key, task)
  }

  /** Forgets a turn; an answer that is stored goes on without it. */
  discard(key: string): void {
    this.#controllers.get(key)?.abort()
    this.#controllers.delete(key)
    this.#set(this.#turns.filter((turn) => turn.key !== key))
  }

  /** A message is gone, with `all` that followed it and itself; gives what is shown instead. */
  removed(message: Message, all: readonly Message[]): string | null {
    const ids = new Set(all.map(({ id }) => id))
    for (const { key, start } of this.#turns) {
      if (start && (ids.has(start.answerId) || ids.has(start.questionId))) this.discard(key)
    }
    return this.#cache.removed(message)
  }

  /** Stops an answer, or, before it has begun, as soon as it has. */
  async stop(key: string): Promise<void> {
    this.#patch(key, { isStopping: true })
    const start = this.#find(key)?.start
    if (!start) return
    try {
      const { outcome, ...answer } = await this.#chat.cancel(start.generationId)
      this.#end(key, outcome, answer)
    } catch (thrown) {
      const error = ApiError.from(thrown)
      this.#patch(key, { isStopping: false, error })
      this.#announce(`The answer could not be stopped. ${error.message}`)
    }
  }

  #begin(key: string, task: Task): string {
    const controller = new AbortController()
    this.#controllers.set(key, controller)
    const turn: Turn = {
      key,
      task,
      phase: 'opening',
      start: null,
      text: new FrameValue(task.kind === 'continue' ? task.text : ''),
      evidence: NO_EVIDENCE,
      waiting: null,
      isStopping: false,
      error: null,
      failTime: 0,
    }
    this.#set([...this.#turns, turn])
    void this.#follow(turn, this.#listen(turn, controller.signal), controller.signal)
    return key
  }

  #about({ conversationId, id: messageId }: Message): Asked {
    return { conversationId, messageId, config: this.#config() }
  }

  #listen({ key, task }: Turn, signal: AbortSignal): AnswerEvents {
    const source = {
      generationId: task.kind === 'resume' ? task.generationId : null,
      open: (inner: AbortSignal) => ask(this.#chat, key, task, inner),
      resume: this.#chat.resume,
    }
    return listen(source, this.#presence, signal)
  }

  async #follow({ key, text }: Turn, events: AnswerEvents, signal: AbortSignal): Promise<void> {
    try {
      for await (const event of events) {
        if (event.type === 'waiting') {
          this.#patch(key, { waiting: event.error })
          continue
        }
        if (this.#find(key)?.waiting) this.#patch(key, { waiting: null })
        if (event.type === 'started' || event.type === 'snapshot') this.#began(key, event.start)
        if (event.type === 'attempt') this.#changeModel(key, event)
        if (event.type === 'ended') this.#end(key, event.outcome, event)
        else {
          if ('text' in event) text.set(event.text)
          if ('evidence' in event) this.#patch(key, { evidence: event.evidence })
        }
      }
    } catch (error) {
      if (!signal.aborted) this.#fail(key, ApiError.from(error))
    }
  }

  #began(key: string, start: AnswerStart): void {
    const turn = this.#find(key)
    if (!turn || turn.start) return
    const { task } = turn
    this.#cache.began(start, task.kind === 'send' || task.kind === 'edit' ? task : null)
    if (task.kind !== 'resume') this.#cache.choose(start.conversationId, start.answerId)
    this.#patch(key, { phase: 'streaming', start })
    if (task.conversationId === null) this.#onNewConversation(start.conversationId)
    if (task.kind !== 'resume') this.#announce('Lamla is answering.')
    if (turn.isStopping) void this.stop(key)
  }

  #changeModel(key: string, { model, provider }: { model: string; provider: string }): void {
    const start = this.#find(key)?.start
    if (start) this.#patch(key, { start: { ...start, model, provider } })
  }

  #end(key: string, outcome: AnswerOutcome, answer: { text: string; evidence: Evidence }): void {
    const start = this.#find(key)?.start
    if (!start) return
    this.#cache.ended(start, outcome, answer)
    this.discard(key)
    this.#announce(ENDS[outcome.state])
  }

  #fail(key: string, error: ApiError): void {
    this.#patch(key, {
      phase: 'failed',
      waiting: null,
      isStopping: false,
      error,
      failTime: Date.now(),
    })
    this.#announce(`That did not work. ${error.message}`)
  }

  #find(key: string): Turn | undefined {
    return this.#turns.find((turn) => turn.key === key)
  }

  #patch(key: string, change: Partial<Turn>): void {
    this.#set(this.#turns.map((turn) => (turn.key === key ? { ...turn, ...change } : turn)))
  }

  #set(turns: readonly Turn[]): void {
    this.#turns = turns
    for (const listener of this.#listeners) listener()
  }
}

const ENDS: Record<AnswerOutcome['state'], string> = {
  complete: 'Answer complete.',
  cancelled: 'Answer stopped.',
  interrupted: 'The answer was interrupted.',
  failed: 'The answer failed.',
}

/** One question on its way to its answer. */

import type {
  AnswerEvents,
  AnswerStart,
  ApiError,
  Chat,
  Evidence,
  GenerationConfig,
  Scope,
} from '../../api'
import type { FrameValue } from '../../ui/frame-value'

/** What is asked of a message that there is. */
export interface Asked {
  conversationId: string
  messageId: string
  config: GenerationConfig
}

/** What a turn is for. */
export type Task =
  | {
      kind: 'send'
      conversationId: string | null
      parentId: string | null
      text: string
      config: GenerationConfig
      /** Null: as the conversation has it. */
      scope: Scope | null
    }
  /** Asks `messageId` again in other words; `parentId` is what both reply to. */
  | ({ kind: 'edit'; parentId: string | null; text: string } & Asked)
  | ({ kind: 'regenerate' } & Asked)
  /** Goes on with `messageId`, whose text is `text`. */
  | ({ kind: 'continue'; text: string } & Asked)
  | { kind: 'resume'; conversationId: string; generationId: string }

/** One question on its way to its answer. Another object whenever it changes, but for `text`. */
export interface Turn {
  key: string
  task: Task
  /** `opening` until the server has stored it; `failed` when it cannot go on by itself. */
  phase: 'opening' | 'streaming' | 'failed'
  start: AnswerStart | null
  text: FrameValue<string>
  /** What is known so far of where it comes from. */
  evidence: Evidence
  /** Why it waits to connect again; null while it is connected. */
  waiting: ApiError | null
  isStopping: boolean
  /** Why it failed; while `streaming`, why it could not be stopped. */
  error: ApiError | null
  /** When it failed, in milliseconds of the epoch. */
  failTime: number
}

/** Makes the request that a turn is for. */
export function ask(chat: Chat, requestId: string, task: Task, signal: AbortSignal): AnswerEvents {
  switch (task.kind) {
    case 'send':
      return chat.sendMessage({ requestId, ...task }, signal)
    case 'edit':
      return chat.editMessage({ requestId, ...task }, signal)
    case 'regenerate':
      return chat.regenerate({ requestId, ...task }, signal)
    case 'continue':
      return chat.continueAnswer({ requestId, ...task }, signal)
    case 'resume':
      return chat.resume(task.generationId, signal)
  }
}

/** Whether it is a turn of this answer. */
export function isAbout({ start, task }: Turn, generationId: string): boolean {
  const resumed = task.kind === 'resume' ? task.generationId : null
  return start?.generationId === generationId || resumed === generationId
}

/** When the server accepts a failed turn again, in milliseconds of the epoch; null means now. */
export function retryTime({ failTime, error }: Turn): number | null {
  return error?.retryAfterMs ? failTime + error.retryAfterMs : null
}

/** The conversation that a turn shows in. */
export function placeOf({ start, task }: Turn): string | null {
  return start?.conversationId ?? task.conversationId
}

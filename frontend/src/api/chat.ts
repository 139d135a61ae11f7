/** Asking, and following, resuming and stopping answers. */

import { create } from '@bufbuild/protobuf'
import type { CallOptions, Client, Transport } from '@connectrpc/connect'
import { createClient } from '@connectrpc/connect'
import { ChatService } from '../gen/lamla/chat/v1/chat_service_pb'
import type { Generation, GenerationEvent } from '../gen/lamla/chat/v1/generation_pb'
import { GenerationEventSchema } from '../gen/lamla/chat/v1/generation_pb'
import type { Caller } from './caller'
import { configToProto, modelsFromProto, outcomeFromProto } from './convert'
import { ApiError } from './errors'
import { evidenceFromProto, scopeToProto } from './evidence'
import type { AnswerSource } from './follow'
import { followAnswer } from './follow'
import type {
  AnswerEvents,
  AnswerOutcome,
  Evidence,
  GenerationConfig,
  Models,
  Scope,
} from './types'

export interface Question {
  /** Names the request: the same one again attaches to the same answer. */
  requestId: string
  /** Null begins a new conversation. */
  conversationId: string | null
  /** The message to reply to; null means the newest one. */
  parentId: string | null
  text: string
  config?: GenerationConfig
  /** What this answer and the next ones rest on; absent or null: as it is. */
  scope?: Scope | null
}

/** What is asked of a message that there is. */
export interface MessageRequest {
  /** Names the request: the same one again attaches to the same answer. */
  requestId: string
  messageId: string
  config?: GenerationConfig
}

export interface CancelledAnswer {
  outcome: AnswerOutcome
  text: string
  evidence: Evidence
}

/** Streams throw ApiError when they cannot go on, and end with an `ended` event otherwise. */
export interface Chat {
  sendMessage: (question: Question, signal: AbortSignal) => AnswerEvents
  /** Makes another answer beside this one. */
  regenerate: (request: MessageRequest, signal: AbortSignal) => AnswerEvents
  /** Asks a question again in other words, beside the old one. */
  editMessage: (request: MessageRequest & { text: string }, signal: AbortSignal) => AnswerEvents
  /** Makes another answer beside this one that begins with its text. */
  continueAnswer: (request: MessageRequest, signal: AbortSignal) => AnswerEvents
  /** Goes on with an answer that is being generated; begins with what there is of it. */
  resume: (generationId: string, signal: AbortSignal) => AnswerEvents
  /** Stops an answer, and gives how it ended and its text. */
  cancel: (generationId: string) => Promise<CancelledAnswer>
  /** What can be asked for in a `config`. */
  models: (signal?: AbortSignal) => Promise<Models>
}

export function createChat(transport: Transport, caller: Caller): Chat {
  const client = createClient(ChatService, transport)
  const resume = (generationId: string, afterSequence: number, signal: AbortSignal) => {
    const request = { generationId, afterSequence }
    return caller.stream((options) => client.resumeGeneration(request, options), signal)
  }
  const follow = (open: AnswerSource['open'], opensExisting: boolean, signal: AbortSignal) =>
    followAnswer({ open, resume, opensExisting }, signal)
  /** Follows the answer that a call begins. */
  const ask = (call: Asking, signal: AbortSignal) =>
    follow((inner) => caller.stream(call, inner), false, signal)

  return {
    sendMessage({ requestId, conversationId, parentId, text, config, scope }, signal) {
      const request = {
        requestId,
        conversationId: conversationId ?? '',
        parentMessageId: parentId ?? '',
        text,
        config: configToProto(config),
        ...(scope && { scope: scopeToProto(scope) }),
      }
      return ask((options) => client.sendMessage(request, options), signal)
    },

    regenerate(asked, signal) {
      const request = { ...asked, config: configToProto(asked.config) }
      return ask((options) => client.regenerate(request, options), signal)
    },

    editMessage(asked, signal) {
      const request = { ...asked, config: configToProto(asked.config) }
      return ask((options) => client.editMessage(request, options), signal)
    },

    continueAnswer(asked, signal) {
      const request = { ...asked, config: configToProto(asked.config) }
      return ask((options) => client.continueAnswer(request, options), signal)
    },

    resume: (generationId, signal) =>
      follow(
        async function* (inner) {
          const generation = await getGeneration(client, caller, generationId, inner)
          yield snapshotOf(generation)
          yield* resume(generationId, generation.lastSequence, inner)
        },
        true,
        signal,
      ),

    async cancel(generationId) {
      const call = (options: object) => client.cancelGeneration({ generationId }, options)
      const { generation } = await caller.unary(call)
      const outcome = generation && outcomeFromProto(generation)
      if (!outcome) throw new ApiError({ code: 'Internal' })
      const { text } = generation
      return { outcome, text, evidence: evidenceFromProto(generation, text) }
    },

    async models(signal) {
      return modelsFromProto(await caller.unary((options) => client.getModels({}, options), signal))
    },
  }
}

type Asking = (options: CallOptions) => AsyncIterable<GenerationEvent>

async function getGeneration(
  client: Client<typeof ChatService>,
  caller: Caller,
  generationId: string,
  signal: AbortSignal,
): Promise<Generation> {
  const call = (options: object) => client.getGeneration({ generationId }, options)
  const { generation } = await caller.unary(call, signal)
  if (!generation) throw new ApiError({ code: 'Internal' })
  return generation
}

/** What is known of an answer, as the event that a resume without it would begin with. */
function snapshotOf(generation: Generation): GenerationEvent {
  const { generationId, lastSequence, text, conversationId, model, provider } = generation
  const { userMessageId, answerMessageId, grounding, citations, claims } = generation
  return create(GenerationEventSchema, {
    generationId,
    sequence: lastSequence,
    event: {
      case: 'snapshot',
      value: {
        text,
        started: { conversationId, userMessageId, answerMessageId, model, provider },
        ...(grounding && { grounding }),
        citations,
        claims,
      },
    },
  })
}

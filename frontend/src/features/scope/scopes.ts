/** Which documents the answers of each conversation rest on, as it is chosen on this page. */

import type { QueryClient } from '@tanstack/react-query'
import type { Conversation, Conversations, Scope } from '../../api'
import { keys, listedConversation } from '../../queries'

export const ALL_DOCUMENTS: Scope = { kind: 'all', documentIds: [], collectionIds: [] }

interface Options {
  conversations: Conversations
  queryClient: QueryClient
  onFailure: (thrown: unknown) => void
}

export class Scopes {
  #conversations: Conversations
  #client: QueryClient
  #onFailure: (thrown: unknown) => void
  /** What was chosen and is not stored yet, by conversation or draft. */
  #chosen: ReadonlyMap<string, Scope> = new Map()
  /** Conversations with a call under way. */
  #storing = new Set<string>()
  /** What a chat is called before it is a conversation. */
  #draft = 'draft-1'
  #drafts = 1
  /** The conversations that drafts have become. */
  #begun = new Map<string, string>()
  #listeners = new Set<() => void>()

  constructor({ conversations, queryClient, onFailure }: Options) {
    this.#conversations = conversations
    this.#client = queryClient
    this.#onFailure = onFailure
  }

  /** Another map whenever a choice changes. */
  get = (): ReadonlyMap<string, Scope> => this.#chosen

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Names a chat; null is one that begins with its first question. */
  placeOf(conversationId: string | null): string {
    return conversationId ?? this.#draft
  }

  /** Whether a place is this chat, also when it was named before the chat began. */
  isAt(place: string, conversationId: string | null): boolean {
    return this.#now(place) === this.placeOf(conversationId)
  }

  /** What the next question is to be sent with; null: as the conversation has it. */
  toSend(conversationId: string | null): Scope | null {
    return this.#chosen.get(this.placeOf(conversationId)) ?? null
  }

  choose(place: string, scope: Scope): void {
    const now = this.#now(place)
    this.#set(new Map(this.#chosen).set(now, scope))
    if (now !== this.#draft) void this.#store(now)
  }

  /** Adds to what is selected; what was not a selection becomes one. */
  add(place: string, added: { documentIds?: string[]; collectionIds?: string[] }): void {
    const { documentIds, collectionIds } = this.current(place)
    this.choose(place, {
      kind: 'selected',
      documentIds: union(documentIds, added.documentIds),
      collectionIds: union(collectionIds, added.collectionIds),
    })
  }

  current(place: string): Scope {
    const now = this.#now(place)
    return this.#chosen.get(now) ?? this.#stored(now)?.scope ?? ALL_DOCUMENTS
  }

  /** The chat that was being begun is this conversation now. */
  began(conversationId: string): void {
    this.#begun.set(this.#draft, conversationId)
    const rest = new Map(this.#chosen)
    rest.delete(this.#draft)
    this.#drafts += 1
    this.#draft = `draft-${this.#drafts}`
    this.#set(rest)
  }

  /** For somebody else who comes to this page. */
  clear(): void {
    this.#begun.clear()
    this.#set(new Map())
  }

  #now(place: string): string {
    return this.#begun.get(place) ?? place
  }

  #stored(id: string): Conversation | undefined {
    const known = this.#client.getQueryData<Conversation>(keys.conversation(id))
    return known ?? listedConversation(this.#client, id)
  }

  /** One call at a time: of two at once the older one might arrive last. */
  async #store(id: string): Promise<void> {
    if (this.#storing.has(id)) return
    this.#storing.add(id)
    try {
      for (;;) {
        const scope = this.#chosen.get(id)
        if (!scope) return
        const conversation = await this.#conversations.update(id, { scope })
        this.#client.setQueryData(keys.conversation(id), conversation)
        if (this.#chosen.get(id) !== scope) continue
        const rest = new Map(this.#chosen)
        rest.delete(id)
        this.#set(rest)
      }
    } catch (thrown) {
      this.#onFailure(thrown) // The next question takes it along.
    } finally {
      this.#storing.delete(id)
    }
  }

  #set(chosen: ReadonlyMap<string, Scope>): void {
    this.#chosen = chosen
    for (const listener of this.#listeners) listener()
  }
}

function union(known: readonly string[], added: readonly string[] = []): string[] {
  return [...new Set([...known, ...added])]
}

/** Puts the events of one answer together: each once, in order, or it says what is wrong. */

import type { GenerationEvent } from '../gen/lamla/chat/v1/generation_pb'
import { codePointLength, firstCodePoints } from './code-points'
import { cancelledFromProto, completedFromProto, failedFromProto, startFromProto } from './convert'
import {
  citationFromProto,
  claimFromProto,
  evidenceFromProto,
  evidenceWithin,
  groundingFromProto,
} from './evidence'
import type { AnswerEvent, AnswerOutcome, Evidence } from './types'
import { NO_EVIDENCE } from './types'

/** An event is missing: the ones after `lastSequence` are to be asked for again. */
export class MissingEvents extends Error {
  override readonly name = 'MissingEvents'
}

/** The text is not the server's: the answer is to be read again from its begin. */
export class DifferentText extends Error {
  override readonly name = 'DifferentText'
}

export class AnswerReader {
  generationId: string | null = null
  lastSequence = 0
  text = ''
  #evidence: Evidence = NO_EVIDENCE
  #length = 0
  #wasRestarted = false

  /** Forgets everything but which answer it is. */
  restart(): void {
    this.lastSequence = 0
    this.#setText('')
    this.#evidence = NO_EVIDENCE
    this.#wasRestarted = true
  }

  /**
   * Takes the next event; null when it changes nothing for a reader.
   *
   * Throws MissingEvents or DifferentText, and has then not taken it.
   */
  accept(event: GenerationEvent): AnswerEvent | null {
    this.generationId ??= event.generationId
    if (event.event.case === 'heartbeat') return { type: 'alive' }
    if (event.event.case !== 'snapshot') {
      if (event.sequence <= this.lastSequence) return null
      if (event.sequence > this.lastSequence + 1) throw new MissingEvents()
    }
    const change = this.#apply(event)
    this.lastSequence = event.sequence
    return change
  }

  #apply({ generationId, event }: GenerationEvent): AnswerEvent | null {
    switch (event.case) {
      case 'started':
        return { type: 'started', start: startFromProto(generationId, event.value) }
      case 'tokens':
        if (event.value.textOffset !== this.#length) throw new DifferentText()
        this.#append(event.value.text)
        return { type: 'text', text: this.text }
      case 'snapshot': {
        this.#setText(event.value.text)
        this.#evidence = evidenceFromProto(event.value, this.text)
        const start = startFromProto(generationId, event.value.started)
        return { type: 'snapshot', start, text: this.text, evidence: this.#evidence }
      }
      case 'grounding':
        return this.#learn({ grounding: groundingFromProto(event.value) })
      case 'citation': {
        const citation = citationFromProto(event.value)
        return this.#learn({ citations: [...this.#evidence.citations, citation] })
      }
      case 'claim': {
        const claim = claimFromProto(event.value, this.text)
        return this.#learn({ claims: [...this.#evidence.claims, claim] })
      }
      case 'attemptChanged': {
        const { model, provider, replaceFromOffset } = event.value
        this.#setText(firstCodePoints(this.text, replaceFromOffset))
        this.#evidence = evidenceWithin(this.#evidence, this.text.length)
        return { type: 'attempt', text: this.text, evidence: this.#evidence, model, provider }
      }
      case 'completed':
        return this.#end(event.value.textLength, completedFromProto(event.value))
      case 'cancelled':
        return this.#end(event.value.textLength, cancelledFromProto(event.value))
      case 'failed':
        return this.#end(event.value.textLength, failedFromProto(event.value))
      default:
        return null
    }
  }

  /** A text of another length is read again, once: a second reading would not differ. */
  #end(textLength: number, outcome: AnswerOutcome): AnswerEvent {
    if (textLength !== this.#length && !this.#wasRestarted) throw new DifferentText()
    return { type: 'ended', outcome, text: this.text, evidence: this.#evidence }
  }

  #learn(change: Partial<Evidence>): AnswerEvent {
    this.#evidence = { ...this.#evidence, ...change }
    return { type: 'evidence', evidence: this.#evidence }
  }

  #append(text: string): void {
    this.text += text
    this.#length += codePointLength(text)
  }

  #setText(text: string): void {
    this.text = text
    this.#length = codePointLength(text)
  }
}

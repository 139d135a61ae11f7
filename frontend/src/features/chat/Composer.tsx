/** Where questions are written. */

import type { KeyboardEvent, RefObject, SubmitEvent } from 'react'
import { lazy, Suspense } from 'react'
import { SendIcon, SpinnerIcon, StopIcon } from '../../ui/icons'
import { ScopeMenu } from '../scope/ScopeMenu'
import type { ChatDocuments } from '../scope/useChatDocuments'
import { isSendable, lengthOf, MANY_CHARACTERS, MOST_CHARACTERS } from './question-length'

const ScopeChips = lazy(() => import('../scope/ScopeChips'))

interface Props {
  inputRef: RefObject<HTMLTextAreaElement | null>
  text: string
  onChange: (text: string) => void
  onSend: (text: string) => void
  /** Set while an answer can be stopped. */
  onStop: (() => void) | null
  isStopping: boolean
  /** Whether nothing can be sent at the moment. */
  isBlocked: boolean
  documents: ChatDocuments
}

export function Composer(props: Props) {
  const { inputRef, text, onChange, onSend, onStop, isStopping, isBlocked, documents } = props
  const { scope, attached, picker, change, choose } = documents
  const length = lengthOf(text)
  const isTooLong = length > MOST_CHARACTERS
  const canSend = !isBlocked && isSendable(text)

  const submit = (event: SubmitEvent) => {
    event.preventDefault()
    if (canSend) onSend(text)
  }
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // While an input method composes, Enter accepts its suggestion.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    if (canSend) onSend(text)
  }

  return (
    <form
      onSubmit={submit}
      className="rounded-lg border border-edge bg-raised p-1.5 shadow-float focus-within:border-accent"
    >
      {picker.inputs}
      {(scope.kind === 'selected' || attached.length > 0) && (
        <Suspense fallback={null}>
          <ScopeChips scope={scope} uploads={attached} onChange={change} onShowAll={choose} />
        </Suspense>
      )}
      <div className="flex items-end gap-1">
        <ScopeMenu
          scope={scope}
          onScope={change}
          onPickFiles={picker.pickFiles}
          onChoose={choose}
        />
        <textarea
          ref={inputRef}
          aria-label="Message"
          aria-invalid={isTooLong}
          aria-describedby={length >= MANY_CHARACTERS ? 'message-length' : undefined}
          placeholder="Ask anything"
          rows={1}
          value={text}
          onChange={(event) => {
            onChange(event.target.value)
          }}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-[40dvh] min-h-9 flex-1 resize-none bg-transparent px-1.5 py-1.5 text-read outline-none placeholder:text-faint"
        />
        {length >= MANY_CHARACTERS && (
          <span
            id="message-length"
            className={`pb-2 text-fine ${isTooLong ? 'text-danger' : 'text-faint'}`}
          >
            {length.toLocaleString('en')} of {MOST_CHARACTERS.toLocaleString('en')}
          </span>
        )}
        {onStop ? (
          <button
            type="button"
            aria-label="Stop"
            title="Stop (Esc)"
            onClick={onStop}
            disabled={isStopping}
            className={ROUND}
          >
            {isStopping ? <SpinnerIcon className="size-5 animate-spin" /> : <StopIcon />}
          </button>
        ) : (
          <button
            type="submit"
            aria-label="Send"
            title="Send (Enter)"
            disabled={!canSend}
            className={ROUND}
          >
            <SendIcon />
          </button>
        )}
      </div>
    </form>
  )
}

const ROUND =
  'grid size-9 shrink-0 place-items-center rounded-md bg-accent text-on-accent transition-opacity hover:opacity-90 disabled:cursor-default disabled:bg-line disabled:text-faint'

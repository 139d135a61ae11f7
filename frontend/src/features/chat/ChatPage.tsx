/** A conversation, or the begin of one. */

import type { ReactNode } from 'react'
import { useCallback, useEffect, useRef } from 'react'
import type { Message } from '../../api'
import { useRoute } from '../../router'
import { useSettings } from '../../settings'
import { DiagramsContext } from '../../ui/markdown/diagrams'
import { ScopeLine } from '../scope/ScopeLine'
import { useChatDocuments } from '../scope/useChatDocuments'
import { FileDrop } from '../uploads/FileDrop'
import { ActionsContext } from './actions'
import { Composer } from './Composer'
import { DeleteMessageDialog } from './DeleteMessageDialog'
import { EmptyChat } from './EmptyChat'
import { JumpButton } from './JumpButton'
import { MessageList } from './MessageList'
import { NotFound } from './NotFound'
import { NotLoaded } from './NotLoaded'
import { TranscriptSkeleton } from './TranscriptSkeleton'
import { below } from './tree'
import { useAnchor } from './useAnchor'
import { useAutosize } from './useAutosize'
import { useChat } from './useChat'
import { useEscape } from './useEscape'
import { useFocusOnArrival } from './useFocusOnArrival'
import { useMessageActionsOf } from './useMessageActions'
import { useMessageInView } from './useMessageInView'
import { useStickToBottom } from './useStickToBottom'

interface Props {
  /** Null is a conversation that begins with its first question. */
  conversationId: string | null
  /** Another number each time that one comes here anew. */
  visit: number
  renderHeader: (title: string) => ReactNode
}

export function ChatPage({ conversationId, visit, renderHeader }: Props) {
  const route = useRoute()
  const { diagrams } = useSettings()
  const chat = useChat(conversationId)
  const { conversation, setDraft } = chat
  const { entries, messages, title, isLoading, isMissing, isBusy, running, error } = conversation
  const inputRef = useRef<HTMLTextAreaElement>(null)
  const { scrollRef, contentRef, isStuck, jump, release } = useStickToBottom(conversationId)
  const documents = useChatDocuments(conversationId)
  useAutosize(inputRef, chat.draft)
  const focusInput = useFocusOnArrival(inputRef, `${conversationId ?? ''}:${visit}`)
  useEscape(chat.stop)
  const messageId = route.page === 'conversation' ? route.messageId : null
  useMessageInView(messageId, conversation, release)
  const { choose } = conversation
  const keepPlace = useAnchor(scrollRef, entries)
  const hold = useCallback(() => {
    release()
    keepPlace()
  }, [release, keepPlace])
  const [actions, { removal, cancelRemoval }] = useMessageActionsOf({
    choose,
    hold,
    setDraft,
    jump,
    focusInput,
  })
  const isEmpty = entries.length === 0 && !isLoading

  useEffect(() => {
    document.title = title ? `${title} · Lamla` : 'Lamla'
  }, [title])

  const send = (text: string) => {
    chat.send(text)
    jump()
  }
  const stop = () => {
    chat.stop?.()
    focusInput()
  }
  const pick = (text: string) => {
    chat.setDraft(text)
    inputRef.current?.focus()
  }
  const removed = (message: Message) => {
    conversation.removed(message)
    cancelRemoval()
    focusInput()
  }

  if (isMissing) {
    return (
      <>
        {renderHeader('')}
        <NotFound what="conversation" />
      </>
    )
  }
  return (
    <>
      {renderHeader(title || (isEmpty ? '' : 'New chat'))}
      <FileDrop
        words="Drop to ask about them"
        onFiles={documents.attach}
        className="flex min-h-0 flex-1 flex-col"
      >
        <div ref={scrollRef} className="min-h-0 flex-1 overflow-y-auto [overflow-anchor:none]">
          <div ref={contentRef} className="flex min-h-full flex-col">
            {error && <NotLoaded error={error} onReload={conversation.reload} />}
            {isEmpty && !error && <EmptyChat onPick={pick} />}
            {!isEmpty && (
              <div className={`${COLUMN} pb-10`}>
                {isLoading && <TranscriptSkeleton />}
                <DiagramsContext value={diagrams}>
                  <ActionsContext value={actions}>
                    <MessageList entries={entries} />
                  </ActionsContext>
                </DiagramsContext>
              </div>
            )}
          </div>
        </div>
        <div className={`${COLUMN} relative pb-[max(0.75rem,env(safe-area-inset-bottom))]`}>
          {!isStuck && <JumpButton onJump={jump} />}
          <Composer
            inputRef={inputRef}
            text={chat.draft}
            onChange={chat.setDraft}
            onSend={send}
            onStop={chat.stop && stop}
            isStopping={running?.isStopping ?? false}
            isBlocked={isBusy || isLoading || error !== null}
            documents={documents}
          />
          <div className="flex flex-wrap items-center justify-center gap-x-3 pt-2 text-fine text-faint">
            {documents.isWorthShowing && (
              <ScopeLine scope={documents.scope} onChoose={documents.choose} />
            )}
            <p>Answers can be wrong. Check what matters.</p>
          </div>
        </div>
      </FileDrop>
      {documents.window}
      {removal && (
        <DeleteMessageDialog
          message={removal}
          followers={below(messages, removal.id).length - 1}
          onClose={cancelRemoval}
          onRemoved={() => {
            removed(removal)
          }}
        />
      )}
    </>
  )
}

const COLUMN = 'mx-auto w-full max-w-[44rem] px-4'

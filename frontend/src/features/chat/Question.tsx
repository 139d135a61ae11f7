/** What the user asked. */

import { memo, useRef, useState } from 'react'
import type { Message } from '../../api'
import { Button, IconButton } from '../../ui/Button'
import { CopyButton } from '../../ui/CopyButton'
import { PencilIcon, TrashIcon } from '../../ui/icons'
import { Notice } from '../../ui/Notice'
import { useMessageActions } from './actions'
import { ErrorActions } from './ErrorActions'
import { QuestionEditor } from './QuestionEditor'
import { QuestionText } from './QuestionText'
import { Speaker } from './Speaker'
import type { QuestionEntry } from './transcript'
import type { Versions } from './tree'
import type { Turn } from './turns'
import { retryTime } from './turns'
import { VersionSwitch } from './VersionSwitch'

interface Props {
  entry: QuestionEntry
  isNewest: boolean
}

export const Question = memo(function Question({ entry, isNewest }: Props) {
  const { text, message, turn, versions } = entry
  const actions = useMessageActions()
  const [editedId, setEditedId] = useState<string | null>(null)
  const editButton = useRef<HTMLButtonElement>(null)
  const isFailed = turn?.phase === 'failed'
  const state = isFailed ? 'unsent' : turn ? 'sending' : 'complete'

  const edit = () => {
    setEditedId(message?.id ?? null)
  }
  const stopEditing = () => {
    setEditedId(null)
    requestAnimationFrame(() => editButton.current?.focus())
  }
  const ask = (question: Message, next: string) => {
    setEditedId(null)
    actions.ask(question, next)
  }

  return (
    <article
      data-role="user"
      data-state={state}
      data-message={message?.id}
      className="group relative rounded-md pt-6 transition-colors duration-500 data-found:bg-hover"
    >
      <Speaker name="You" className="margin:mt-3.5" />
      {message !== null && editedId === message.id ? (
        <QuestionEditor question={message} onAsk={ask} onCancel={stopEditing} />
      ) : (
        <>
          <QuestionText text={text} isFaded={turn !== null} />
          {message && (
            <Footer message={message} versions={versions}>
              <IconButton
                ref={editButton}
                label="Edit this question"
                className="size-6.5 text-faint"
                onClick={edit}
              >
                <PencilIcon className="size-4" />
              </IconButton>
            </Footer>
          )}
          {message && isNewest && <Unanswered question={message} onAsk={ask} />}
        </>
      )}
      {turn && isFailed && <Unsent turn={turn} />}
    </article>
  )
})

interface FooterProps {
  message: Message
  versions: Versions | null
  children: React.ReactNode
}

function Footer({ message, versions, children }: FooterProps) {
  const actions = useMessageActions()
  return (
    <footer
      className={`relative z-1 mt-1 ${versions ? '-mb-1' : '-mb-4'} touch:-mb-1 flex min-h-7 items-center gap-x-1 text-fine text-faint md:px-2`}
    >
      {versions && <VersionSwitch what="question" versions={versions} onChoose={actions.choose} />}
      <span className="flex items-center opacity-0 transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 touch:opacity-100">
        {children}
        <CopyButton text={message.text} label="Copy this question" isIcon />
        <IconButton
          label="Delete this question"
          className="size-6.5 text-faint"
          onClick={() => {
            actions.remove(message)
          }}
        >
          <TrashIcon className="size-4" />
        </IconButton>
      </span>
    </footer>
  )
}

interface UnansweredProps {
  question: Message
  onAsk: (question: Message, text: string) => void
}

/** Its answer was deleted. */
function Unanswered({ question, onAsk }: UnansweredProps) {
  const askAgain = (
    <Button
      look="link"
      className="text-inherit"
      onClick={() => {
        onAsk(question, question.text)
      }}
    >
      Ask again
    </Button>
  )
  return (
    <Notice look="notice" className="mt-3" actions={askAgain}>
      This question has no answer.
    </Notice>
  )
}

function Unsent({ turn }: { turn: Turn }) {
  const actions = useMessageActions()
  const { error, task } = turn
  if (!error) return null
  const retry = () => {
    actions.retry(turn)
  }
  return (
    <Notice
      className="mt-2"
      actions={
        <>
          <ErrorActions error={error} notBefore={retryTime(turn)} onRetry={retry} />
          <Button
            look="link"
            className="text-inherit"
            onClick={() => {
              if (task.kind === 'edit') actions.discard(turn)
              else actions.takeBack(turn)
            }}
          >
            {task.kind === 'edit' ? 'Keep the old question' : 'Edit'}
          </Button>
        </>
      }
    >
      Not sent. {error.message}
    </Notice>
  )
}

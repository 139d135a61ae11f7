/** One conversation of the list: a link, and what can be done with it. */

import type { KeyboardEvent } from 'react'
import { useRef, useState } from 'react'
import type { Conversation } from '../../api'
import { Link, pathOf } from '../../router'
import { ConversationMenu } from './ConversationMenu'
import { RenameForm } from './RenameForm'
import { titleOf } from './useActions'

interface Props {
  conversation: Conversation
  isCurrent: boolean
  /** Whether an answer is being written in it, here or elsewhere. */
  isAnswering: boolean
  onFollow: (() => void) | undefined
  onRemove: (conversation: Conversation) => void
}

export function ConversationItem(props: Props) {
  const { conversation, isCurrent, isAnswering, onFollow, onRemove } = props
  const [isRenamed, setRenamed] = useState(false)
  const link = useRef<HTMLAnchorElement>(null)
  const title = titleOf(conversation)

  if (isRenamed) {
    return (
      <li>
        <RenameForm
          conversation={conversation}
          onDone={() => {
            setRenamed(false)
            requestAnimationFrame(() => link.current?.focus())
          }}
        />
      </li>
    )
  }
  const rename = () => {
    setRenamed(true)
  }
  const remove = () => {
    onRemove(conversation)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const action = { F2: rename, Delete: remove }[event.key]
    if (!action || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    action()
  }

  return (
    <li
      className={`group relative flex items-center rounded-sm hover:bg-hover ${isCurrent ? 'bg-hover' : ''}`}
    >
      <Link
        ref={link}
        to={pathOf(conversation.id)}
        aria-current={isCurrent ? 'page' : undefined}
        aria-keyshortcuts="F2 Delete"
        title={title}
        onClick={onFollow}
        onKeyDown={onKeyDown}
        data-conversation={conversation.id}
        className={`flex min-w-0 flex-1 items-center gap-2 rounded-sm py-1.5 pl-2 touch:py-2 touch:pr-11 ${isCurrent ? 'pr-9 font-medium' : 'pr-2 text-soft group-focus-within:pr-9 group-hover:pr-9'}`}
      >
        <span className="truncate">{title}</span>
        {isAnswering && <span className="sr-only"> (answering)</span>}
        {isAnswering && (
          <span
            aria-hidden="true"
            className="size-1.5 shrink-0 animate-pulse rounded-full bg-accent forced-color-adjust-none"
          />
        )}
        {conversation.isPinned && <span className="sr-only"> (pinned)</span>}
      </Link>
      <ConversationMenu
        conversation={conversation}
        onRename={rename}
        onRemove={remove}
        className={`absolute right-1 grid size-7 place-items-center rounded-sm text-soft hover:bg-line hover:text-ink touch:size-9 ${isCurrent ? '' : 'opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 aria-expanded:opacity-100 touch:opacity-60'}`}
      />
    </li>
  )
}

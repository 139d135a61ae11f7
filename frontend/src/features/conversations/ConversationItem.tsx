/** One conversation of the list: a link, and what can be done with it. */

import { useRef, useState } from 'react'
import type { Conversation } from '../../api'
import { Link, pathOf } from '../../router'
import { IconButton } from '../../ui/Button'
import { PencilIcon, TrashIcon } from '../../ui/icons'
import { DeleteDialog } from './DeleteDialog'
import { RenameForm } from './RenameForm'

interface Props {
  conversation: Conversation
  isCurrent: boolean
  onFollow: (() => void) | undefined
  onRemoved: () => void
}

export function ConversationItem({ conversation, isCurrent, onFollow, onRemoved }: Props) {
  const [mode, setMode] = useState<'shown' | 'renamed' | 'deleted'>('shown')
  const renameButton = useRef<HTMLButtonElement>(null)
  const title = conversation.title || 'Untitled'
  const isActive = conversation.activeGenerationIds.length > 0

  if (mode === 'renamed') {
    return (
      <li>
        <RenameForm
          conversation={conversation}
          onDone={() => {
            setMode('shown')
            requestAnimationFrame(() => renameButton.current?.focus())
          }}
        />
      </li>
    )
  }
  return (
    <li
      className={`group relative flex items-center rounded-sm hover:bg-hover ${isCurrent ? 'bg-hover' : ''}`}
    >
      <Link
        to={pathOf(conversation.id)}
        aria-current={isCurrent ? 'page' : undefined}
        title={title}
        onClick={onFollow}
        className={`min-w-0 flex-1 truncate rounded-sm px-2 py-1.5 ${isCurrent ? 'font-medium' : 'text-soft'}`}
      >
        {title}
        {isActive && <span className="sr-only"> (answering)</span>}
      </Link>
      {isActive && (
        <span aria-hidden="true" className="mr-2 size-1.5 animate-pulse rounded-full bg-accent" />
      )}
      <span
        className={`flex pr-1 group-focus-within:flex group-hover:flex ${isCurrent ? '' : 'hidden touch:flex touch:opacity-60'}`}
      >
        <IconButton
          ref={renameButton}
          label={`Rename ${title}`}
          className="size-7 touch:size-9"
          onClick={() => {
            setMode('renamed')
          }}
        >
          <PencilIcon className="size-4" />
        </IconButton>
        <IconButton
          label={`Delete ${title}`}
          className="size-7 touch:size-9"
          onClick={() => {
            setMode('deleted')
          }}
        >
          <TrashIcon className="size-4" />
        </IconButton>
      </span>
      {mode === 'deleted' && (
        <DeleteDialog
          conversation={conversation}
          title={title}
          onClose={() => {
            setMode('shown')
          }}
          onRemoved={onRemoved}
        />
      )}
    </li>
  )
}

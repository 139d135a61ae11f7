/** The user's conversations: pinned ones, then the newest first. */

import { useRef } from 'react'
import type { Conversation } from '../../api'
import { Button } from '../../ui/Button'
import { ConversationItem } from './ConversationItem'
import { groupsOf } from './groups'
import { useArrowKeys } from './useArrowKeys'
import { useActions } from './useActions'
import type { ListName } from './useConversations'
import { useAnswering, useConversations } from './useConversations'

interface Props {
  name: ListName
  currentId: string | null
  /** Called when one was chosen. */
  onFollow: (() => void) | undefined
  /** Called when the one that is shown was deleted. */
  onLeft: () => void
}

const EMPTY: Record<ListName, string> = {
  current: 'Your conversations will be listed here.',
  archived: 'Nothing is in the archive.',
}

export function ConversationList({ name, currentId, onFollow, onLeft }: Props) {
  const list = useConversations(name)
  const answering = useAnswering()
  const actions = useActions()
  const nav = useRef<HTMLElement>(null)
  const arrows = useArrowKeys(nav)
  const groups = groupsOf(list.conversations, new Date())

  const remove = async (conversation: Conversation) => {
    arrows.moveOn(conversation.id)
    const isDeleted = await actions.remove(conversation)
    if (isDeleted && conversation.id === currentId) onLeft()
  }

  return (
    <nav
      ref={nav}
      aria-label={name === 'current' ? 'Conversations' : 'Archive'}
      onKeyDown={arrows.onKeyDown}
      className="min-h-0 flex-1 overflow-y-auto px-2 pb-4"
    >
      {groups.map(({ name: group, conversations }) => (
        <section key={group} aria-label={group}>
          <h2 className="px-2 pt-3 pb-1 text-fine font-semibold text-faint">{group}</h2>
          <ul>
            {conversations.map((conversation) => (
              <ConversationItem
                key={conversation.id}
                conversation={conversation}
                isCurrent={conversation.id === currentId}
                isAnswering={
                  answering.has(conversation.id) || conversation.activeGenerationIds.length > 0
                }
                onFollow={onFollow}
                onRemove={(one) => void remove(one)}
              />
            ))}
          </ul>
        </section>
      ))}
      {list.isSuccess && groups.length === 0 && !list.hasNextPage && (
        <p className="px-2 pt-4 text-faint">{EMPTY[name]}</p>
      )}
      {list.isError && list.conversations.length === 0 && (
        <div className="grid justify-items-start gap-2 px-2 pt-4 text-soft">
          <p>{list.error.message}</p>
          <Button look="link" onClick={() => void list.refetch()}>
            Try again
          </Button>
        </div>
      )}
      {list.hasNextPage && (
        <Button
          look="quiet"
          className="mt-2 w-full py-1.5"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage ? 'Loading…' : 'Load more'}
        </Button>
      )}
    </nav>
  )
}

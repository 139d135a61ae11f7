/** The user's conversations, newest first. */

import { Button } from '../../ui/Button'
import { ConversationItem } from './ConversationItem'
import { groupByAge } from './groups'
import { useConversations } from './useConversations'

interface Props {
  currentId: string | null
  /** Called when one was chosen. */
  onFollow: (() => void) | undefined
  /** Called when one was deleted. */
  onRemoved: () => void
}

export function ConversationList({ currentId, onFollow, onRemoved }: Props) {
  const list = useConversations()
  const groups = groupByAge(list.conversations, new Date())

  return (
    <nav aria-label="Conversations" className="min-h-0 flex-1 overflow-y-auto px-2 pb-4">
      {groups.map(({ name, conversations }) => (
        <section key={name} aria-label={name}>
          <h2 className="px-2 pt-3 pb-1 text-fine font-semibold text-faint">{name}</h2>
          <ul>
            {conversations.map((conversation) => (
              <ConversationItem
                key={conversation.id}
                conversation={conversation}
                isCurrent={conversation.id === currentId}
                onFollow={onFollow}
                onRemoved={onRemoved}
              />
            ))}
          </ul>
        </section>
      ))}
      {list.isSuccess && groups.length === 0 && (
        <p className="px-2 pt-4 text-faint">Your conversations will be listed here.</p>
      )}
      {list.isError && (
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

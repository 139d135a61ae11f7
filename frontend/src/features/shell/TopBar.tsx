/** The title of what is shown and what can be done with it, and, where there is no sidebar, what opens it. */

import { useState } from 'react'
import { IconButton } from '../../ui/Button'
import { MenuIcon, PlusIcon } from '../../ui/icons'
import { ConversationMenu } from '../conversations/ConversationMenu'
import { RenameForm } from '../conversations/RenameForm'
import { useActions } from '../conversations/useActions'
import { useCurrent } from '../conversations/useCurrent'

interface Props {
  title: string
  /** Null where the sidebar is always there. */
  onOpenMenu: (() => void) | null
  onNewChat: () => void
}

export function TopBar({ title, onOpenMenu, onNewChat }: Props) {
  const actions = useActions()
  const current = useCurrent()
  const [renamedId, setRenamedId] = useState<string | null>(null)
  if (!onOpenMenu && !title) return null

  const renamed = current?.id === renamedId ? current : undefined
  return (
    <header className="flex h-13 shrink-0 items-center gap-1 border-b border-line px-2 md:px-6">
      {onOpenMenu && (
        <IconButton label="Open menu" className="size-10" onClick={onOpenMenu}>
          <MenuIcon />
        </IconButton>
      )}
      {renamed && (
        <div className="min-w-0 flex-1">
          <RenameForm
            conversation={renamed}
            onDone={() => {
              setRenamedId(null)
            }}
          />
        </div>
      )}
      {!renamed && title && (
        <h1 className="min-w-0 flex-1 truncate text-ui font-semibold">{title}</h1>
      )}
      {!title && <span className="flex-1 text-ui font-semibold">Lamla</span>}
      {current && title && !renamed && (
        <ConversationMenu
          conversation={current}
          onRename={() => {
            setRenamedId(current.id)
          }}
          onRemove={() => void actions.remove(current)}
          className="grid size-9 shrink-0 place-items-center rounded-sm text-soft transition-colors hover:bg-hover hover:text-ink touch:size-10"
        />
      )}
      {onOpenMenu && (
        <IconButton label="New chat" className="size-10" onClick={onNewChat}>
          <PlusIcon />
        </IconButton>
      )}
    </header>
  )
}

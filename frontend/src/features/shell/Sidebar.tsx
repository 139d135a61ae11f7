/** The way to everything else: a new chat, older ones, the account. */

import { IconButton } from '../../ui/Button'
import { CloseIcon, PlusIcon } from '../../ui/icons'
import logo from '../../ui/logo.svg'
import { AccountBadge } from '../account/AccountBadge'
import { ConversationList } from '../conversations/ConversationList'

interface Props {
  currentId: string | null
  onNewChat: () => void
  /** Called when a conversation was deleted. */
  onRemoved: () => void
  /** Set where the sidebar covers the page: called when that is to end. */
  onClose?: () => void
}

export function Sidebar({ currentId, onNewChat, onRemoved, onClose }: Props) {
  return (
    <div className="flex h-full flex-col bg-side">
      <header className="flex h-13 shrink-0 items-center gap-2 px-4">
        <img src={logo} alt="" className="size-6" />
        <span className="text-read font-semibold">Lamla</span>
        {onClose && (
          <IconButton label="Close menu" className="-mr-1.5 ml-auto size-8" onClick={onClose}>
            <CloseIcon />
          </IconButton>
        )}
      </header>
      <div className="px-2 pt-1 pb-2">
        <button
          type="button"
          onClick={onNewChat}
          className="flex w-full items-center gap-2 rounded-sm border border-edge px-2 py-1.5 font-medium transition-colors hover:bg-hover"
        >
          <PlusIcon />
          New chat
        </button>
      </div>
      <ConversationList currentId={currentId} onFollow={onClose} onRemoved={onRemoved} />
      <footer className="border-t border-line px-4 py-3">
        <AccountBadge />
      </footer>
    </div>
  )
}

/** The way to everything else: a new chat, older ones, the account. */

import { useState } from 'react'
import { LIBRARY, Link } from '../../router'
import { useServices } from '../../services'
import { IconButton } from '../../ui/Button'
import { ArchiveIcon, BackIcon, CloseIcon, LibraryIcon, PlusIcon, SearchIcon } from '../../ui/icons'
import logo from '../../ui/logo.svg'
import { AccountMenu } from '../account/AccountMenu'
import { ConversationList } from '../conversations/ConversationList'
import type { ListName } from '../conversations/useConversations'
import { UploadStatus } from '../uploads/UploadStatus'
import { keyName } from './key-name'

interface Props {
  currentId: string | null
  /** Whether the library is shown. */
  isLibrary: boolean
  onNewChat: () => void
  /** Called when the conversation that is shown was deleted. */
  onLeft: () => void
  /** Set where the sidebar covers the page: called when that is to end. */
  onClose?: () => void
}

export function Sidebar({ currentId, isLibrary, onNewChat, onLeft, onClose }: Props) {
  const { windows } = useServices()
  const [list, setList] = useState<ListName>('current')

  return (
    <div className="flex h-full flex-col bg-side">
      <header className="flex h-13 shrink-0 items-center gap-2 px-4">
        <img src={logo} alt="" className="size-6" />
        <span className="text-read font-semibold">Lamla</span>
        {onClose && (
          <IconButton label="Close menu" className="-mr-1.5 ml-auto size-9" onClick={onClose}>
            <CloseIcon />
          </IconButton>
        )}
      </header>
      <div className="grid gap-1 px-2 pt-1 pb-2">
        <button
          type="button"
          onClick={onNewChat}
          className="flex items-center gap-2 rounded-sm border border-edge px-2 py-1.5 font-medium transition-colors hover:bg-hover touch:py-2"
        >
          <PlusIcon />
          New chat
        </button>
        <button
          type="button"
          onClick={() => {
            windows.open('palette')
          }}
          className="flex items-center gap-2 rounded-sm px-2 py-1.5 text-soft transition-colors hover:bg-hover hover:text-ink touch:py-2"
        >
          <SearchIcon />
          Search
          <kbd className="ml-auto font-sans text-fine text-faint touch:hidden">
            {keyName('Mod K')}
          </kbd>
        </button>
        <Link
          to={LIBRARY}
          aria-current={isLibrary ? 'page' : undefined}
          onClick={onClose}
          className={`flex items-center gap-2 rounded-sm px-2 py-1.5 transition-colors hover:bg-hover hover:text-ink touch:py-2 ${isLibrary ? 'bg-hover font-medium' : 'text-soft'}`}
        >
          <LibraryIcon />
          Library
        </Link>
      </div>
      {list === 'archived' && (
        <div className="flex items-center gap-1 border-t border-line px-2 pt-2">
          <IconButton
            label="Back to the conversations"
            className="size-8"
            onClick={() => {
              setList('current')
            }}
          >
            <BackIcon className="size-4" />
          </IconButton>
          <h2 className="font-semibold">Archive</h2>
        </div>
      )}
      <ConversationList
        key={list}
        name={list}
        currentId={currentId}
        onFollow={onClose}
        onLeft={onLeft}
      />
      <UploadStatus onFollow={onClose} />
      <footer className="border-t border-line p-2">
        {list === 'current' && (
          <button
            type="button"
            onClick={() => {
              setList('archived')
            }}
            className="flex w-full items-center gap-2.5 rounded-sm px-2 py-1.5 text-soft transition-colors hover:bg-hover hover:text-ink touch:py-2"
          >
            <ArchiveIcon />
            Archive
          </button>
        )}
        <AccountMenu />
      </footer>
    </div>
  )
}

/** The user's collections: which one is shown, and what can be done with it. */

import { useState } from 'react'
import type { Collection } from '../../api'
import { FolderIcon, MoreIcon, PlusIcon } from '../../ui/icons'
import { Menu } from '../../ui/Menu'
import { CollectionWindow } from './CollectionWindow'
import { DeleteCollectionDialog } from './DeleteCollectionDialog'
import type { DocumentActions } from './useDocumentActions'

interface Props {
  collections: readonly Collection[]
  /** Null: all documents. */
  shownId: string | null
  onShow: (id: string | null) => void
  actions: DocumentActions
}

export function CollectionsBar({ collections, shownId, onShow, actions }: Props) {
  const [open, setOpen] = useState<'new' | 'rename' | 'remove' | null>(null)
  const shown = collections.find(({ id }) => id === shownId)
  const close = () => {
    setOpen(null)
  }
  return (
    <nav aria-label="Collections" className="flex flex-wrap items-center gap-1.5">
      <Tab
        isShown={shownId === null}
        onShow={() => {
          onShow(null)
        }}
      >
        All documents
      </Tab>
      {collections.map(({ id, name, documentCount }) => (
        <Tab
          key={id}
          isShown={id === shownId}
          onShow={() => {
            onShow(id)
          }}
        >
          <FolderIcon className="size-4 shrink-0" />
          <span dir="auto" className="max-w-48 truncate">
            {name}
          </span>
          <span className="text-fine text-faint tabular-nums">
            <span className="sr-only">, documents: </span>
            {documentCount.toLocaleString('en')}
          </span>
        </Tab>
      ))}
      {shown && (
        <Menu
          label={`Actions for ${shown.name}`}
          className="grid size-8 place-items-center rounded-sm text-soft hover:bg-hover hover:text-ink touch:size-9"
          groups={[
            [
              {
                label: 'Ask about it',
                run: () => {
                  actions.askAbout({ collectionIds: [shown.id] })
                },
              },
              {
                label: 'Rename',
                run: () => {
                  setOpen('rename')
                },
              },
            ],
            [
              {
                label: 'Delete',
                look: 'danger',
                run: () => {
                  setOpen('remove')
                },
              },
            ],
          ]}
        >
          <MoreIcon className="size-4" />
        </Menu>
      )}
      <button
        type="button"
        onClick={() => {
          setOpen('new')
        }}
        className="flex items-center gap-1 rounded-sm px-2 py-1 text-soft hover:bg-hover hover:text-ink touch:py-2"
      >
        <PlusIcon className="size-4" />
        New collection
      </button>
      {open === 'new' && <CollectionWindow collection={null} onClose={close} onDone={onShow} />}
      {open === 'rename' && shown && <CollectionWindow collection={shown} onClose={close} />}
      {open === 'remove' && shown && (
        <DeleteCollectionDialog
          collection={shown}
          onClose={close}
          onRemoved={() => {
            close()
            onShow(null)
          }}
        />
      )}
    </nav>
  )
}

interface TabProps {
  isShown: boolean
  onShow: () => void
  children: React.ReactNode
}

function Tab({ isShown, onShow, children }: TabProps) {
  return (
    <button
      type="button"
      aria-current={isShown ? 'page' : undefined}
      onClick={onShow}
      className={`flex items-center gap-1.5 rounded-sm border px-2 py-1 touch:py-2 ${isShown ? 'border-edge bg-hover font-medium' : 'border-line text-soft hover:bg-hover hover:text-ink'}`}
    >
      {children}
    </button>
  )
}

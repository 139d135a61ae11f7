/** Chooses the documents and collections that the answers of a chat rest on. */

import { useState } from 'react'
import type { Scope } from '../../api'
import { Button } from '../../ui/Button'
import { Choice } from '../../ui/Choice'
import { FolderIcon, SearchIcon, SpinnerIcon } from '../../ui/icons'
import { useSettled } from '../../ui/useSettled'
import { Window } from '../../ui/Window'
import { useCollections, useDocuments } from '../library/useDocuments'
import { kindOf, STATE_WORDS } from '../library/words'

/** A pause in typing. */
const PAUSE_MS = 200
/** The contract's limits. */
const MOST_DOCUMENTS = 1_000
const MOST_COLLECTIONS = 100
const NO_STATES: [] = []

interface Props {
  scope: Scope
  onScope: (scope: Scope) => void
  onClose: () => void
}

export default function ScopeWindow({ scope, onScope, onClose }: Props) {
  const [kind, setKind] = useState(scope.kind)
  const [documentIds, setDocumentIds] = useState(() => new Set(scope.documentIds))
  const [collectionIds, setCollectionIds] = useState(() => new Set(scope.collectionIds))
  const count = documentIds.size + collectionIds.size
  const isTooMuch = documentIds.size > MOST_DOCUMENTS || collectionIds.size > MOST_COLLECTIONS
  const canUse = kind !== 'selected' || (count > 0 && !isTooMuch)

  const use = () => {
    const isSelected = kind === 'selected'
    onScope({
      kind,
      documentIds: isSelected ? [...documentIds] : [],
      collectionIds: isSelected ? [...collectionIds] : [],
    })
    onClose()
  }
  const toggle = (ids: Set<string>, id: string, set: (ids: Set<string>) => void) => {
    const next = new Set(ids)
    if (!next.delete(id)) next.add(id)
    set(next)
    setKind(kind === 'selected' || next.size > 0 ? 'selected' : kind)
  }

  return (
    <Window
      title="What answers rest on"
      onClose={onClose}
      footer={
        <>
          {isTooMuch && (
            <p className="me-auto self-center text-fine text-danger">
              At most {MOST_DOCUMENTS.toLocaleString('en')} documents and {MOST_COLLECTIONS}{' '}
              collections.
            </p>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" disabled={!canUse} onClick={use}>
            Use {kind === 'selected' && count > 0 ? count : ''}
          </Button>
        </>
      }
    >
      <Choice
        label="In this chat"
        value={kind}
        onChange={setKind}
        options={[
          ['all', 'All documents'],
          ['selected', 'Those chosen'],
          ['nothing', 'None'],
        ]}
      />
      {kind === 'nothing' && (
        <p className="mt-3 text-soft">Answers come from the model alone, without sources.</p>
      )}
      {kind !== 'nothing' && (
        <Lists
          documentIds={documentIds}
          collectionIds={collectionIds}
          onDocument={(id) => {
            toggle(documentIds, id, setDocumentIds)
          }}
          onCollection={(id) => {
            toggle(collectionIds, id, setCollectionIds)
          }}
        />
      )}
    </Window>
  )
}

interface ListsProps {
  documentIds: ReadonlySet<string>
  collectionIds: ReadonlySet<string>
  onDocument: (id: string) => void
  onCollection: (id: string) => void
}

function Lists({ documentIds, collectionIds, onDocument, onCollection }: ListsProps) {
  const [text, setText] = useState('')
  const titleContains = useSettled(text.trim(), PAUSE_MS).slice(0, 200)
  const list = useDocuments({ collectionId: null, states: NO_STATES, titleContains }, 'newest')
  const { collections } = useCollections()
  const words = titleContains.toLowerCase()
  const named = collections.filter(({ name }) => name.toLowerCase().includes(words))
  return (
    <>
      <search className="mt-4 flex items-center rounded-sm border border-edge bg-paper focus-within:border-accent">
        <SearchIcon className="ms-2.5 size-4 shrink-0 text-faint" />
        <input
          type="search"
          aria-label="Find documents and collections by name"
          placeholder="Find by name"
          value={text}
          onChange={({ target }) => {
            setText(target.value)
          }}
          className="min-w-0 flex-1 bg-transparent px-2 py-1.5 outline-none placeholder:text-faint touch:text-read"
        />
      </search>
      <ul className="mt-2 min-h-40">
        {named.map(({ id, name, documentCount }) => (
          <Row
            key={id}
            isChosen={collectionIds.has(id)}
            onToggle={() => {
              onCollection(id)
            }}
            icon={<FolderIcon className="size-4 shrink-0 text-faint" />}
            name={name}
            detail={documentCount === 1 ? '1 document' : `${documentCount} documents`}
          />
        ))}
        {list.documents.map((document) => (
          <Row
            key={document.id}
            isChosen={documentIds.has(document.id)}
            onToggle={() => {
              onDocument(document.id)
            }}
            name={document.title}
            detail={document.state === 'ready' ? kindOf(document) : STATE_WORDS[document.state]}
          />
        ))}
      </ul>
      {list.isPending && <SpinnerIcon className="mx-auto my-4 size-5 animate-spin text-faint" />}
      {list.isError && <p className="text-danger">{list.error.message}</p>}
      {list.isSuccess && list.documents.length + named.length === 0 && (
        <p className="text-faint">
          {words ? 'Nothing is called like that.' : 'There are no documents yet.'}
        </p>
      )}
      {list.hasNextPage && (
        <Button
          look="quiet"
          className="w-full py-1.5"
          disabled={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {list.isFetchingNextPage ? 'Loading…' : 'Load more'}
        </Button>
      )}
    </>
  )
}

interface RowProps {
  isChosen: boolean
  onToggle: () => void
  icon?: React.ReactNode
  name: string
  detail: string
}

function Row({ isChosen, onToggle, icon, name, detail }: RowProps) {
  return (
    <li className="border-b border-line last:border-b-0">
      <label className="flex cursor-pointer items-center gap-2.5 py-1.5 touch:py-2.5">
        <input
          type="checkbox"
          checked={isChosen}
          onChange={onToggle}
          className="size-4 shrink-0 accent-accent"
        />
        {icon}
        <span dir="auto" className="min-w-0 flex-1 truncate text-left">
          {name}
        </span>
        <span className="shrink-0 text-fine text-faint">{detail}</span>
      </label>
    </li>
  )
}

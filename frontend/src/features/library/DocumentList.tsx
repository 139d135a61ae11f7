/** The documents, or why there are none. */

import { useEffect, useRef } from 'react'
import type { Collection, Document } from '../../api'
import { Button } from '../../ui/Button'
import { LibraryIcon } from '../../ui/icons'
import type { FilePicker } from '../uploads/useFilePicker'
import { DocumentRow } from './DocumentRow'
import { isBeingRead } from './ingestion'
import type { DocumentActions } from './useDocumentActions'
import type { useDocuments } from './useDocuments'
import type { Selection } from './useSelection'

interface Props {
  list: ReturnType<typeof useDocuments>
  collections: readonly Collection[]
  isFiltered: boolean
  onShowAll: () => void
  isInCollection: boolean
  /** The document that stands beside the list. */
  shownId: string | null
  selection: Selection
  actions: DocumentActions
  picker: FilePicker
  onImportUrl: () => void
  onCollect: (documents: Document[]) => void
  onRemove: (documents: Document[]) => void
}

export function DocumentList(props: Props) {
  const { list, collections, shownId, selection, actions, onCollect, onRemove } = props
  const { documents, totalCount, isPending, isError, error, refetch } = list
  const isEmpty = list.isSuccess && documents.length === 0
  if (isPending) return <ListSkeleton />
  if (isError && documents.length === 0) {
    return (
      <div role="alert" className="grid justify-items-start gap-2 py-6">
        <p className="text-soft">{error.message}</p>
        <Button onClick={() => void refetch()}>Try again</Button>
      </div>
    )
  }
  if (isEmpty) return <NothingHere {...props} />
  const isAll = selection.documents.length === documents.length
  const beingRead = documents.filter(isBeingRead).length
  return (
    <section aria-label="Documents">
      <header className="flex items-center gap-2 border-b border-edge pb-1 text-fine text-faint">
        <label className="grid size-9 cursor-pointer place-items-center">
          <input
            type="checkbox"
            aria-label="Select all that are listed"
            checked={isAll}
            ref={(box) => {
              if (box) box.indeterminate = selection.documents.length > 0 && !isAll
            }}
            onChange={({ target }) => {
              selection.selectAll(target.checked)
            }}
            className="size-4 accent-accent"
          />
        </label>
        <p role="status" className="tabular-nums">
          {totalCount === 1 ? '1 document' : `${totalCount.toLocaleString('en')} documents`}
        </p>
        {beingRead > 0 && <p className="tabular-nums">· {beingRead} being read</p>}
      </header>
      <ul aria-busy={list.isPlaceholderData} className={list.isPlaceholderData ? 'opacity-60' : ''}>
        {documents.map((document) => (
          <DocumentRow
            key={document.id}
            document={document}
            collections={collections}
            isSelected={selection.ids.has(document.id)}
            isShown={document.id === shownId}
            actions={actions}
            onSelect={selection.select}
            onCollect={onCollect}
            onRemove={onRemove}
          />
        ))}
      </ul>
      <More list={list} />
    </section>
  )
}

/** Loads what follows when one comes near the end. */
function More({ list: { hasNextPage, isFetchingNextPage, fetchNextPage } }: Pick<Props, 'list'>) {
  const ref = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (!hasNextPage || isFetchingNextPage || !ref.current) return
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) void fetchNextPage()
      },
      { rootMargin: '600px' },
    )
    observer.observe(ref.current)
    return () => {
      observer.disconnect()
    }
  }, [hasNextPage, isFetchingNextPage, fetchNextPage])
  if (!hasNextPage) return null
  return (
    <div ref={ref}>
      <Button
        look="quiet"
        className="mt-2 w-full py-2"
        disabled={isFetchingNextPage}
        onClick={() => void fetchNextPage()}
      >
        {isFetchingNextPage ? 'Loading…' : 'Load more'}
      </Button>
    </div>
  )
}

function NothingHere({ isFiltered, isInCollection, onShowAll, picker, onImportUrl }: Props) {
  if (isFiltered) {
    return (
      <p className="py-6 text-soft">
        No document is like that.{' '}
        <Button look="link" onClick={onShowAll}>
          Show all
        </Button>
      </p>
    )
  }
  return (
    <div className="grid justify-items-center gap-3 rounded-lg border border-dashed border-edge px-4 py-12 text-center">
      <LibraryIcon className="size-8 text-faint" />
      <h2 className="text-read font-semibold">
        {isInCollection ? 'This collection is empty' : 'Bring your documents in'}
      </h2>
      <p className="max-w-md text-soft">
        {isInCollection
          ? 'What you bring in here is put into it. For what you have already, select it among all documents, then choose “Collections…”.'
          : 'PDF, Word, slides, tables, web pages, books, e-mail, pictures of text and plain text. They are read on this server. Then ask, and each answer names the page that it rests on.'}
      </p>
      <div className="flex flex-wrap justify-center gap-2">
        <Button look="primary" onClick={picker.pickFiles}>
          Choose files
        </Button>
        <Button onClick={picker.pickFolder}>Choose a folder</Button>
        <Button onClick={onImportUrl}>From a web address</Button>
      </div>
      <p className="text-fine text-faint touch:hidden">or drop them anywhere on this page</p>
    </div>
  )
}

function ListSkeleton() {
  return (
    <div aria-hidden="true" className="grid animate-late gap-2 pt-2">
      {[0, 1, 2, 3].map((row) => (
        <div key={row} className="h-12 rounded-sm bg-hover" />
      ))}
    </div>
  )
}

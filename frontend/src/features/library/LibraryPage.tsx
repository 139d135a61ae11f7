/** The user's documents: bringing them in, finding them, putting them in order. */

import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import type { Document, DocumentState } from '../../api'
import { useSource } from '../../router'
import { useServices } from '../../services'
import { useSettled } from '../../ui/useSettled'
import { useFilePicker } from '../uploads/useFilePicker'
import { CollectionsBar } from './CollectionsBar'
import { CollectWindow } from './CollectWindow'
import { DeleteDocumentsDialog } from './DeleteDocumentsDialog'
import { DocumentList } from './DocumentList'
import { FileDrop } from '../uploads/FileDrop'
import { ImportUrlWindow } from './ImportUrlWindow'
import type { Order } from './orders'
import { PassageResults } from './PassageResults'
import { SelectionBar } from './SelectionBar'
import type { SearchMode } from './Toolbar'
import { Toolbar } from './Toolbar'
import { UploadRows } from './UploadRows'
import { useCollections, useDocuments, useIngestion } from './useDocuments'
import { useDocumentActions } from './useDocumentActions'
import { useSelection } from './useSelection'

/** A pause in typing. */
const PAUSE_MS = 250
/** The contract's limit of names. */
const LONGEST_NAME = 200

interface Props {
  renderHeader: (title: string) => React.ReactNode
}

export default function LibraryPage({ renderHeader }: Props) {
  const { uploads } = useServices()
  const source = useSource()
  const actions = useDocumentActions()
  const { collections, isSuccess: areCollectionsKnown } = useCollections()
  const [chosenId, setCollectionId] = useState<string | null>(null)
  const [states, setStates] = useState<DocumentState[]>([])
  const [order, setOrder] = useState<Order>('newest')
  const [mode, setMode] = useState<SearchMode>('names')
  const [text, setText] = useState('')
  const [collected, setCollected] = useState<Document[] | null>(null)
  const [removed, setRemoved] = useState<Document[] | null>(null)
  const [isImporting, setImporting] = useState(false)
  const settled = useSettled(text.trim(), PAUSE_MS)
  useIngestion()

  // One that was deleted elsewhere is not shown any more.
  const isGone = areCollectionsKnown && !collections.some(({ id }) => id === chosenId)
  const collectionId = isGone ? null : chosenId
  const isSearching = mode === 'text'
  const titleContains = isSearching ? '' : settled.slice(0, LONGEST_NAME)
  const filter = useMemo(
    () => ({ collectionId, states, titleContains }),
    [collectionId, states, titleContains],
  )
  const list = useDocuments(filter, order)
  const selection = useSelection(list.documents)
  const scope = useMemo(
    () =>
      collectionId === null
        ? null
        : { kind: 'selected' as const, documentIds: [], collectionIds: [collectionId] },
    [collectionId],
  )

  useEffect(() => {
    document.title = 'Library · Lamla'
  }, [])

  const take = useCallback(
    (files: File[]) => {
      uploads.add(files, { collectionIds: collectionId === null ? [] : [collectionId] })
    },
    [uploads, collectionId],
  )
  const picker = useFilePicker(take)
  const importUrl = () => {
    setImporting(true)
  }
  const isFiltered = filter.states.length > 0 || filter.titleContains !== ''
  const isUploading = useSyncExternalStore(uploads.subscribe, () => uploads.isBusy)
  const isEmpty = list.isSuccess && list.documents.length === 0
  // Where there is nothing yet, nothing can be looked for or put in order.
  const isBare =
    isEmpty && !isFiltered && !isSearching && collections.length === 0 && !isUploading && !text

  return (
    <>
      {renderHeader('Library')}
      <FileDrop words="Drop to bring them in" onFiles={take} className="flex min-h-0 flex-1">
        {picker.inputs}
        <div className="min-h-0 flex-1 overflow-y-auto">
          <div className="mx-auto grid w-full max-w-[60rem] grid-cols-[minmax(0,1fr)] px-4 pt-4 pb-10 md:px-6">
            {!isBare && (
              <CollectionsBar
                collections={collections}
                shownId={collectionId}
                onShow={(id) => {
                  setCollectionId(id)
                  selection.clear()
                }}
                actions={actions}
              />
            )}
            {!isBare && (
              <Toolbar
                mode={mode}
                onMode={setMode}
                text={text}
                onText={setText}
                states={states}
                onStates={setStates}
                order={order}
                onOrder={setOrder}
                picker={picker}
                onImportUrl={importUrl}
              />
            )}
            <UploadRows />
            {isSearching && <PassageResults query={settled} scope={scope} />}
            {!isSearching && !(isEmpty && !isFiltered && isUploading) && (
              <DocumentList
                list={list}
                collections={collections}
                isFiltered={isFiltered}
                onShowAll={() => {
                  setStates([])
                  setText('')
                }}
                isInCollection={collectionId !== null}
                shownId={source?.documentId ?? null}
                selection={selection}
                actions={actions}
                picker={picker}
                onImportUrl={importUrl}
                onCollect={setCollected}
                onRemove={setRemoved}
              />
            )}
            {!isSearching && selection.documents.length > 0 && (
              <SelectionBar
                documents={selection.documents}
                actions={actions}
                onCollect={setCollected}
                onRemove={setRemoved}
                onClear={selection.clear}
              />
            )}
          </div>
        </div>
      </FileDrop>
      {collected && (
        <CollectWindow
          documents={collected}
          collections={collections}
          actions={actions}
          onClose={() => {
            setCollected(null)
          }}
        />
      )}
      {removed && (
        <DeleteDocumentsDialog
          documents={removed}
          onRemove={actions.remove}
          onClose={() => {
            setRemoved(null)
          }}
        />
      )}
      {isImporting && (
        <ImportUrlWindow
          collectionIds={collectionId === null ? [] : [collectionId]}
          onClose={() => {
            setImporting(false)
          }}
        />
      )}
    </>
  )
}

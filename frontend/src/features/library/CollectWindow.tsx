/** Chooses the collections that documents are in. */

import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Collection, Document } from '../../api'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { Window } from '../../ui/Window'
import { CollectionWindow } from './CollectionWindow'
import type { DocumentActions } from './useDocumentActions'

interface Props {
  documents: readonly Document[]
  collections: readonly Collection[]
  actions: DocumentActions
  onClose: () => void
}

export function CollectWindow({ documents, collections, actions, onClose }: Props) {
  /** What was changed here: true puts in, false takes out. */
  const [changes, setChanges] = useState<ReadonlyMap<string, boolean>>(new Map())
  const [isCreating, setCreating] = useState(false)
  const ids = documents.map(({ id }) => id)
  const save = useMutation({
    mutationFn: async () => {
      for (const [id, isIn] of changes) {
        await actions.collect(id, isIn ? { added: ids } : { removed: ids })
      }
    },
    onSuccess: onClose,
  })
  const change = (id: string, isIn: boolean) => {
    setChanges(new Map(changes).set(id, isIn))
  }
  const [first] = documents
  return (
    <Window
      title={documents.length === 1 ? 'Collections' : `Collections of ${documents.length}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="primary"
            disabled={save.isPending || changes.size === 0}
            onClick={() => {
              save.mutate()
            }}
          >
            Save
          </Button>
        </>
      }
    >
      <p className="mb-3 break-words text-soft">
        {documents.length === 1
          ? `“${first?.title ?? ''}” is in:`
          : `The ${documents.length} selected documents are in:`}
      </p>
      {collections.length === 0 && <p className="text-faint">There are no collections yet.</p>}
      <ul>
        {collections.map(({ id, name }) => {
          const count = documents.filter((one) => one.collectionIds.includes(id)).length
          const isIn = changes.get(id) ?? count === documents.length
          const isPartly = !changes.has(id) && count > 0 && count < documents.length
          return (
            <li key={id} className="border-t border-line first:border-t-0">
              <label className="flex cursor-pointer items-center gap-2.5 py-2">
                <input
                  type="checkbox"
                  checked={isIn}
                  ref={(box) => {
                    if (box) box.indeterminate = isPartly
                  }}
                  onChange={({ target }) => {
                    change(id, target.checked)
                  }}
                  className="size-4 accent-accent"
                />
                <span className="min-w-0 break-words">{name}</span>
                {isPartly && <span className="text-fine text-faint">some of them</span>}
              </label>
            </li>
          )
        })}
      </ul>
      <Button
        look="link"
        className="mt-2"
        onClick={() => {
          setCreating(true)
        }}
      >
        New collection
      </Button>
      {save.isError && (
        <div role="alert">
          <Notice className="mt-3">Not saved. {save.error.message}</Notice>
        </div>
      )}
      {isCreating && (
        <CollectionWindow
          collection={null}
          onClose={() => {
            setCreating(false)
          }}
          onDone={(id) => {
            change(id, true)
          }}
        />
      )}
    </Window>
  )
}

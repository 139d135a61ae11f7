/** The documents and collections that answers rest on, and files on their way to be among them. */

import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Scope } from '../../api'
import { ApiError } from '../../api'
import { keys } from '../../queries'
import { navigate, pathWith } from '../../router'
import { useServices } from '../../services'
import { CloseIcon, FileIcon, FolderIcon, SpinnerIcon, WarnIcon } from '../../ui/icons'
import { knownDocument } from '../library/document-cache'
import type { FileUpload } from '../uploads/uploads'
import { useFollowed } from './useFollowed'

/** The rest is counted. */
const MOST_SHOWN = 8

interface Props {
  scope: Scope
  uploads: readonly FileUpload[]
  onChange: (scope: Scope) => void
  onShowAll: () => void
}

export default function ScopeChips({ scope, uploads, onChange, onShowAll }: Props) {
  const { documentIds, collectionIds } = scope
  const places = collectionIds.length + documentIds.length
  if (places + uploads.length === 0) return null
  const without = (id: string) => {
    const rest = {
      documentIds: documentIds.filter((one) => one !== id),
      collectionIds: collectionIds.filter((one) => one !== id),
    }
    const isEmpty = rest.documentIds.length + rest.collectionIds.length === 0
    onChange({ kind: isEmpty ? 'all' : 'selected', ...rest })
  }
  const shownCollections = collectionIds.slice(0, MOST_SHOWN)
  const shownDocuments = documentIds.slice(0, MOST_SHOWN - shownCollections.length)
  const hidden = places - shownCollections.length - shownDocuments.length
  return (
    <ul aria-label="Documents of this chat" className="flex flex-wrap gap-1.5 px-1 pt-1 pb-1.5">
      {shownCollections.map((id) => (
        <CollectionChip key={id} id={id} onRemove={without} />
      ))}
      {shownDocuments.map((id) => (
        <DocumentChip key={id} id={id} onRemove={without} />
      ))}
      {hidden > 0 && (
        <li>
          <button
            type="button"
            onClick={onShowAll}
            className="rounded-sm border border-line px-2 py-0.5 text-fine text-soft hover:bg-hover"
          >
            {hidden} more
          </button>
        </li>
      )}
      {uploads.map((upload) => (
        <UploadChip key={upload.key} upload={upload} />
      ))}
    </ul>
  )
}

function CollectionChip({ id, onRemove }: { id: string; onRemove: (id: string) => void }) {
  const { api } = useServices()
  const { data } = useQuery({
    queryKey: keys.collections,
    queryFn: async ({ signal }) => (await api.library()).collections.list(signal),
  })
  const known = data?.find((one) => one.id === id)
  const name = known?.name ?? (data ? 'A deleted collection' : '…')
  return (
    <Chip
      icon={<FolderIcon className={ICON} />}
      name={name}
      onRemove={() => {
        onRemove(id)
      }}
    />
  )
}

function DocumentChip({ id, onRemove }: { id: string; onRemove: (id: string) => void }) {
  const { api, queryClient } = useServices()
  const { data, error } = useQuery({
    queryKey: keys.document(id),
    queryFn: async ({ signal }) => (await api.library()).documents.get(id, signal),
  })
  const document = data ?? knownDocument(queryClient, id)
  useFollowed(document)
  const isGone = error !== null && ApiError.from(error).code === 'NotFound'
  const state = document?.state
  const isBusy = state === 'queued' || state === 'processing'
  const isBad = state === 'failed' || state === 'cancelled' || isGone
  const name = isGone ? 'A deleted document' : (document?.title ?? '…')
  const note = isBusy ? 'still being read' : isBad ? 'cannot be searched' : ''
  const icon = isBusy ? (
    <SpinnerIcon className={`${ICON} animate-spin`} />
  ) : isBad ? (
    <WarnIcon className={`${ICON} text-danger`} />
  ) : (
    <FileIcon className={ICON} />
  )
  return (
    <Chip
      icon={icon}
      name={name}
      note={note}
      title={document?.failure?.message ?? name}
      {...(document &&
        !isGone && {
          onOpen: () => {
            navigate(pathWith({ documentId: id, page: 1, start: 0, end: 0 }))
          },
        })}
      onRemove={() => {
        onRemove(id)
      }}
    />
  )
}

function UploadChip({ upload }: { upload: FileUpload }) {
  const { uploads } = useServices()
  const { key, name, phase, done, sizeBytes, error, waiting } = upload
  const percent = phase === 'sending' ? Math.floor((100 * done) / sizeBytes) : 0
  const isFailed = phase === 'failed'
  const icon = isFailed ? (
    <WarnIcon className={`${ICON} text-danger`} />
  ) : (
    <SpinnerIcon className={`${ICON} animate-spin`} />
  )
  return (
    <Chip
      icon={icon}
      name={name}
      note={isFailed ? (error ?? '') : waiting ? 'waits' : `${percent} %`}
      isDanger={isFailed}
      onRemove={() => {
        uploads.cancel(key)
      }}
    />
  )
}

interface ChipProps {
  icon: ReactNode
  name: string
  note?: string
  title?: string
  isDanger?: boolean
  onOpen?: () => void
  onRemove: () => void
}

function Chip({
  icon,
  name,
  note = '',
  title = name,
  isDanger = false,
  onOpen,
  onRemove,
}: ChipProps) {
  const words = (
    <>
      <span dir="auto" className="truncate">
        {name}
      </span>
      {note && (
        <span className={`tabular-nums ${isDanger ? 'text-danger' : 'shrink-0 text-faint'}`}>
          {note}
        </span>
      )}
    </>
  )
  return (
    <li
      className={`flex max-w-full items-center gap-1 rounded-sm border bg-paper py-0.5 ps-1.5 pe-0.5 text-fine ${isDanger ? 'border-danger' : 'border-line'}`}
    >
      {icon}
      {onOpen ? (
        <button
          type="button"
          title={title}
          onClick={onOpen}
          className="flex max-w-60 min-w-0 gap-1.5 hover:underline"
        >
          {words}
        </button>
      ) : (
        <span title={title} className="flex max-w-60 min-w-0 gap-1.5">
          {words}
        </span>
      )}
      <button
        type="button"
        aria-label={`Without ${name}`}
        title="Take it out"
        onClick={onRemove}
        className="grid size-5 shrink-0 place-items-center rounded-sm text-faint hover:bg-hover hover:text-ink touch:size-8"
      >
        <CloseIcon className="size-3.5" />
      </button>
    </li>
  )
}

const ICON = 'size-4 shrink-0 text-faint'

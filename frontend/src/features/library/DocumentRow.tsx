/** One document of the list. */

import type { KeyboardEvent } from 'react'
import { memo, useState } from 'react'
import type { Collection, Document } from '../../api'
import { documentPath, Link } from '../../router'
import { Button } from '../../ui/Button'
import { MoreIcon, WarnIcon } from '../../ui/icons'
import { Menu } from '../../ui/Menu'
import { ProgressBar } from '../../ui/ProgressBar'
import { DocumentTitleForm } from './DocumentTitleForm'
import { FailedPages } from './FailedPages'
import { isBeingRead } from './ingestion'
import { KindIcon } from './KindIcon'
import { namesOf } from './useDocuments'
import type { DocumentActions } from './useDocumentActions'
import { kindOf, pagesInWords, shareOf, sizeInWords, standingInWords, STATE_WORDS } from './words'

interface Props {
  document: Document
  collections: readonly Collection[]
  isSelected: boolean
  /** Whether it is the one that stands beside the list. */
  isShown: boolean
  actions: DocumentActions
  onSelect: (document: Document, isSelected: boolean, isRange: boolean) => void
  onCollect: (documents: Document[]) => void
  onRemove: (documents: Document[]) => void
}

export const DocumentRow = memo(function DocumentRow(props: Props) {
  const { document, collections, isSelected, isShown, actions, onSelect, onRemove } = props
  const [isRenamed, setRenamed] = useState(false)
  const { id, title, state } = document
  const place = { documentId: id, page: 1, start: 0, end: 0 }

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'F2') setRenamed(true)
    else if (event.key === 'Delete') onRemove([document])
    else return
    event.preventDefault()
  }

  return (
    <li
      data-document={id}
      data-state={state}
      className={`flex items-start gap-1 border-b border-line py-1.5 pr-1 pl-2 [contain-intrinsic-size:auto_3.5rem] [content-visibility:auto] hover:bg-hover ${isSelected || isShown ? 'bg-hover' : ''}`}
    >
      <label className="-ml-2 grid size-9 shrink-0 cursor-pointer place-items-center">
        <input
          type="checkbox"
          aria-label={`Select ${title}`}
          checked={isSelected}
          onChange={({ target, nativeEvent }) => {
            const isRange = nativeEvent instanceof MouseEvent && nativeEvent.shiftKey
            onSelect(document, target.checked, isRange)
          }}
          className="size-4 accent-accent"
        />
      </label>
      <KindIcon document={document} className="mt-2 size-5 shrink-0 text-faint" />
      <div className="min-w-0 flex-1 py-1 pl-1.5">
        {isRenamed ? (
          <DocumentTitleForm
            document={document}
            onRename={actions.rename}
            onDone={() => {
              setRenamed(false)
            }}
          />
        ) : (
          <Link
            to={documentPath(place)}
            aria-current={isShown ? 'true' : undefined}
            aria-keyshortcuts="F2 Delete"
            dir="auto"
            title={title}
            onKeyDown={onKeyDown}
            className="block truncate text-left font-medium underline-offset-4 hover:underline"
          >
            {title}
          </Link>
        )}
        <p className="flex flex-wrap gap-x-2 text-fine text-faint">
          <Facts document={document} />
          {namesOf(document, collections).map((name) => (
            <span
              key={name}
              dir="auto"
              className="max-w-40 truncate rounded-sm border border-line px-1 text-left"
            >
              {name}
            </span>
          ))}
        </p>
        <StateOf document={document} actions={actions} />
      </div>
      <RowMenu
        {...props}
        onRename={() => {
          setRenamed(true)
        }}
      />
    </li>
  )
})

/** Each stays whole where the line ends. */
function Facts({ document }: { document: Document }) {
  return (
    <span className="flex flex-wrap">
      {factsOf(document).map((fact, index) => (
        <span key={fact} className="whitespace-pre">
          {index > 0 && ' · '}
          {fact}
        </span>
      ))}
    </span>
  )
}

function factsOf(document: Document): string[] {
  const { sizeBytes, pageCount, state, createTime } = document
  const facts = [kindOf(document)]
  if (sizeBytes > 0) facts.push(sizeInWords(sizeBytes))
  if (pageCount > 0) facts.push(pagesInWords(pageCount))
  if (state === 'ready') facts.push(createTime.toLocaleDateString())
  return facts
}

function StateOf({ document, actions }: { document: Document; actions: DocumentActions }) {
  const { title, state, progress, failure, failedPageCount } = document
  if (state === 'ready') return failedPageCount > 0 ? <FailedPages document={document} /> : null
  if (state === 'failed') {
    return (
      <p className="mt-0.5 flex items-start gap-1.5 text-fine text-danger">
        <WarnIcon className="mt-px size-4 shrink-0" />
        <span>
          {failure?.message ?? STATE_WORDS.failed}{' '}
          {failure?.canRetry !== false && <RetryLink document={document} actions={actions} />}
        </span>
      </p>
    )
  }
  if (state === 'cancelled') {
    return (
      <p className="mt-0.5 text-fine text-soft">
        {STATE_WORDS.cancelled}. <RetryLink document={document} actions={actions} />
      </p>
    )
  }
  return (
    <div className="mt-1 grid max-w-md gap-1">
      <p className="text-fine text-soft tabular-nums">{standingInWords(document)}</p>
      {state === 'processing' && (
        <ProgressBar label={`Reading of ${title}`} value={shareOf(progress)} />
      )}
    </div>
  )
}

function RetryLink({ document, actions }: { document: Document; actions: DocumentActions }) {
  return (
    <Button
      look="link"
      className="text-inherit"
      onClick={() => void actions.retry([document])}
      aria-label={`Try again: ${document.title}`}
    >
      Try again
    </Button>
  )
}

interface RowMenuProps extends Props {
  onRename: () => void
}

function RowMenu({ document, actions, onRename, onCollect, onRemove }: RowMenuProps) {
  const { id, title, state, sourceUrl } = document
  const isRetryable = state === 'failed' || state === 'cancelled'
  const groups = [
    [
      {
        label: 'Ask about it',
        run: () => {
          actions.askAbout({ documentIds: [id] })
        },
      },
      { label: 'Rename', run: onRename },
      {
        label: 'Collections…',
        run: () => {
          onCollect([document])
        },
      },
      { label: 'Download', run: () => void actions.download(document) },
    ],
    [
      ...(isBeingRead(document)
        ? [{ label: 'Stop reading it', run: () => void actions.cancel([document]) }]
        : []),
      ...(isRetryable ? [{ label: 'Try again', run: () => void actions.retry([document]) }] : []),
      ...(sourceUrl
        ? [{ label: 'Open its address', run: () => window.open(sourceUrl, '_blank', 'noopener') }]
        : []),
    ],
    [
      {
        label: 'Delete',
        look: 'danger' as const,
        run: () => {
          onRemove([document])
        },
      },
    ],
  ]
  return (
    <Menu
      label={`Actions for ${title}`}
      groups={groups}
      className="grid size-9 shrink-0 place-items-center rounded-sm text-soft hover:bg-line hover:text-ink touch:size-10"
    >
      <MoreIcon className="size-4" />
    </Menu>
  )
}

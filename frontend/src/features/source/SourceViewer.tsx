/** Shows a document at a page, with a passage of it marked: as it was made, or as text. */

import { useQuery } from '@tanstack/react-query'
import type { KeyboardEvent } from 'react'
import { lazy, Suspense, useCallback, useState } from 'react'
import type { Document } from '../../api'
import { ApiError } from '../../api'
import { keys } from '../../queries'
import type { Source } from '../../router'
import { navigate, pathWith } from '../../router'
import { useServices } from '../../services'
import { Button, IconButton } from '../../ui/Button'
import { CloseIcon, ExportIcon, SpinnerIcon } from '../../ui/icons'
import { Notice } from '../../ui/Notice'
import { ProgressBar } from '../../ui/ProgressBar'
import { isBeingRead } from '../library/ingestion'
import { knownDocument } from '../library/document-cache'
import { saveOriginal } from '../library/save-original'
import { useIngestion } from '../library/useDocuments'
import { isPdf, isPicture, phaseInWords, shareOf, STATE_WORDS } from '../library/words'
import { PageControls } from './PageControls'
import { TextView } from './TextView'
import { nextZoom } from './zoom'

const PdfView = lazy(() => import('./PdfView'))
const PictureView = lazy(() => import('./PictureView'))

interface Props {
  source: Source
  onClose: () => void
}

export function SourceViewer({ source, onClose }: Props) {
  const { api, queryClient } = useServices()
  const { documentId } = source
  const query = useQuery({
    queryKey: keys.document(documentId),
    queryFn: async ({ signal }) => (await api.library()).documents.get(documentId, signal),
  })
  const { error, refetch } = query
  const document = query.data ?? knownDocument(queryClient, documentId)
  return (
    <>
      {document && <Shown key={keyOf(source)} {...{ document, source, onClose }} />}
      {!document && (
        <>
          <Header title={error ? 'Document' : ''} onClose={onClose} />
          {error ? (
            <div className="grid justify-items-start gap-3 p-5">
              <p role="alert" className="text-soft">
                {wordsFor(error)}
              </p>
              {ApiError.from(error).canRetry && (
                <Button onClick={() => void refetch()}>Try again</Button>
              )}
            </div>
          ) : (
            <SpinnerIcon className="m-auto size-5 animate-late animate-spin text-faint" />
          )}
        </>
      )}
    </>
  )
}

/** Another passage begins anew; another page of the same reading does not. */
const keyOf = ({ documentId, start, end, page }: Source) =>
  end > 0 ? `${documentId} ${page} ${start} ${end}` : documentId

const wordsFor = (thrown: Error) => {
  const error = ApiError.from(thrown)
  const isGone = error.code === 'NotFound' || error.reason === 'INVALID_FIELD'
  return isGone ? 'This document was deleted, or it belongs to somebody else.' : error.message
}

interface ShownProps extends Props {
  document: Document
}

function Shown({ document, source, onClose }: ShownProps) {
  const [page, setPage] = useState(source.page)
  const [zoom, setZoom] = useState(1)
  const isReady = document.state === 'ready'
  const canBeDrawn = isPdf(document) || isPicture(document)
  // Where in a picture its text stands is not known.
  const [asText, setAsText] = useState(isPicture(document) && source.end > 0)
  const isDrawn = canBeDrawn && (!asText || !isReady) && isWorthDrawing(document)
  /** As far as the drawing knows. */
  const [drawnCount, setDrawnCount] = useState(0)
  /** Another number each time that somebody asks for a page, and not when one scrolls to it. */
  const [jumps, setJumps] = useState(0)
  const count = document.pageCount || drawnCount

  const go = useCallback(
    (next: number) => {
      const within = Math.max(1, count > 0 ? Math.min(next, count) : next)
      setPage(within)
      setJumps((before) => before + 1)
      remember(source, within)
    },
    [count, source],
  )
  const scrolled = useCallback(
    (next: number) => {
      setPage(next)
      remember(source, next)
    },
    [source],
  )
  const resize = (step: number) => {
    setZoom((before) => nextZoom(before, step))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target instanceof HTMLInputElement) return
    const action = {
      ArrowLeft: () => {
        go(page - 1)
      },
      ArrowRight: () => {
        go(page + 1)
      },
      '+': () => {
        resize(1)
      },
      '=': () => {
        resize(1)
      },
      '-': () => {
        resize(-1)
      },
    }[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }

  const showText = () => {
    setAsText(true)
  }
  const drawing = isPicture(document) ? (
    <PictureView document={document} zoom={zoom} onText={isReady ? showText : null} />
  ) : (
    <PdfView
      document={document}
      source={source}
      page={page}
      jumps={jumps}
      zoom={zoom}
      onPageCount={setDrawnCount}
      onPage={scrolled}
      onText={isReady ? showText : null}
    />
  )
  return (
    <div className="flex min-h-0 flex-1 flex-col" onKeyDown={onKeyDown}>
      <Header title={document.title} document={document} onClose={onClose} />
      {!isReady && <Unready document={document} isDrawn={isDrawn} />}
      {(isReady || isDrawn) && (
        <PageControls
          page={page}
          pageCount={isDrawn && isPicture(document) ? 1 : count}
          zoom={zoom}
          view={canBeDrawn && isReady ? (isDrawn ? 'drawn' : 'text') : null}
          onPage={go}
          onZoom={resize}
          onView={(view) => {
            setAsText(view === 'text')
          }}
        />
      )}
      {isDrawn && (
        <Suspense fallback={<SpinnerIcon className="m-auto size-5 animate-spin text-faint" />}>
          {drawing}
        </Suspense>
      )}
      {isReady && !isDrawn && (
        <TextView document={document} source={source} page={page} zoom={zoom} onPage={go} />
      )}
    </div>
  )
}

/** Whatever its text is worth: what is locked or broken cannot be drawn either. */
function isWorthDrawing({ failure }: Document): boolean {
  const reason = failure?.reason ?? ''
  return !['DOCUMENT_ENCRYPTED', 'DOCUMENT_DAMAGED', 'DOCUMENT_PARSER_CRASHED'].includes(reason)
}

/** The address says which page is shown, without one more way back for each. */
function remember(source: Source, page: number): void {
  if (source.end > 0) return // The address is that of the passage.
  navigate(pathWith({ ...source, page }), { replace: true })
}

interface UnreadyProps {
  document: Document
  /** Whether it can be seen meanwhile. */
  isDrawn: boolean
}

function Unready({ document, isDrawn }: UnreadyProps) {
  const { title, state, progress, failure } = document
  useIngestion()
  if (failure) return <Notice className="m-3 shrink-0">{failure.message}</Notice>
  const words = state === 'processing' ? phaseInWords(progress) : STATE_WORDS[state]
  return (
    <div className="grid shrink-0 gap-1.5 border-b border-line px-4 py-2.5">
      <p role="status" className="text-fine text-soft tabular-nums">
        {words}.{' '}
        {isBeingRead(document) && !isDrawn && 'Its text is shown here as soon as it is ready.'}
      </p>
      {state === 'processing' && (
        <ProgressBar label={`Reading of ${title}`} value={shareOf(progress)} />
      )}
    </div>
  )
}

interface HeaderProps {
  title: string
  document?: Document
  onClose: () => void
}

function Header({ title, document, onClose }: HeaderProps) {
  const { api, toaster } = useServices()
  const [isFetching, setFetching] = useState(false)
  const download = async (file: Document) => {
    setFetching(true)
    try {
      await saveOriginal((await api.library()).documents, file)
    } catch (thrown) {
      const { message } = ApiError.from(thrown)
      toaster.show(`The file could not be downloaded. ${message}`, { look: 'danger' })
    }
    setFetching(false)
  }
  return (
    <header className="flex h-13 shrink-0 items-center gap-1 border-b border-line pr-2 pl-4">
      <h2 dir="auto" className="min-w-0 flex-1 truncate text-left font-semibold" title={title}>
        {title}
      </h2>
      {document && (
        <IconButton
          label="Download the original"
          className="size-9"
          disabled={isFetching}
          onClick={() => void download(document)}
        >
          {isFetching ? <SpinnerIcon className="size-5 animate-spin" /> : <ExportIcon />}
        </IconButton>
      )}
      <IconButton label="Close the document" className="size-9" data-first-focus onClick={onClose}>
        <CloseIcon />
      </IconButton>
    </header>
  )
}

/** Files on their way to the server, and those whose way was interrupted by a reload. */

import { memo, useEffect, useState, useSyncExternalStore } from 'react'
import { useServices } from '../../services'
import { Button, IconButton } from '../../ui/Button'
import { CloseIcon, FileIcon } from '../../ui/icons'
import { ProgressBar } from '../../ui/ProgressBar'
import type { RememberedUpload } from '../uploads/remembered'
import { RememberedUploads } from '../uploads/remembered'
import { filesOnTheirWay } from '../uploads/upload-locks'
import type { FileUpload, Uploads } from '../uploads/uploads'
import { isUnderWay } from '../uploads/uploads'
import { sizeInWords, uploadInWords } from './words'

/** The rest is counted. */
const MOST_SHOWN = 30

export function UploadRows() {
  const { uploads } = useServices()
  const all = useSyncExternalStore(uploads.subscribe, uploads.get)
  const shown = all.filter(isWorthARow)
  // Those that go on first, then what waits or failed.
  const rows = shown.toSorted((a, b) => rankOf(a) - rankOf(b)).slice(0, MOST_SHOWN)
  const underWay = all.filter(isUnderWay)
  if (shown.length === 0) return <InterruptedUploads />
  return (
    <section aria-label="Uploads" className="mb-4 rounded-md border border-line p-2">
      <header className="flex items-center justify-between gap-2 px-2 pb-1">
        <h2 className="text-fine font-semibold text-faint">{summaryOf(all)}</h2>
        {underWay.length > 1 && (
          <Button
            look="quiet"
            className="text-fine"
            onClick={() => {
              uploads.cancelAll()
            }}
          >
            Stop all
          </Button>
        )}
        {underWay.length === 0 && shown.length > 1 && (
          <Button
            look="quiet"
            className="text-fine"
            onClick={() => {
              uploads.forgetEnded()
            }}
          >
            Clear
          </Button>
        )}
      </header>
      <ul>
        {rows.map((upload) => (
          <UploadRow key={upload.key} upload={upload} uploads={uploads} />
        ))}
      </ul>
      {shown.length > MOST_SHOWN && (
        <p className="px-2 pt-1 text-fine text-faint">
          And {(shown.length - MOST_SHOWN).toLocaleString('en')} more.
        </p>
      )}
    </section>
  )
}

/** What has arrived is in the list below; that nothing new came of a file is said. */
function isWorthARow({ phase, isKnown, origin }: FileUpload): boolean {
  return phase !== 'done' || (isKnown && origin === null)
}

const RANKS: Record<FileUpload['phase'], number> = {
  sending: 0,
  finishing: 0,
  hashing: 0,
  failed: 1,
  queued: 2,
  done: 3,
}
const rankOf = ({ phase }: FileUpload) => RANKS[phase]

function summaryOf(all: readonly FileUpload[]): string {
  const underWay = all.filter(isUnderWay).length
  const failed = all.filter(({ phase }) => phase === 'failed').length
  const known = all.filter(({ phase, isKnown }) => phase === 'done' && isKnown).length
  const place = all.length > 1 ? `${all.length - underWay + 1} of ${all.length}` : 'a file'
  return [
    underWay > 0 ? `Uploading ${place}` : '',
    failed > 0 ? `${failed} not uploaded` : '',
    known > 0 ? `${known} here already` : '',
  ]
    .filter(Boolean)
    .join(' · ')
}

interface RowProps {
  upload: FileUpload
  uploads: Uploads
}

const UploadRow = memo(function UploadRow({ upload, uploads }: RowProps) {
  const { key, name, phase, done, sizeBytes, error, canRetry, waiting } = upload
  const isFailed = phase === 'failed'
  const isOver = isFailed || phase === 'done'
  return (
    <li data-upload={phase} className="flex items-start gap-2 rounded-sm px-2 py-1 hover:bg-hover">
      <FileIcon className="mt-1 size-5 shrink-0 text-faint" />
      <div className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)] gap-1 py-0.5">
        <p className="flex flex-wrap items-baseline gap-x-2">
          <span dir="auto" title={name} className="max-w-full truncate text-left font-medium">
            {name}
          </span>
          <span className={`text-fine tabular-nums ${waiting ? 'text-notice' : 'text-soft'}`}>
            {isFailed ? '' : uploadInWords(upload)}
          </span>
        </p>
        {isFailed ? (
          <p role="alert" className="text-fine text-danger">
            {error}{' '}
            {canRetry && (
              <Button
                look="link"
                className="text-inherit"
                onClick={() => {
                  uploads.retry(key)
                }}
              >
                Try again
              </Button>
            )}
          </p>
        ) : (
          phase !== 'queued' &&
          !isOver && (
            <ProgressBar
              label={phase === 'hashing' ? `Looking at ${name}` : `Upload of ${name}`}
              value={done / sizeBytes}
              className={phase === 'hashing' ? 'opacity-50' : ''}
            />
          )
        )}
      </div>
      <IconButton
        label={isOver ? `Forget ${name}` : `Stop ${name}`}
        className="size-8"
        onClick={() => {
          uploads.cancel(key)
        }}
      >
        <CloseIcon className="size-4" />
      </IconButton>
    </li>
  )
})

/** Begun before the page was loaded: the same file goes on where it stopped. */
function InterruptedUploads() {
  const { api } = useServices()
  const [remembered] = useState(() => new RememberedUploads(localStorage))
  const [begun, setBegun] = useState<[string, RememberedUpload][]>([])
  useEffect(() => {
    let isCurrent = true
    void filesOnTheirWay().then((onTheirWay) => {
      const all = [...remembered.all()].filter(([sha256]) => !onTheirWay.has(sha256))
      if (isCurrent) setBegun(all)
    })
    return () => {
      isCurrent = false
    }
  }, [remembered])
  if (begun.length === 0) return null
  const forget = () => {
    for (const [sha256, { uploadId }] of begun) {
      remembered.forget(sha256)
      void api
        .library()
        .then((library) => library.uploads.cancel(uploadId))
        .catch(() => undefined) // It goes by itself after a day.
    }
    setBegun([])
  }
  return (
    <section aria-label="Interrupted uploads" className="mb-4 rounded-md bg-notice-tint px-4 py-3">
      <p className="text-notice">
        {begun.length === 1 ? 'An upload was interrupted.' : 'Uploads were interrupted.'} Choose the
        same {begun.length === 1 ? 'file' : 'files'} again, and{' '}
        {begun.length === 1 ? 'it goes' : 'they go'} on where {begun.length === 1 ? 'it' : 'they'}{' '}
        stopped.
      </p>
      <ul className="mt-1 text-fine text-soft">
        {begun.slice(0, MOST_SHOWN).map(([sha256, { fileName, sizeBytes }]) => (
          <li key={sha256}>
            {fileName} ({sizeInWords(sizeBytes)})
          </li>
        ))}
      </ul>
      <Button look="link" className="mt-1 text-notice" onClick={forget}>
        Forget {begun.length === 1 ? 'it' : 'them'}
      </Button>
    </section>
  )
}

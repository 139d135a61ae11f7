/** How far the uploads are, wherever one is on the page; leads to the library. */

import { useSyncExternalStore } from 'react'
import { LIBRARY, Link } from '../../router'
import { useServices } from '../../services'
import { ProgressBar } from '../../ui/ProgressBar'
import { isUnderWay } from './uploads'

interface Props {
  onFollow: (() => void) | undefined
}

export function UploadStatus({ onFollow }: Props) {
  const { uploads } = useServices()
  const all = useSyncExternalStore(uploads.subscribe, uploads.get)
  const underWay = all.filter(isUnderWay)
  if (underWay.length === 0) return null
  const bytes = all.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const sent = all.reduce((sum, one) => sum + sentOf(one), 0)
  const isWaiting = underWay.some(({ waiting }) => waiting !== null)
  const place = `${all.length - underWay.length + 1} of ${all.length}`
  return (
    <Link
      to={LIBRARY}
      onClick={onFollow}
      data-part="upload-status"
      className="grid gap-1.5 border-t border-line px-4 py-2 text-fine text-soft hover:text-ink"
    >
      <span className="flex justify-between tabular-nums">
        <span>{isWaiting ? 'Upload waits' : `Uploading ${all.length > 1 ? place : ''}`}</span>
        <span>{Math.floor((100 * sent) / bytes)} %</span>
      </span>
      <ProgressBar label="Uploads" value={sent / bytes} />
    </Link>
  )
}

function sentOf({ phase, done, sizeBytes }: { phase: string; done: number; sizeBytes: number }) {
  if (phase === 'done' || phase === 'failed') return sizeBytes
  return phase === 'sending' || phase === 'finishing' ? done : 0
}

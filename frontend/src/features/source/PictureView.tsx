/** A picture as it was brought in. */

import { useEffect, useRef, useState } from 'react'
import type { Document } from '../../api'
import { ApiError } from '../../api'
import { useServices } from '../../services'
import { fetchOriginal } from './fetch-original'
import { NotShown } from './NotShown'

/** More would not fit into the memory of a phone. */
const MOST_PIXELS = 16 * 2 ** 20

interface Props {
  document: Document
  zoom: number
  /** Shows the text instead; null: there is none. */
  onText: (() => void) | null
}

export default function PictureView({ document, zoom, onText }: Props) {
  const { bitmap, share, error, retry } = usePicture(document)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const { current: element } = canvas
    if (!element || !bitmap) return
    element.width = bitmap.width
    element.height = bitmap.height
    element.getContext('2d')?.drawImage(bitmap, 0, 0)
  }, [bitmap])

  if (error !== null || !bitmap) {
    return <NotShown kind="picture" share={share} error={error} onRetry={retry} onText={onText} />
  }
  return (
    <div
      tabIndex={0}
      role="group"
      aria-label="Picture"
      className="min-h-0 flex-1 overflow-auto bg-side p-3 -outline-offset-2"
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label={document.title}
        className="mx-auto block h-auto bg-white shadow-float"
        style={{ width: `min(${bitmap.width * zoom}px, ${zoom * 100}%)` }}
      />
    </div>
  )
}

function usePicture(document: Document) {
  const { api } = useServices()
  const [bitmap, setBitmap] = useState<ImageBitmap | null>(null)
  const [share, setShare] = useState(0)
  const [error, setError] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    const controller = new AbortController()
    const { signal } = controller
    const read = async () => {
      const { documents } = await api.library()
      const bytes = await fetchOriginal(documents, document, signal, setShare)
      return decode(new Blob([bytes], { type: document.mediaType }))
    }
    read().then(
      (decoded) => {
        if (signal.aborted) decoded.close()
        else setBitmap(decoded)
      },
      (thrown: unknown) => {
        if (!signal.aborted) setError(wordsFor(thrown))
      },
    )
    return () => {
      controller.abort()
    }
    // Another state of the same document is the same file.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [api, document.id, attempt])
  const retry = () => {
    setError(null)
    setAttempt(attempt + 1)
  }
  return { bitmap, share, error, retry }
}

/** A picture that is too large comes smaller. */
async function decode(file: Blob): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file)
  const ratio = Math.sqrt(MOST_PIXELS / (whole.width * whole.height))
  if (ratio >= 1) return whole
  const resizeWidth = Math.floor(whole.width * ratio)
  const smaller = await createImageBitmap(whole, { resizeWidth, resizeQuality: 'high' })
  whole.close()
  return smaller
}

function wordsFor(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.message : 'This picture cannot be drawn here.'
}

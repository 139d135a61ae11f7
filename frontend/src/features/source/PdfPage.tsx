/** One page of a PDF: its picture, its text to be selected and read aloud, and what is marked. */

import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { TextLayer } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { useEffect, useRef, useState } from 'react'
import { findQuote } from './find-quote'
import './pdf.css'

/** More would not fit into the memory of a phone. */
const MOST_PIXELS = 16 * 2 ** 20

export interface Quote {
  text: string
  /** About where it is on the page, from 0 to 1. */
  near: number
}

interface Props {
  pdf: PDFDocumentProxy
  number: number
  /** CSS pixels for each point of the page. */
  scale: number
  /** Null: nothing is marked. */
  quote: Quote | null
  onSize: (number: number, width: number, height: number) => void
  /** Called when it was looked for the quote. */
  onFound: (isFound: boolean) => void
  /** Called when the quote is marked, here. */
  onMarked: (mark: HTMLElement) => void
}

interface Box {
  left: number
  top: number
  width: number
  height: number
}

export function PdfPage(props: Props) {
  const { pdf, number, scale, quote, onSize, onFound, onMarked } = props
  const canvas = useRef<HTMLCanvasElement>(null)
  const text = useRef<HTMLDivElement>(null)
  const mark = useRef<HTMLDivElement>(null)
  const [boxes, setBoxes] = useState<readonly Box[]>([])
  const [isBroken, setBroken] = useState(false)

  useEffect(() => {
    let isCurrent = true
    let stop: () => void = () => undefined
    const draw = async () => {
      const page = await pdf.getPage(number)
      const { current: picture } = canvas
      const { current: layer } = text
      if (!isCurrent || !picture || !layer) return
      const { width, height } = page.getViewport({ scale: 1 })
      onSize(number, width, height)
      const task = drawPicture(page, picture, scale)
      stop = () => {
        task.cancel()
      }
      const [boxesOfQuote] = await Promise.all([writeText(page, layer, scale, quote), task.promise])
      if (!isCurrentNow()) return
      if (quote) onFound(boxesOfQuote !== null)
      setBoxes(boxesOfQuote ?? [])
    }
    const isCurrentNow = () => isCurrent
    draw().catch(() => {
      if (isCurrent) setBroken(true)
    })
    return () => {
      isCurrent = false
      stop()
    }
  }, [pdf, number, scale, quote, onSize, onFound])

  useEffect(() => {
    if (boxes.length > 0 && mark.current) onMarked(mark.current)
  }, [boxes, onMarked])

  return (
    <div
      className="absolute inset-0 bg-white"
      style={{ '--total-scale-factor': String(scale) } as object}
    >
      <canvas ref={canvas} className="block size-full" aria-hidden="true" />
      <div className="pointer-events-none absolute inset-0" aria-hidden="true">
        {boxes.map((box, index) => (
          <div
            key={index}
            ref={index === 0 ? mark : undefined}
            data-part="passage"
            className="pdf-mark absolute scroll-my-24"
            style={box}
          />
        ))}
      </div>
      <div ref={text} className="pdf-text" dir="ltr" />
      {isBroken && (
        <p className="absolute inset-0 grid place-items-center text-danger">
          This page cannot be shown.
        </p>
      )}
    </div>
  )
}

function drawPicture(page: PDFPageProxy, canvas: HTMLCanvasElement, scale: number) {
  const { width, height } = page.getViewport({ scale })
  const ratio = Math.min(devicePixelRatio, Math.sqrt(MOST_PIXELS / (width * height)))
  const viewport = page.getViewport({ scale: scale * ratio })
  canvas.width = Math.floor(viewport.width)
  canvas.height = Math.floor(viewport.height)
  return page.render({ canvas, viewport })
}

/** Gives where the quote is; null when it is not there. */
async function writeText(
  page: PDFPageProxy,
  layer: HTMLElement,
  scale: number,
  quote: Quote | null,
): Promise<Box[] | null> {
  layer.replaceChildren()
  const textLayer = new TextLayer({
    textContentSource: page.streamTextContent(),
    container: layer,
    viewport: page.getViewport({ scale }),
  })
  await textLayer.render()
  if (!quote) return null
  const { textDivs, textContentItemsStr } = textLayer
  const spans = findQuote(textContentItemsStr, quote.text, quote.near)
  if (!spans) return null
  const origin = layer.getBoundingClientRect()
  return spans.flatMap(({ piece, start, end }) => {
    const node = textDivs[piece]?.firstChild
    if (!(node instanceof Text)) return []
    const range = document.createRange()
    range.setStart(node, Math.min(start, node.length))
    range.setEnd(node, Math.min(end, node.length))
    return Array.from(range.getClientRects(), ({ left, top, width, height }) => ({
      left: left - origin.left,
      top: top - origin.top,
      width,
      height,
    }))
  })
}

/** The pages of a PDF, one below the other; only those in view are drawn. */

import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Document } from '../../api'
import { ApiError, codePointLength, unitOffset } from '../../api'
import type { Source } from '../../router'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Notice } from '../../ui/Notice'
import { NotShown } from './NotShown'
import { openPdf } from './pdf-documents'
import type { Quote } from './PdfPage'
import { PdfPage } from './PdfPage'
import { Seeking } from './seeking'
import { usePageText } from './TextView'

interface Props {
  document: Document
  source: Source
  page: number
  /** Another number each time that `page` is to be brought into view. */
  jumps: number
  zoom: number
  /** Called when one has scrolled to another page. */
  onPage: (page: number) => void
  /** Called when it is known how many there are. */
  onPageCount: (count: number) => void
  /** Shows the text instead; null: there is none yet. */
  onText: (() => void) | null
}

export default function PdfView(props: Props) {
  const { document, onPageCount, onText } = props
  const { pdf, share, error, retry } = usePdf(document)
  useEffect(() => {
    if (pdf) onPageCount(pdf.numPages)
  }, [pdf, onPageCount])
  if (error !== null || !pdf) {
    return <NotShown kind="document" share={share} error={error} onRetry={retry} onText={onText} />
  }
  return <Pages {...props} pdf={pdf} />
}

function usePdf(document: Document) {
  const { api } = useServices()
  const [pdf, setPdf] = useState<PDFDocumentProxy | null>(null)
  const [share, setShare] = useState(0)
  const [error, setError] = useState<string | null>(null)
  const [attempt, setAttempt] = useState(0)
  useEffect(() => {
    let isCurrent = true
    const open = async () => {
      const { documents } = await api.library()
      return openPdf(documents, document, (next) => {
        if (isCurrent) setShare(next)
      })
    }
    open().then(
      (opened) => {
        if (isCurrent) setPdf(opened)
      },
      (thrown: unknown) => {
        if (isCurrent) setError(wordsFor(thrown))
      },
    )
    return () => {
      isCurrent = false
    }
    // Another state of the same document is the same file.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [api, document.id, attempt])
  const retry = () => {
    setError(null)
    setAttempt(attempt + 1)
  }
  return { pdf, share, error, retry }
}

function wordsFor(thrown: unknown): string {
  return thrown instanceof ApiError ? thrown.message : 'This PDF cannot be drawn here.'
}

interface Size {
  width: number
  height: number
}

const A4: Size = { width: 595, height: 842 }
/** Around the pages, at each side. */
const MARGIN_PX = 12

function Pages({
  pdf,
  document,
  source,
  page,
  jumps,
  zoom,
  onPage,
  onText,
}: Props & { pdf: PDFDocumentProxy }) {
  const box = useRef<HTMLDivElement>(null)
  const width = useWidth(box)
  const [sizes, setSizes] = useState<ReadonlyMap<number, Size>>(new Map())
  const [visible, setVisible] = useState<ReadonlySet<number>>(new Set())
  const [isLost, setLost] = useState(false)
  const quote = useQuote(document, source)
  const first = sizes.get(1) ?? sizes.values().next().value ?? A4
  const scale = width > 0 ? ((width - 2 * MARGIN_PX) / first.width) * zoom : 0
  /** The page that is looked at, as far as anybody was told. */
  const told = useRef(page)

  const onSize = useCallback((number: number, pageWidth: number, height: number) => {
    setSizes((before) => {
      const known = before.get(number)
      if (known?.width === pageWidth && known.height === height) return before
      return new Map(before).set(number, { width: pageWidth, height })
    })
  }, [])
  const onFound = useCallback((isFound: boolean) => {
    setLost(!isFound)
  }, [])
  const [seeking] = useState(() => new Seeking())
  const onMarked = useCallback(
    (mark: HTMLElement) => {
      // No further than needed: its page is to stay the one that is looked at.
      if (seeking.take()) mark.scrollIntoView({ block: 'nearest' })
    },
    [seeking],
  )
  const giveUp = () => {
    seeking.giveUp()
  }

  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        setVisible((before) => {
          const next = new Set(before)
          for (const { target, isIntersecting } of entries) {
            const number = Number((target as HTMLElement).dataset.page)
            if (isIntersecting) next.add(number)
            else next.delete(number)
          }
          return next
        })
      },
      { root: box.current, rootMargin: '60% 0px' },
    )
    for (const element of box.current?.querySelectorAll('[data-page]') ?? [])
      observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [pdf, width])

  const isReady = scale > 0
  useLayoutEffect(() => {
    if (!isReady) return
    told.current = page
    const element = elementOf(box.current, page)
    element?.scrollIntoView({ block: 'start' })
    if (page === source.page) seeking.begin()
    else seeking.giveUp()
    const mark = element?.querySelector<HTMLElement>('[data-part=passage]')
    if (mark) onMarked(mark)
    // Scrolling changes the page as well, and is not to be undone.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [jumps, isReady])
  useLayoutEffect(() => {
    // What one looks at stays where it is when the pages change their size.
    elementOf(box.current, told.current)?.scrollIntoView({ block: 'nearest' })
  }, [zoom])

  const onScroll = () => {
    const { current: element } = box
    if (!element) return
    const middle = element.scrollTop + element.clientHeight / 3
    const now = pageAt(element, middle)
    if (now === null || now === told.current) return
    told.current = now
    onPage(now)
  }

  return (
    <>
      {isLost && quote && (
        <Notice
          look="notice"
          className="m-2 shrink-0"
          actions={
            onText && (
              <Button look="link" className="text-inherit" onClick={onText}>
                Show it in the text
              </Button>
            )
          }
        >
          This page says: “{shortened(quote.text)}”
        </Notice>
      )}
      <div
        ref={box}
        tabIndex={0}
        role="group"
        aria-label={document.title}
        onScroll={onScroll}
        onWheel={giveUp}
        onTouchMove={giveUp}
        onPointerDown={giveUp}
        onKeyDown={giveUp}
        className="relative min-h-0 flex-1 overflow-auto bg-side -outline-offset-2"
      >
        <div className="mx-auto grid w-fit justify-items-center gap-3 p-3">
          {Array.from({ length: pdf.numPages }, (_, index) => index + 1).map((number) => {
            const size = sizes.get(number) ?? first
            const isCited = number === source.page && source.end > 0
            return (
              <div
                key={number}
                data-page={number}
                role="group"
                aria-label={`Page ${number}`}
                className={`relative scroll-my-3 overflow-hidden bg-white shadow-float ${isCited && isLost ? 'outline-3 outline-accent' : ''}`}
                style={{ width: size.width * scale, height: size.height * scale }}
              >
                {isReady && (visible.has(number) || number === page) && (
                  <PdfPage
                    pdf={pdf}
                    number={number}
                    scale={scale}
                    quote={isCited ? quote : null}
                    onSize={onSize}
                    onFound={onFound}
                    onMarked={onMarked}
                  />
                )}
              </div>
            )
          })}
        </div>
      </div>
    </>
  )
}

/** The passage that the address names; null while it is not known, and when there is none. */
function useQuote(document: Document, source: Source): Quote | null {
  const { start, end, page } = source
  const { data } = usePageText(document.id, page, { isWanted: end > start })
  const text = data?.text ?? ''
  return useMemo(() => {
    if (end <= start || !text) return null
    const quote = text.slice(unitOffset(text, start), unitOffset(text, end))
    return { text: quote, near: start / Math.max(1, codePointLength(text)) }
  }, [text, start, end])
}

function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    const { current: element } = ref
    if (!element) return
    const measure = () => {
      setWidth(element.clientWidth)
    }
    measure()
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => {
      observer.disconnect()
    }
  }, [ref])
  return width
}

const elementOf = (box: HTMLElement | null, page: number) =>
  box?.querySelector<HTMLElement>(`[data-page="${page}"]`)

/** The page at a height, by halving: there may be thousands. */
function pageAt(box: HTMLElement, y: number): number | null {
  const pages = box.querySelectorAll<HTMLElement>('[data-page]')
  let low = 0
  let high = pages.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((pages[middle]?.offsetTop ?? 0) <= y) low = middle
    else high = middle - 1
  }
  return pages.length > 0 ? low + 1 : null
}

const LONGEST_QUOTE = 240
const shortened = (text: string) =>
  text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text

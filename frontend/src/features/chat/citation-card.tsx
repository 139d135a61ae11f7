/** What a source says, shown beside its number while the pointer or the focus is on it. */

import type { ReactNode } from 'react'
import {
  createContext,
  use,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import type { Citation } from '../../api'
import { navigate, pathWith } from '../../router'
import type { ClaimMark, NumberedSource } from './evidence-marks'

/** Whoever only passes by sees nothing. */
const LATE_MS = 150
const LONGEST_QUOTE = 360
const GAP_PX = 6
const MARGIN_PX = 8

interface Shown {
  source: NumberedSource
  citations: Citation[]
  support: ClaimMark['support']
}

interface Card {
  /** Names what describes the number while it is shown. */
  id: string
  show: (anchor: HTMLElement, shown: Shown, options?: { isLate?: boolean }) => void
  hide: () => void
  /** Opens the document at the passage. */
  open: (citation: Citation) => void
}

const CardContext = createContext<Card | null>(null)

export function useCitationCard(): Card {
  const card = use(CardContext)
  if (!card) throw new Error('This component is outside of CitationCards.')
  return card
}

export function openCitation({ source }: Citation): void {
  navigate(pathWith(source), { replace: location.search !== '' })
}

/** One card for all numbers within. */
export function CitationCards({ children }: { children: ReactNode }) {
  const id = useId()
  const [now, setNow] = useState<(Shown & { anchor: HTMLElement }) | null>(null)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)

  const hide = useCallback(() => {
    clearTimeout(timer.current)
    setNow(null)
  }, [])
  const show = useCallback<Card['show']>((anchor, shown, { isLate = false } = {}) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(
      () => {
        setNow({ ...shown, anchor })
      },
      isLate ? LATE_MS : 0,
    )
  }, [])
  const card = useMemo(() => ({ id, show, hide, open: openCitation }), [id, show, hide])

  useEffect(() => {
    if (!now) return
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented) return
      event.preventDefault() // It does not stop an answer as well.
      hide()
    }
    addEventListener('keydown', onKeyDown, true)
    addEventListener('scroll', hide, true)
    return () => {
      removeEventListener('keydown', onKeyDown, true)
      removeEventListener('scroll', hide, true)
    }
  }, [now, hide])

  return (
    <CardContext value={card}>
      {children}
      {now && <CitationCard id={id} {...now} />}
    </CardContext>
  )
}

function CitationCard({
  id,
  anchor,
  source,
  citations,
  support,
}: Shown & { id: string; anchor: HTMLElement }) {
  const ref = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    if (!ref.current) return
    ref.current.showPopover()
    place(ref.current, anchor.getBoundingClientRect())
  }, [anchor])
  return (
    <div
      ref={ref}
      id={id}
      role="tooltip"
      popover="manual"
      className="pointer-events-none fixed inset-auto m-0 w-88 max-w-[calc(100vw-1rem)] animate-appear rounded-md border border-edge bg-raised p-3 text-ink shadow-float"
    >
      <p className="flex gap-2 text-fine text-faint">
        <span dir="auto" className="min-w-0 truncate text-left font-semibold text-soft">
          {source.documentTitle}
        </span>
        <span className="shrink-0">page {source.page}</span>
      </p>
      {citations.map((citation) => (
        <blockquote
          key={citation.id}
          dir="auto"
          className="mt-1.5 border-s-2 border-accent ps-2.5 break-words whitespace-pre-line"
        >
          {shortened(citation.quote)}
        </blockquote>
      ))}
      {support === 'partial' && (
        <p className="mt-1.5 text-fine text-notice">It says only a part of this sentence.</p>
      )}
    </div>
  )
}

/** Above its number where there is room, else below; never outside of the window. */
function place(card: HTMLElement, anchor: DOMRect): void {
  const { width, height } = card.getBoundingClientRect()
  const above = anchor.top - GAP_PX - height
  const left = Math.min(anchor.left - 8, innerWidth - width - MARGIN_PX)
  card.style.left = `${String(Math.max(MARGIN_PX, left))}px`
  card.style.top = `${String(above >= MARGIN_PX ? above : anchor.bottom + GAP_PX)}px`
}

const shortened = (quote: string) =>
  quote.length > LONGEST_QUOTE ? `${quote.slice(0, LONGEST_QUOTE)}…` : quote

/** One page of a document as text, with the passage marked. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { Document } from '../../api'
import { unitOffset } from '../../api'
import { keys } from '../../queries'
import type { Source } from '../../router'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { SpinnerIcon } from '../../ui/icons'
import { hasTables } from '../library/words'
import { Passages } from './Passages'
import { blocksOf } from './text-blocks'

interface Props {
  document: Document
  source: Source
  page: number
  zoom: number
  onPage: (page: number) => void
}

/** What is read beforehand for the next page. */
const STALE_MS = 10 * 60_000

/** The text of a page does not change. */
export function usePageText(documentId: string, page: number, { isWanted = true } = {}) {
  const { api } = useServices()
  return useQuery({
    queryKey: keys.documentPage(documentId, page),
    queryFn: async ({ signal }) => {
      const { documents } = await api.library()
      const pages = await documents.pages(documentId, page, 1, signal)
      return pages.find(({ number }) => number === page) ?? null
    },
    staleTime: STALE_MS,
    enabled: isWanted,
  })
}

export function TextView({ document, source, page, zoom, onPage }: Props) {
  const { data, isPending, error, refetch } = usePageText(document.id, page)
  const box = useRef<HTMLDivElement>(null)
  const text = data?.text ?? ''
  const canHaveTables = hasTables(document)
  const blocks = useMemo(() => blocksOf(text, canHaveTables), [text, canHaveTables])
  const { start, end } = source
  const isMarked = end > 0 && page === source.page
  const marked = useMemo(
    () => (isMarked ? { start: unitOffset(text, start), end: unitOffset(text, end) } : null),
    [isMarked, text, start, end],
  )

  useEffect(() => {
    if (!data) return
    const mark = box.current?.querySelector('[data-part=passage]')
    if (mark) mark.scrollIntoView({ block: 'center' })
    else box.current?.scrollTo({ top: 0 })
  }, [data])

  return (
    <div
      ref={box}
      tabIndex={0}
      role="group"
      aria-label={`Text of page ${page}`}
      className="min-h-0 flex-1 overflow-y-auto px-5 py-4 -outline-offset-2"
    >
      {isPending && (
        <SpinnerIcon className="mx-auto my-8 size-5 animate-late animate-spin text-faint" />
      )}
      {error && (
        <div role="alert" className="grid justify-items-start gap-2">
          <p className="text-soft">{error.message}</p>
          <Button onClick={() => void refetch()}>Try again</Button>
        </div>
      )}
      {data && (
        <>
          <p className="mb-2 text-fine text-faint">
            {data.label ? `${data.label} · page ${page}` : `Page ${page}`}
            {data.isFromImage && ' · recognised in an image, so letters may be wrong'}
          </p>
          {data.text ? (
            <div className="grid gap-[1em]" style={{ fontSize: `${zoom}rem`, lineHeight: 1.6 }}>
              <Passages text={data.text} blocks={blocks} marked={marked} />
            </div>
          ) : (
            <p className="text-faint">There is no text on this page.</p>
          )}
        </>
      )}
      {data === null && <p className="text-faint">There is no such page.</p>}
      {data && page < document.pageCount && (
        <Button
          look="link"
          className="mt-6"
          onClick={() => {
            onPage(page + 1)
          }}
        >
          Next page
        </Button>
      )}
    </div>
  )
}

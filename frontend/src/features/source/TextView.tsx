/** One page of a document as text, with the passage marked. */

import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import type { Document } from '../../api'
import { unitOffset } from '../../api'
import { keys } from '../../queries'
import type { Source } from '../../router'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { SpinnerIcon } from '../../ui/icons'

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
export function usePageText(documentId: string, page: number) {
  const { api } = useServices()
  return useQuery({
    queryKey: keys.documentPage(documentId, page),
    queryFn: async ({ signal }) => {
      const { documents } = await api.library()
      const pages = await documents.pages(documentId, page, 1, signal)
      return pages.find(({ number }) => number === page) ?? null
    },
    staleTime: STALE_MS,
  })
}

export function TextView({ document, source, page, zoom, onPage }: Props) {
  const { data, isPending, error, refetch } = usePageText(document.id, page)
  const mark = useRef<HTMLElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const isMarked = source.end > 0 && page === source.page

  useEffect(() => {
    if (!data) return
    if (mark.current) mark.current.scrollIntoView({ block: 'center' })
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
            <p
              dir="auto"
              className="max-w-[44rem] break-words whitespace-pre-wrap"
              style={{ fontSize: `${zoom}rem`, lineHeight: 1.6 }}
            >
              {isMarked ? <Marked text={data.text} source={source} ref={mark} /> : data.text}
            </p>
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

interface MarkedProps {
  text: string
  source: Source
  ref: React.Ref<HTMLElement>
}

function Marked({ text, source, ref }: MarkedProps) {
  const start = unitOffset(text, source.start)
  const end = unitOffset(text, source.end)
  return (
    <>
      {text.slice(0, start)}
      <mark ref={ref} data-part="passage" className="rounded-[2px] bg-mark text-ink">
        {text.slice(start, end)}
      </mark>
      {text.slice(end)}
    </>
  )
}

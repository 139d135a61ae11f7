/** Passages that were found in the text of documents, as an answer would find them. */

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { FoundPassage, Scope } from '../../api'
import { keys } from '../../queries'
import { documentPath, Link } from '../../router'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { Highlighted } from '../../ui/Highlighted'
import { Notice } from '../../ui/Notice'
import { SpinnerIcon } from '../../ui/icons'
import { excerptOf } from './excerpt'

const MOST = 30

interface Props {
  query: string
  scope: Scope | null
}

export function PassageResults({ query, scope }: Props) {
  const { api, announcer } = useServices()
  const search = useQuery({
    queryKey: keys.passages(query, scope),
    queryFn: async ({ signal }) => (await api.library()).search(query, scope, MOST, signal),
    placeholderData: keepPreviousData,
    enabled: query !== '',
  })
  const { data, isError, error, isFetching, refetch } = search
  const passages = data?.passages ?? []
  const count = search.isPlaceholderData ? null : (data?.passages.length ?? null)
  useEffect(() => {
    if (count !== null) announcer.announce(count === 1 ? '1 passage.' : `${count} passages.`)
  }, [announcer, count, query])

  if (query === '') return <p className="py-6 text-faint">What are you looking for?</p>
  if (isError) {
    return (
      <div role="alert">
        <Notice
          actions={
            <Button look="link" className="text-inherit" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {error.message}
        </Notice>
      </div>
    )
  }
  if (!data) return <SpinnerIcon className="mx-auto my-8 size-5 animate-spin text-faint" />
  return (
    <section
      aria-label="Passages"
      aria-busy={isFetching}
      className={isFetching ? 'opacity-60' : ''}
    >
      {data.grounding === 'none' && passages.length > 0 && (
        <Notice look="notice" className="mb-3">
          Nothing here answers this; these passages are the nearest.
        </Notice>
      )}
      {!data.usedMeaning && (
        <p className="mb-3 text-fine text-notice">
          Only the words themselves were looked for: the search by meaning is away.
        </p>
      )}
      {passages.length === 0 && <p className="py-6 text-soft">Nothing was found.</p>}
      <ol className="grid grid-cols-[minmax(0,1fr)] gap-2">
        {passages.map((passage) => (
          <Passage key={passage.chunkId} passage={passage} query={query} />
        ))}
      </ol>
    </section>
  )
}

function Passage({ passage, query }: { passage: FoundPassage; query: string }) {
  const { documentTitle, source, text, headings } = passage
  const excerpt = excerptOf(text.replace(/\n{2,}/g, '\n'), query)
  return (
    <li className="rounded-sm border border-line hover:bg-hover">
      <Link to={documentPath(source)} className="block px-3 py-2">
        <span className="flex flex-wrap gap-x-2 text-fine text-faint">
          <span dir="auto" className="min-w-0 font-semibold break-words text-soft">
            {documentTitle}
          </span>
          <span>page {source.page}</span>
          {headings.length > 0 && (
            <span className="max-w-full truncate">· {headings.join(' › ')}</span>
          )}
        </span>
        <span dir="auto" className="mt-0.5 line-clamp-4 break-words whitespace-pre-line">
          <Highlighted text={excerpt.text} spans={excerpt.spans} />
        </span>
      </Link>
    </li>
  )
}

/** Turns pages and changes their size. */

import { useState } from 'react'
import { IconButton } from '../../ui/Button'
import { MinusIcon, NextIcon, PlusIcon, PreviousIcon } from '../../ui/icons'

interface Props {
  page: number
  /** 0 while it is not known. */
  pageCount: number
  zoom: number
  /** Null where there is only one view. */
  view: 'drawn' | 'text' | null
  onPage: (page: number) => void
  onZoom: (step: 1 | -1) => void
  onView: (view: 'drawn' | 'text') => void
}

export function PageControls(props: Props) {
  const { page, pageCount, zoom, view, onPage, onZoom, onView } = props
  return (
    <div
      role="toolbar"
      aria-label="Pages"
      className="flex shrink-0 flex-wrap items-center gap-x-1 gap-y-1 border-b border-line px-2 py-1 text-soft sm:gap-x-3"
    >
      <span className="flex items-center gap-0.5">
        <IconButton
          label="Previous page"
          aria-disabled={page <= 1}
          className={`${STEP} ${page <= 1 ? 'opacity-40' : ''}`}
          onClick={() => {
            onPage(page - 1)
          }}
        >
          <PreviousIcon className="size-4" />
        </IconButton>
        <PageField key={page} page={page} onPage={onPage} />
        <span className="px-1 tabular-nums">
          of {pageCount > 0 ? pageCount.toLocaleString('en') : '…'}
        </span>
        <IconButton
          label="Next page"
          aria-disabled={page >= pageCount}
          className={`${STEP} ${page >= pageCount ? 'opacity-40' : ''}`}
          onClick={() => {
            onPage(page + 1)
          }}
        >
          <NextIcon className="size-4" />
        </IconButton>
      </span>
      <span className="flex items-center gap-0.5">
        <IconButton
          label="Smaller"
          className={STEP}
          onClick={() => {
            onZoom(-1)
          }}
        >
          <MinusIcon className="size-4" />
        </IconButton>
        <span className="w-11 text-center text-fine tabular-nums max-sm:hidden">
          {Math.round(zoom * 100)} %
        </span>
        <IconButton
          label="Larger"
          className={STEP}
          onClick={() => {
            onZoom(1)
          }}
        >
          <PlusIcon className="size-4" />
        </IconButton>
      </span>
      {view && (
        <span className="ml-auto flex rounded-sm border border-edge p-0.5 text-fine">
          <ViewButton {...{ view, onView }} value="drawn" label="Original" />
          <ViewButton {...{ view, onView }} value="text" label="Text" />
        </span>
      )}
    </div>
  )
}

const STEP = 'size-8 touch:size-10'

interface ViewButtonProps {
  view: 'drawn' | 'text'
  value: 'drawn' | 'text'
  label: string
  onView: (view: 'drawn' | 'text') => void
}

function ViewButton({ view, value, label, onView }: ViewButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={view === value}
      onClick={() => {
        onView(value)
      }}
      className="rounded-[0.25rem] px-2 py-0.5 aria-pressed:bg-hover aria-pressed:font-medium aria-pressed:text-ink touch:py-1.5"
    >
      {label}
    </button>
  )
}

function PageField({ page, onPage }: { page: number; onPage: (page: number) => void }) {
  const [text, setText] = useState(String(page))
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        const wanted = Number.parseInt(text, 10)
        if (wanted > 0) onPage(wanted)
      }}
    >
      <input
        aria-label="Page"
        inputMode="numeric"
        value={text}
        onChange={({ target }) => {
          setText(target.value)
        }}
        onFocus={({ target }) => {
          target.select()
        }}
        className="w-11 rounded-sm border border-edge bg-raised px-1 py-0.5 text-center tabular-nums outline-offset-0"
      />
    </form>
  )
}

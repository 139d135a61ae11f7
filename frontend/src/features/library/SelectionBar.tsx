/** What can be done with the documents that are selected. */

import type { Document } from '../../api'
import { Button, IconButton } from '../../ui/Button'
import { CloseIcon } from '../../ui/icons'
import { isBeingRead } from './ingestion'
import type { DocumentActions } from './useDocumentActions'

interface Props {
  documents: Document[]
  actions: DocumentActions
  onCollect: (documents: Document[]) => void
  onRemove: (documents: Document[]) => void
  onClear: () => void
}

export function SelectionBar({ documents, actions, onCollect, onRemove, onClear }: Props) {
  const running = documents.filter(isBeingRead)
  const ended = documents.filter(({ state }) => state === 'failed' || state === 'cancelled')
  return (
    <div
      role="toolbar"
      aria-label="Selected documents"
      className="sticky bottom-3 z-10 mx-auto mt-3 flex w-fit max-w-full animate-appear flex-wrap items-center gap-2 rounded-lg border border-edge bg-raised p-2 ps-4 shadow-float"
    >
      <span className="font-medium tabular-nums">
        {documents.length.toLocaleString('en')} selected
      </span>
      <Button
        onClick={() => {
          actions.askAbout({ documentIds: documents.map(({ id }) => id) })
        }}
      >
        Ask about them
      </Button>
      <Button
        onClick={() => {
          onCollect(documents)
        }}
      >
        Collections…
      </Button>
      {running.length > 0 && <Button onClick={() => void actions.cancel(running)}>Stop</Button>}
      {ended.length > 0 && <Button onClick={() => void actions.retry(ended)}>Try again</Button>}
      <Button
        className="text-danger"
        onClick={() => {
          onRemove(documents)
        }}
      >
        Delete
      </Button>
      <IconButton label="Select nothing" className="size-8" onClick={onClear}>
        <CloseIcon className="size-4" />
      </IconButton>
    </div>
  )
}

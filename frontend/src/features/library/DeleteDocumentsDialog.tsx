/** Asks before documents are deleted for good. */

import { useState } from 'react'
import type { Document } from '../../api'
import { ConfirmDialog } from '../../ui/ConfirmDialog'

interface Props {
  documents: readonly Document[]
  onClose: () => void
  onRemove: (documents: readonly Document[]) => Promise<void>
}

export function DeleteDocumentsDialog({ documents, onClose, onRemove }: Props) {
  const [isPending, setPending] = useState(false)
  const [first] = documents
  const what =
    documents.length === 1 && first
      ? `“${first.title}”`
      : `${documents.length.toLocaleString('en')} documents`
  const it = documents.length === 1 ? 'it' : 'them'
  return (
    <ConfirmDialog
      title={`Delete ${what}?`}
      text={`This cannot be undone. Answers that rest on ${it} stay, without their sources.`}
      action="Delete"
      pendingAction={isPending ? 'Deleting…' : null}
      error={null}
      onConfirm={() => {
        setPending(true)
        void onRemove(documents).finally(onClose)
      }}
      onClose={onClose}
    />
  )
}

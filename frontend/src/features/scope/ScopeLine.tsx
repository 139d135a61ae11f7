/** Below the question: what the answers rest on, in words. */

import type { Scope } from '../../api'
import { LibraryIcon } from '../../ui/icons'

interface Props {
  scope: Scope
  onChoose: () => void
}

export function ScopeLine({ scope, onChoose }: Props) {
  return (
    <button
      type="button"
      onClick={onChoose}
      className="inline-flex items-center gap-1 rounded-sm px-1 hover:bg-hover hover:text-ink touch:py-1.5"
    >
      <LibraryIcon className="size-3.5" />
      <span className="sr-only">Answers rest on: </span>
      {inWords(scope)}
    </button>
  )
}

function inWords({ kind, documentIds, collectionIds }: Scope): string {
  if (kind === 'all') return 'All documents'
  if (kind === 'nothing') return 'No documents'
  return [counted(collectionIds.length, 'collection'), counted(documentIds.length, 'document')]
    .filter(Boolean)
    .join(', ')
}

function counted(count: number, what: string): string {
  if (count === 0) return ''
  return count === 1 ? `1 ${what}` : `${count} ${what}s`
}

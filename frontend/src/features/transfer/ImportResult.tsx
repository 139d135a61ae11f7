/** How far an import is, and what came of it. */

import { Link, pathOf } from '../../router'
import { Notice } from '../../ui/Notice'
import { titleOf } from '../conversations/useActions'
import type { ImportState } from './useImport'

/** More would not be read. */
const MOST_SHOWN = 100

interface Props {
  state: ImportState
  /** Called when a conversation was chosen. */
  onFollow: () => void
}

export function ImportResult({ state, onFollow }: Props) {
  const { fileName, phase, progress, error } = state
  const conversations = progress?.conversations ?? []
  const failures = progress?.failures ?? []

  return (
    <div className="grid gap-4">
      <div>
        <p className="truncate font-medium">{fileName}</p>
        <p role="status" className="text-soft">
          {statusOf(state)}
        </p>
        {phase === 'reading' && (
          <progress
            aria-label="Import"
            className="mt-2 h-1.5 w-full accent-accent"
            max={progress?.total ?? 1}
            value={progress?.done}
          />
        )}
      </div>
      <div role="alert">{error && <Notice>{error}</Notice>}</div>
      {failures.length > 0 && (
        <section aria-label="Not imported">
          <h3 className={HEADING}>Not imported</h3>
          <ul>
            {failures.slice(0, MOST_SHOWN).map(({ index, title, description }) => (
              <li key={index} className="border-t border-line py-1.5">
                <span className="break-words">{title || `Number ${String(index + 1)}`}</span>
                <span className="block text-fine text-danger">{description}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {phase !== 'reading' && conversations.length > 0 && (
        <section aria-label="Imported">
          <h3 className={HEADING}>Imported</h3>
          <ul>
            {conversations.slice(0, MOST_SHOWN).map((conversation) => (
              <li key={conversation.id} className="border-t border-line">
                <Link
                  to={pathOf(conversation.id)}
                  onClick={onFollow}
                  className="block truncate py-1.5 text-accent underline-offset-4 hover:underline"
                >
                  {titleOf(conversation)}
                </Link>
              </li>
            ))}
          </ul>
          {conversations.length > MOST_SHOWN && (
            <p className="text-fine text-faint">And {conversations.length - MOST_SHOWN} more.</p>
          )}
        </section>
      )}
    </div>
  )
}

const HEADING = 'mb-1 text-fine font-semibold text-faint'

function statusOf({ phase, progress }: ImportState): string {
  const count = progress?.conversations.length ?? 0
  const imported = count === 1 ? 'One conversation' : `${count.toLocaleString('en')} conversations`
  if (phase === 'reading') {
    return progress ? `${progress.done} of ${progress.total}…` : 'Reading the file…'
  }
  if (phase === 'stopped') return `Stopped. ${imported} came in before.`
  if (phase === 'failed') return count > 0 ? `${imported} came in before it failed.` : ''
  return `${imported} came in.`
}

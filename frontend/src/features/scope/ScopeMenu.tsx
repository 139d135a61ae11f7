/** Beside the question: attaches files, and says which documents the answers rest on. */

import type { Scope } from '../../api'
import { ClipIcon, FileIcon, LibraryIcon } from '../../ui/icons'
import { Menu } from '../../ui/Menu'

interface Props {
  scope: Scope
  onScope: (scope: Scope) => void
  onPickFiles: () => void
  onChoose: () => void
}

export function ScopeMenu({ scope, onScope, onPickFiles, onChoose }: Props) {
  const choice = (kind: 'all' | 'nothing', label: string) => ({
    label,
    isChecked: scope.kind === kind,
    run: () => {
      onScope({ kind, documentIds: [], collectionIds: [] })
    },
  })
  return (
    <Menu
      label="Documents for this chat"
      className="grid size-9 shrink-0 place-items-center rounded-md text-soft transition-colors hover:bg-hover hover:text-ink"
      groups={[
        [
          { label: 'Upload files…', icon: <FileIcon className={ICON} />, run: onPickFiles },
          {
            label: 'Choose documents…',
            icon: <LibraryIcon className={ICON} />,
            run: onChoose,
          },
        ],
        [
          choice('all', 'Answer from all documents'),
          ...(scope.kind === 'selected'
            ? [{ label: 'Answer from those chosen', isChecked: true, run: onChoose }]
            : []),
          choice('nothing', 'Answer without documents'),
        ],
      ]}
    >
      <ClipIcon />
    </Menu>
  )
}

const ICON = 'size-4 shrink-0'

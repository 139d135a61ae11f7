/** What can be done with one conversation. */

import type { Conversation } from '../../api'
import { ArchiveIcon, ExportIcon, MoreIcon, PencilIcon, PinIcon, TrashIcon } from '../../ui/icons'
import { Menu } from '../../ui/Menu'
import { titleOf, useActions } from './useActions'

interface Props {
  conversation: Conversation
  onRename: () => void
  onRemove: () => void
  className: string
}

export function ConversationMenu({ conversation, onRename, onRemove, className }: Props) {
  const actions = useActions()
  const { isPinned, isArchived } = conversation
  const groups = [
    [
      {
        label: isPinned ? 'Unpin' : 'Pin',
        icon: <PinIcon className={ICON} />,
        run: () => void actions.setPinned(conversation, !isPinned),
      },
      { label: 'Rename', icon: <PencilIcon className={ICON} />, run: onRename },
      {
        label: isArchived ? 'Move out of the archive' : 'Archive',
        icon: <ArchiveIcon className={ICON} />,
        run: () => void actions.setArchived(conversation, !isArchived),
      },
    ],
    [
      {
        label: 'Export as Markdown',
        icon: <ExportIcon className={ICON} />,
        run: () => void actions.download(conversation, 'markdown'),
      },
      {
        label: 'Export as JSON',
        icon: <ExportIcon className={ICON} />,
        run: () => void actions.download(conversation, 'json'),
      },
    ],
    [
      {
        label: 'Delete',
        icon: <TrashIcon className={ICON} />,
        look: 'danger' as const,
        run: onRemove,
      },
    ],
  ]
  return (
    <Menu label={`Actions for ${titleOf(conversation)}`} groups={groups} className={className}>
      <MoreIcon className="size-4" />
    </Menu>
  )
}

const ICON = 'size-4 shrink-0'

/** The title of what is shown, and, where there is no sidebar, what opens it. */

import { IconButton } from '../../ui/Button'
import { MenuIcon, PlusIcon } from '../../ui/icons'

interface Props {
  title: string
  /** Null where the sidebar is always there. */
  onOpenMenu: (() => void) | null
  onNewChat: () => void
}

export function TopBar({ title, onOpenMenu, onNewChat }: Props) {
  if (!onOpenMenu && !title) return null
  return (
    <header className="flex h-13 shrink-0 items-center gap-1 border-b border-line px-2 md:px-6">
      {onOpenMenu && (
        <IconButton label="Open menu" className="size-10" onClick={onOpenMenu}>
          <MenuIcon />
        </IconButton>
      )}
      {title ? (
        <h1 className="min-w-0 flex-1 truncate text-ui font-semibold">{title}</h1>
      ) : (
        <span className="flex-1 text-ui font-semibold">Lamla</span>
      )}
      {onOpenMenu && (
        <IconButton label="New chat" className="size-10" onClick={onNewChat}>
          <PlusIcon />
        </IconButton>
      )}
    </header>
  )
}

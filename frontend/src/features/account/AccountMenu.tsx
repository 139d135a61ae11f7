/** Who is here, and what belongs to them: settings, their data, the way in and out. */

import type { Theme } from '../../settings'
import { useSettings } from '../../settings'
import { useServices } from '../../services'
import {
  ExportIcon,
  ImportIcon,
  KeyboardIcon,
  PersonIcon,
  SettingsIcon,
  SignInIcon,
  SignOutIcon,
} from '../../ui/icons'
import type { MenuItem } from '../../ui/Menu'
import { Menu } from '../../ui/Menu'
import { nameOf, roleOf, useAccount } from './useAccount'
import { useSignOut } from './useSignOut'

const THEMES: [Theme, string][] = [
  ['system', 'Theme of the system'],
  ['light', 'Light theme'],
  ['dark', 'Dark theme'],
]

export function AccountMenu() {
  const { settings, windows } = useServices()
  const { theme: current } = useSettings()
  const account = useAccount()
  const signOut = useSignOut()
  if (!account) return <div className="h-11" />

  const isGuest = account.role === 'guest'
  const opening = (
    label: string,
    icon: React.ReactNode,
    name: Parameters<typeof windows.open>[0],
  ) => ({
    label,
    icon,
    run: () => {
      windows.open(name)
    },
  })
  const groups: MenuItem[][] = [
    isGuest
      ? [
          opening('Sign in', <SignInIcon className={ICON} />, 'sign-in'),
          opening('Create account', <PersonIcon className={ICON} />, 'register'),
        ]
      : [],
    THEMES.map(([theme, label]) => ({
      label,
      isChecked: theme === current,
      run: () => {
        settings.change({ theme })
      },
    })),
    [
      opening('Settings', <SettingsIcon className={ICON} />, 'settings'),
      opening('Keyboard shortcuts', <KeyboardIcon className={ICON} />, 'shortcuts'),
    ],
    [
      opening('Import conversations', <ImportIcon className={ICON} />, 'import'),
      opening('Export all', <ExportIcon className={ICON} />, 'export'),
    ],
    isGuest ? [] : [{ label: 'Sign out', icon: <SignOutIcon className={ICON} />, run: signOut }],
  ]

  return (
    <Menu
      label="Account"
      hasWords
      className="flex h-11 w-full items-center gap-2.5 rounded-sm px-2 text-left transition-colors hover:bg-hover"
      groups={groups}
      header={
        <div className="mb-1 max-w-64 border-b border-line px-2 pt-1 pb-2">
          <p className="truncate font-medium">{isGuest ? 'Guest' : nameOf(account)}</p>
          <p className="text-fine break-words text-faint">
            {isGuest
              ? 'Your conversations are kept in this browser’s session.'
              : [account.displayName && account.email, roleOf(account)].filter(Boolean).join(' · ')}
          </p>
        </div>
      }
    >
      <PersonIcon className="size-5 shrink-0 text-soft" />
      <span className="min-w-0 flex-1">
        <span className="sr-only">Account: </span>
        <span className="block truncate">{nameOf(account)}</span>
        <span className="block truncate text-fine text-faint">{roleOf(account)}</span>
      </span>
    </Menu>
  )
}

const ICON = 'size-4 shrink-0'

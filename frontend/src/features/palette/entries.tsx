/** What the palette offers. */

import type { ReactNode } from 'react'
import type { Conversation, SearchHit, Span } from '../../api'
import { LIBRARY, navigate, NEW_CHAT, pathOf } from '../../router'
import type { Services } from '../../services'
import {
  ArchiveIcon,
  ChatIcon,
  ExportIcon,
  ImportIcon,
  KeyboardIcon,
  LibraryIcon,
  PersonIcon,
  PinIcon,
  PlusIcon,
  SettingsIcon,
  SignInIcon,
  SignOutIcon,
  TrashIcon,
  UndoIcon,
} from '../../ui/icons'
import type { Actions } from '../conversations/useActions'
import { titleOf } from '../conversations/useActions'
import { fuzzyFind } from './fuzzy'

export interface Entry {
  key: string
  icon: ReactNode
  text: string
  /** The parts of `text` that were looked for. */
  spans: Span[]
  /** A second line. */
  detail: { text: string; spans: Span[] } | null
  /** Keys that do the same. */
  keys: string
  /** Whether the palette stays open afterwards. */
  isStaying: boolean
  run: () => void
}

export interface Group {
  name: string
  /** How well the first entry matches. */
  score: number
  entries: Entry[]
}

type Action = Pick<Entry, 'icon' | 'text' | 'run'> & { keys?: string }

interface Place {
  services: Services
  actions: Actions
  isGuest: boolean
  signOut: () => void
  /** The conversation that is shown. */
  current: Conversation | undefined
}

const ICON = 'size-4 shrink-0'
/** Below what stands in a name as it was typed, above a few letters of one. */
const HIT_SCORE = 50

/** Everything that can be done now. */
export function actionsAt({ services, actions, isGuest, signOut, current }: Place): Action[] {
  const { windows, settings, toaster } = services
  const open = (name: Parameters<typeof windows.open>[0]) => () => {
    windows.open(name)
  }
  const theme = (name: 'system' | 'light' | 'dark') => () => {
    settings.change({ theme: name })
  }
  return [
    ...toaster.get().flatMap(({ key, text, action }) =>
      action
        ? [
            {
              icon: <UndoIcon className={ICON} />,
              text: `${action.label}: ${text}`,
              run: () => {
                toaster.dismiss(key)
                action.run()
              },
            },
          ]
        : [],
    ),
    {
      icon: <PlusIcon className={ICON} />,
      text: 'New chat',
      keys: 'Mod Shift O',
      run: () => {
        navigate(NEW_CHAT)
      },
    },
    {
      icon: <LibraryIcon className={ICON} />,
      text: 'Library: your documents',
      keys: 'Mod Shift L',
      run: () => {
        navigate(LIBRARY)
      },
    },
    ...(current ? conversationActions(current, actions) : []),
    { icon: <SettingsIcon className={ICON} />, text: 'Settings', run: open('settings') },
    { icon: <SettingsIcon className={ICON} />, text: 'Theme: light', run: theme('light') },
    { icon: <SettingsIcon className={ICON} />, text: 'Theme: dark', run: theme('dark') },
    { icon: <SettingsIcon className={ICON} />, text: 'Theme: system', run: theme('system') },
    { icon: <ImportIcon className={ICON} />, text: 'Import conversations', run: open('import') },
    {
      icon: <ExportIcon className={ICON} />,
      text: 'Export all conversations',
      run: open('export'),
    },
    {
      icon: <KeyboardIcon className={ICON} />,
      text: 'Keyboard shortcuts',
      keys: '?',
      run: open('shortcuts'),
    },
    ...(isGuest
      ? [
          { icon: <SignInIcon className={ICON} />, text: 'Sign in', run: open('sign-in') },
          { icon: <PersonIcon className={ICON} />, text: 'Create account', run: open('register') },
        ]
      : [{ icon: <SignOutIcon className={ICON} />, text: 'Sign out', run: signOut }]),
  ]
}

function conversationActions(current: Conversation, actions: Actions): Action[] {
  const { isPinned, isArchived } = current
  return [
    {
      icon: <PinIcon className={ICON} />,
      text: isPinned ? 'Unpin this conversation' : 'Pin this conversation',
      run: () => void actions.setPinned(current, !isPinned),
    },
    {
      icon: <ArchiveIcon className={ICON} />,
      text: isArchived ? 'Move this conversation out of the archive' : 'Archive this conversation',
      run: () => void actions.setArchived(current, !isArchived),
    },
    {
      icon: <ExportIcon className={ICON} />,
      text: 'Export this conversation as Markdown',
      run: () => void actions.download(current, 'markdown'),
    },
    {
      icon: <ExportIcon className={ICON} />,
      text: 'Export this conversation as JSON',
      run: () => void actions.download(current, 'json'),
    },
    {
      icon: <TrashIcon className={ICON} />,
      text: 'Delete this conversation',
      run: () => void actions.remove(current),
    },
  ]
}

export function actionGroup(query: string, actions: readonly Action[]): Group {
  const found = fuzzyFind(query, actions, ({ text }) => text)
  const entries = found.map(({ item, spans }) => ({
    keys: '',
    ...item,
    key: `action:${item.text}`,
    spans,
    detail: null,
    isStaying: false,
  }))
  return { name: 'Actions', score: found[0]?.score ?? 0, entries }
}

export function conversationGroup(
  name: string,
  query: string,
  conversations: readonly Conversation[],
): Group {
  const found = fuzzyFind(query, conversations, titleOf)
  const entries = found.map(({ item, spans }) => ({
    key: `conversation:${item.id}`,
    icon: <ChatIcon className={ICON} />,
    text: titleOf(item),
    spans,
    detail: null,
    keys: '',
    isStaying: false,
    run: () => {
      navigate(pathOf(item.id))
    },
  }))
  return { name, score: found[0]?.score ?? 0, entries }
}

/** Hits in titles that are listed already are left out. */
export function hitGroup(hits: readonly SearchHit[], listed: Group): Group {
  const known = new Set(listed.entries.map(({ key }) => key))
  const entries = hits
    .filter(
      ({ conversation, messageId }) =>
        messageId !== null || !known.has(`conversation:${conversation.id}`),
    )
    .map(({ conversation, messageId, snippet, highlights }): Entry => {
      const isTitle = messageId === null
      return {
        key: `hit:${conversation.id}`,
        icon: <ChatIcon className={ICON} />,
        text: isTitle ? snippet : titleOf(conversation),
        spans: isTitle ? highlights : [],
        detail: isTitle ? null : { text: snippet, spans: highlights },
        keys: '',
        isStaying: false,
        run: () => {
          navigate(pathOf(conversation.id, messageId))
        },
      }
    })
  return { name: 'In messages', score: HIT_SCORE, entries }
}

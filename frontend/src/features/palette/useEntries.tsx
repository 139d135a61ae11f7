/** What the palette shows for what was typed. */

import { useServices } from '../../services'
import { DownIcon } from '../../ui/icons'
import { useAccount } from '../account/useAccount'
import { useSignOut } from '../account/useSignOut'
import { useActions } from '../conversations/useActions'
import { useConversations } from '../conversations/useConversations'
import { useCurrent } from '../conversations/useCurrent'
import type { Entry, Group } from './entries'
import { actionGroup, actionsAt, conversationGroup, hitGroup } from './entries'
import { useSearch } from './useSearch'

/** How many conversations are offered before anything is typed. */
const MOST_RECENT = 6
const MOST_CONVERSATIONS = 8

export function useEntries(text: string) {
  const services = useServices()
  const actions = useActions()
  const signOut = useSignOut()
  const isGuest = useAccount()?.role === 'guest'
  const current = useCurrent()
  const { conversations } = useConversations('current')
  const search = useSearch(text)

  const offered = actionGroup(text, actionsAt({ services, actions, isGuest, signOut, current }))
  if (!text.trim()) {
    const recent = conversationGroup('Recent', '', conversations.slice(0, MOST_RECENT))
    return { groups: withEntries([recent, offered]), isSearching: false, error: null }
  }
  const named = conversationGroup('Conversations', text, conversations)
  const found = hitGroup(search.hits, named)
  if (search.more) found.entries.push(moreEntry(search.more))
  const shown = { ...named, entries: named.entries.slice(0, MOST_CONVERSATIONS) }
  return {
    groups: withEntries([shown, found, offered]).sort((a, b) => b.score - a.score),
    isSearching: search.isSearching,
    error: search.error,
  }
}

function moreEntry(run: () => void): Entry {
  return {
    key: 'more',
    icon: <DownIcon className="size-4 shrink-0" />,
    text: 'More results',
    spans: [],
    detail: null,
    keys: '',
    isStaying: true,
    run,
  }
}

const withEntries = (groups: Group[]) => groups.filter(({ entries }) => entries.length > 0)

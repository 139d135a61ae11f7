/** What lives as long as the page: made once, given to every component. */

import type { QueryClient } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type { Api } from './api'
import { followSession } from './features/account/follow-session'
import { MessageCache } from './features/chat/message-cache'
import { Presence } from './features/chat/presence'
import { Turns } from './features/chat/turns'
import { refreshTitles } from './features/conversations/refresh-titles'
import { Windows } from './features/shell/windows'
import { createQueryClient } from './queries'
import { navigate, NEW_CHAT, pathOf } from './router'
import { SettingsStore } from './settings'
import { Announcer } from './ui/announcer'
import { Toaster } from './ui/toast'

export interface Services {
  api: Api
  queryClient: QueryClient
  turns: Turns
  announcer: Announcer
  settings: SettingsStore
  toaster: Toaster
  windows: Windows
}

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = use(ServicesContext)
  if (!services) throw new Error('This component is outside of ServicesContext.')
  return services
}

export function createServices(api: Api): Services {
  const { session } = api
  const queryClient = createQueryClient()
  const announcer = new Announcer()
  const toaster = new Toaster(announcer.announce)
  const settings = new SettingsStore(localStorage)
  const turns = new Turns({
    chat: api.chat,
    cache: new MessageCache(queryClient),
    presence: new Presence(),
    config: () => settings.config(),
    announce: announcer.announce,
    onNewConversation: (id) => {
      if (location.pathname === NEW_CHAT) navigate(pathOf(id), { replace: true })
    },
  })
  followSession({ session, queryClient, turns, toaster })
  refreshTitles(turns, queryClient)
  return { api, queryClient, turns, announcer, settings, toaster, windows: new Windows() }
}

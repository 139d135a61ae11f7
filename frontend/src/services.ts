/** What lives as long as the page: made once, given to every component. */

import type { QueryClient } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type { Api } from './api'
import { MessageCache } from './features/chat/message-cache'
import { Turns } from './features/chat/turns'
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
}

export const ServicesContext = createContext<Services | null>(null)

export function useServices(): Services {
  const services = use(ServicesContext)
  if (!services) throw new Error('This component is outside of ServicesContext.')
  return services
}

export function createServices(api: Api): Services {
  const queryClient = createQueryClient()
  const announcer = new Announcer()
  const turns = new Turns({
    chat: api.chat,
    cache: new MessageCache(queryClient),
    announce: announcer.announce,
    onNewConversation: (id) => {
      if (location.pathname === NEW_CHAT) navigate(pathOf(id), { replace: true })
    },
  })
  forgetAllOfAnotherUser(api, queryClient)
  const settings = new SettingsStore(localStorage)
  return { api, queryClient, turns, announcer, settings, toaster: new Toaster() }
}

/** A session that ended is followed by another guest, who has nothing of the one before. */
function forgetAllOfAnotherUser({ session }: Api, queryClient: QueryClient): void {
  let userId: string | null = null
  session.subscribe(() => {
    if (userId !== null) void queryClient.resetQueries()
    userId = session.account?.id ?? null
  })
}

/** What lives as long as the page: made once, given to every component. */

import type { QueryClient } from '@tanstack/react-query'
import { createContext, use } from 'react'
import type { Api, Arrival, Document } from './api'
import { ApiError } from './api'
import { followSession } from './features/account/follow-session'
import { MessageCache } from './features/chat/message-cache'
import { Presence } from './features/chat/presence'
import { Turns } from './features/chat/turns'
import { refreshTitles } from './features/conversations/refresh-titles'
import { Ingestion } from './features/library/ingestion'
import { Scopes } from './features/scope/scopes'
import { Windows } from './features/shell/windows'
import { Uploads } from './features/uploads/uploads'
import { createQueryClient, keys } from './queries'
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
  uploads: Uploads
  ingestion: Ingestion
  scopes: Scopes
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
  const presence = new Presence()
  const scopes = new Scopes({
    conversations: api.conversations,
    queryClient,
    onFailure: (thrown) => {
      const { message } = ApiError.from(thrown)
      toaster.show(`The choice of documents was not stored. ${message}`, { look: 'danger' })
    },
  })
  const ingestion = new Ingestion({
    library: api.library,
    queryClient,
    presence,
    onEnd: (document) => {
      announcer.announce(endOf(document))
      void queryClient.invalidateQueries({ queryKey: keys.collections })
    },
  })
  const uploads = new Uploads({
    library: api.library,
    onArrival: ({ document, isKnown }: Arrival) => {
      ingestion.note(document)
      if (isKnown) announcer.announce(`You have “${document.title}” already.`)
      void queryClient.invalidateQueries({ queryKey: keys.collections })
    },
  })
  const turns = new Turns({
    chat: api.chat,
    cache: new MessageCache(queryClient),
    presence,
    config: () => settings.config(),
    announce: announcer.announce,
    onNewConversation: (id) => {
      scopes.began(id)
      if (location.pathname === NEW_CHAT) navigate(pathOf(id), { replace: true })
    },
  })
  followSession({ session, queryClient, turns, toaster, uploads, ingestion, scopes })
  refreshTitles(turns, queryClient)
  const windows = new Windows()
  const page = { announcer, settings, toaster, windows }
  return { api, queryClient, turns, uploads, ingestion, scopes, ...page }
}

function endOf({ title, state, failure }: Document): string {
  if (state === 'ready') return `“${title}” can be searched now.`
  if (state === 'cancelled') return `“${title}” was stopped.`
  return `“${title}” could not be read. ${failure?.message ?? ''}`
}

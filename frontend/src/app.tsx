/** The page with everything that it needs around it. */

import { QueryClientProvider } from '@tanstack/react-query'
import { BrokenPage } from './features/shell/BrokenPage'
import { ErrorBoundary } from './features/shell/ErrorBoundary'
import { Layout } from './features/shell/Layout'
import { OpenWindow } from './features/shell/OpenWindow'
import type { Services } from './services'
import { ServicesContext } from './services'
import { LiveRegion } from './ui/announcer'
import { Toasts } from './ui/toast'

export function App({ services }: { services: Services }) {
  const { api, queryClient, announcer, toaster } = services
  return (
    <ErrorBoundary onError={(thrown) => <BrokenPage reference={api.errors.note(thrown)} />}>
      <ServicesContext value={services}>
        <QueryClientProvider client={queryClient}>
          <Layout />
          <OpenWindow />
          <Toasts toaster={toaster} />
          <LiveRegion announcer={announcer} />
        </QueryClientProvider>
      </ServicesContext>
    </ErrorBoundary>
  )
}

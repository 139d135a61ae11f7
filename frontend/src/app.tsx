/** The page with everything that it needs around it. */

import { QueryClientProvider } from '@tanstack/react-query'
import { Layout } from './features/shell/Layout'
import type { Services } from './services'
import { ServicesContext } from './services'
import { LiveRegion } from './ui/announcer'
import { Toasts } from './ui/toast'

export function App({ services }: { services: Services }) {
  return (
    <ServicesContext value={services}>
      <QueryClientProvider client={services.queryClient}>
        <Layout />
        <Toasts toaster={services.toaster} />
        <LiveRegion announcer={services.announcer} />
      </QueryClientProvider>
    </ServicesContext>
  )
}

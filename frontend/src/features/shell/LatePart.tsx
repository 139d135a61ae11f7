/** A part of the page that is fetched when it is first needed: says so when that does not work. */

import type { ReactNode } from 'react'
import { useServices } from '../../services'
import { Button } from '../../ui/Button'
import { PageMessage } from '../../ui/PageMessage'
import { ErrorBoundary } from './ErrorBoundary'

export function LatePart({ children }: { children: ReactNode }) {
  const { api } = useServices()
  const explain = (thrown: unknown) => {
    api.errors.note(thrown)
    return (
      <PageMessage title="This part of the page could not be loaded">
        <p className="text-soft">The server may be away, or newer than this page.</p>
        <Button
          look="primary"
          onClick={() => {
            location.reload()
          }}
        >
          Reload the page
        </Button>
      </PageMessage>
    )
  }
  return <ErrorBoundary onError={explain}>{children}</ErrorBoundary>
}

/** For a page that cannot go on. */

import { Button } from '../../ui/Button'
import { PageMessage } from '../../ui/PageMessage'

/** `reference` is what to search for in the server's log. */
export function BrokenPage({ reference }: { reference: string }) {
  return (
    <main className="flex h-full bg-paper">
      <PageMessage title="Something went wrong on this page">
        <p className="text-soft">
          Your conversations are safe on the server, and so is an answer that is being written.
        </p>
        <Button
          look="primary"
          onClick={() => {
            location.reload()
          }}
        >
          Reload the page
        </Button>
        <p className="text-fine text-faint">
          It has been noted. Its reference is{' '}
          <code className="font-mono select-all">{reference}</code>.
        </p>
      </PageMessage>
    </main>
  )
}

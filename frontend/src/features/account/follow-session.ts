/** What the page forgets, and says, when somebody else is here. */

import type { QueryClient } from '@tanstack/react-query'
import type { Account, Session, SessionChange } from '../../api'
import { navigate, NEW_CHAT } from '../../router'
import type { Toaster } from '../../ui/toast'
import type { Ingestion } from '../library/ingestion'
import type { Scopes } from '../scope/scopes'
import type { Uploads } from '../uploads/uploads'
import { forgetDrafts } from '../chat/drafts'
import type { Turns } from '../chat/turns'

interface Page {
  session: Session
  queryClient: QueryClient
  turns: Turns
  toaster: Toaster
  uploads: Uploads
  ingestion: Ingestion
  scopes: Scopes
}

/** The user's own choices are answered where they are made. */
const WORDS: Partial<Record<SessionChange, string>> = {
  replaced: 'Your guest session has ended. This is a new one.',
  'changed-elsewhere': 'You signed in or out in another tab.',
}

/** A session that was ended elsewhere is found when somebody comes back to this tab. */
function checkOnReturn(session: Session): void {
  document.addEventListener('visibilitychange', () => {
    const isAccount = session.account !== null && session.account.role !== 'guest'
    if (document.hidden || !isAccount || session.hasEnded) return
    session.check().catch(() => undefined) // What it found is known by its listeners.
  })
}

/** A guest who signs in takes everything along: on the server, and so on the page. */
function isTakenAlong(before: Account, now: Account | null): boolean {
  return before.role === 'guest' && now !== null && now.role !== 'guest'
}

export function followSession(page: Page): void {
  const { session, queryClient, turns, toaster } = page
  let known: Account | null = null
  checkOnReturn(session)

  session.subscribe((change) => {
    const before = known
    known = session.account
    if (change === 'begun' || change === 'ended') return
    if (before === null || before.id === known?.id) {
      // What failed while the session was over is asked for again.
      void queryClient.invalidateQueries()
      return
    }
    for (const { key } of turns.get()) turns.discard(key)
    page.ingestion.reset()
    if (!isTakenAlong(before, known)) {
      page.uploads.clear()
      page.scopes.clear()
      forgetDrafts()
      navigate(NEW_CHAT, { replace: true })
    }
    void queryClient.resetQueries()
    const words = WORDS[change]
    if (words) toaster.show(words)
  })
}

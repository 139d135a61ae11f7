/** What the page forgets, and says, when somebody else is here. */

import type { QueryClient } from '@tanstack/react-query'
import type { Session, SessionChange } from '../../api'
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

export function followSession(page: Page): void {
  const { session, queryClient, turns, toaster } = page
  let userId: string | null = null
  checkOnReturn(session)

  session.subscribe((change) => {
    const before = userId
    userId = session.account?.id ?? null
    if (change === 'begun' || change === 'ended') return
    if (before === null || before === userId) {
      // What failed while the session was over is asked for again.
      void queryClient.invalidateQueries()
      return
    }
    for (const { key } of turns.get()) turns.discard(key)
    page.uploads.clear()
    page.ingestion.reset()
    page.scopes.clear()
    // What was typed is as private as what was sent; a guest takes it along.
    if (change !== 'signed-in') forgetDrafts()
    navigate(NEW_CHAT, { replace: true })
    void queryClient.resetQueries()
    const words = WORDS[change]
    if (words) toaster.show(words)
  })
}

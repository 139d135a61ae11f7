/** The page: conversations at the side, one of them in the middle. */

import { lazy, Suspense, useCallback, useState } from 'react'
import { LIBRARY, navigate, NEW_CHAT, useRoute, useSource } from '../../router'
import { useServices } from '../../services'
import { Dialog } from '../../ui/Dialog'
import { useMediaQuery } from '../../ui/useMediaQuery'
import { SessionEndedBanner } from '../account/SessionEndedBanner'
import { ChatPage } from '../chat/ChatPage'
import { NotFound } from '../chat/NotFound'
import { UploadStatus } from '../uploads/UploadStatus'
import { ConnectionBanner } from './ConnectionBanner'
import { LatePart } from './LatePart'
import { useShortcuts } from './shortcuts'
import { Sidebar } from './Sidebar'
import { TopBar } from './TopBar'

const SourcePanel = lazy(() => import('../source/SourcePanel'))
const LibraryPage = lazy(() => import('../library/LibraryPage'))

export function Layout() {
  const { windows } = useServices()
  const route = useRoute()
  const source = useSource()
  const isWide = useMediaQuery('(min-width: 48rem)')
  const [isMenuOpen, setMenuOpen] = useState(false)
  const [visits, setVisits] = useState(0)
  const currentId = route.page === 'conversation' ? route.conversationId : null

  const openMenu = () => {
    setMenuOpen(true)
  }
  const closeMenu = () => {
    setMenuOpen(false)
  }
  /** Lets one type again after doing something else. */
  const comeBack = () => {
    setVisits((count) => count + 1)
  }
  const beginChat = useCallback(() => {
    setMenuOpen(false)
    windows.close()
    setVisits((count) => count + 1)
    navigate(NEW_CHAT)
  }, [windows])
  const openLibrary = useCallback(() => {
    setMenuOpen(false)
    windows.close()
    navigate(LIBRARY)
  }, [windows])
  useShortcuts({ onNewChat: beginChat, onLibrary: openLibrary })
  const topBar = (title: string) => (
    <TopBar title={title} onOpenMenu={isWide ? null : openMenu} onNewChat={beginChat} />
  )

  return (
    <div className="flex h-full">
      {isWide && (
        <aside aria-label="Sidebar" className="w-66 shrink-0 border-r border-line">
          <Sidebar
            currentId={currentId}
            isLibrary={route.page === 'library'}
            onNewChat={beginChat}
            onLeft={comeBack}
          />
        </aside>
      )}
      {!isWide && isMenuOpen && (
        <Dialog
          label="Menu"
          onClose={closeMenu}
          className="m-0 h-dvh max-h-none w-[min(18rem,85vw)] max-w-none"
        >
          <Sidebar
            currentId={currentId}
            isLibrary={route.page === 'library'}
            onNewChat={beginChat}
            onLeft={comeBack}
            onClose={closeMenu}
          />
        </Dialog>
      )}
      <main className="flex min-w-0 flex-1 flex-col bg-paper [container:page/inline-size]">
        <ConnectionBanner />
        <SessionEndedBanner />
        {!isWide && route.page !== 'library' && <UploadStatus onFollow={closeMenu} />}
        {route.page === 'unknown' && (
          <>
            {topBar('')}
            <NotFound what="page" />
          </>
        )}
        {route.page === 'library' && (
          <LatePart>
            <Suspense fallback={topBar('Library')}>
              <LibraryPage renderHeader={topBar} />
            </Suspense>
          </LatePart>
        )}
        {(route.page === 'new' || route.page === 'conversation') && (
          <ChatPage conversationId={currentId} visit={visits} renderHeader={topBar} />
        )}
      </main>
      {source && (
        <LatePart>
          <Suspense fallback={null}>
            <SourcePanel source={source} />
          </Suspense>
        </LatePart>
      )}
    </div>
  )
}

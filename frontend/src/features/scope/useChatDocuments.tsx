/** The documents of a chat: what they are, and every way to change that. */

import type { ReactNode } from 'react'
import { lazy, Suspense, useCallback, useState, useSyncExternalStore } from 'react'
import type { Scope } from '../../api'
import { useServices } from '../../services'
import type { FileUpload } from '../uploads/uploads'
import type { FilePicker } from '../uploads/useFilePicker'
import { useFilePicker } from '../uploads/useFilePicker'
import { useHasDocuments, useScope } from './useScope'

const ScopeWindow = lazy(() => import('./ScopeWindow'))

export interface ChatDocuments {
  scope: Scope
  /** Whether there is anything to choose from, or a choice to be seen. */
  isWorthShowing: boolean
  /** Files that have not arrived yet. */
  attached: readonly FileUpload[]
  change: (scope: Scope) => void
  attach: (files: File[]) => void
  picker: FilePicker
  /** Opens the window in which they are chosen. */
  choose: () => void
  /** That window, while it is open. */
  window: ReactNode
}

/** Null is a chat that begins with its first question. */
export function useChatDocuments(conversationId: string | null): ChatDocuments {
  const { scopes, uploads } = useServices()
  const scope = useScope(conversationId)
  const hasDocuments = useHasDocuments()
  const attached = useAttached(conversationId)
  const [isOpen, setOpen] = useState(false)

  const change = (next: Scope) => {
    scopes.choose(scopes.placeOf(conversationId), next)
  }
  const attach = useCallback(
    (files: File[]) => {
      const origin = scopes.placeOf(conversationId)
      const onArrival = ({ document }: { document: { id: string } }) => {
        scopes.add(origin, { documentIds: [document.id] })
      }
      uploads.add(files, { origin, onArrival })
    },
    [scopes, uploads, conversationId],
  )
  const picker = useFilePicker(attach)
  const close = () => {
    setOpen(false)
  }
  return {
    scope,
    isWorthShowing: hasDocuments || scope.kind !== 'all',
    attached,
    change,
    attach,
    picker,
    choose: () => {
      setOpen(true)
    },
    window: isOpen && (
      <Suspense fallback={null}>
        <ScopeWindow scope={scope} onScope={change} onClose={close} />
      </Suspense>
    ),
  }
}

/** The files that were attached to a chat and have not arrived yet. */
function useAttached(conversationId: string | null): readonly FileUpload[] {
  const { uploads, scopes } = useServices()
  const all = useSyncExternalStore(uploads.subscribe, uploads.get)
  return all.filter(
    ({ origin, phase }) =>
      phase !== 'done' && origin !== null && scopes.isAt(origin, conversationId),
  )
}

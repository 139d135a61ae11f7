/** The document that stands beside the page: at its side where there is room, else over it. */

import type { KeyboardEvent } from 'react'
import { useEffect, useRef } from 'react'
import type { Source } from '../../router'
import { navigate, pathWith } from '../../router'
import { Dialog } from '../../ui/Dialog'
import { useMediaQuery } from '../../ui/useMediaQuery'
import { LatePart } from '../shell/LatePart'
import { SourceViewer } from './SourceViewer'

export default function SourcePanel({ source }: { source: Source }) {
  const isWide = useMediaQuery('(min-width: 64rem)')
  const close = () => {
    navigate(pathWith(null), { replace: true })
  }
  const viewer = <Viewer key={source.documentId} source={source} onClose={close} />
  if (isWide) {
    return (
      <SidePanel documentId={source.documentId} onClose={close}>
        {viewer}
      </SidePanel>
    )
  }
  return (
    <Dialog
      label="Document"
      onClose={close}
      className="m-0 h-dvh max-h-none w-screen max-w-none overflow-hidden"
    >
      <div className="flex h-dvh flex-col">{viewer}</div>
    </Dialog>
  )
}

interface ViewerProps {
  source: Source
  onClose: () => void
}

function Viewer({ source, onClose }: ViewerProps) {
  return (
    <LatePart>
      <SourceViewer source={source} onClose={onClose} />
    </LatePart>
  )
}

interface SidePanelProps {
  documentId: string
  onClose: () => void
  children: React.ReactNode
}

/** Takes the focus whenever a document opens, and gives it back to what it came from. */
function SidePanel({ documentId, onClose, children }: SidePanelProps) {
  const ref = useRef<HTMLElement>(null)
  const origin = useRef<Element>(null)
  useEffect(() => {
    const { activeElement } = document
    if (!ref.current?.contains(activeElement)) origin.current = activeElement
    ref.current?.focus({ preventScroll: true })
  }, [documentId])
  useEffect(
    () => () => {
      const { current: before } = origin
      if (before instanceof HTMLElement && before.isConnected) before.focus()
    },
    [],
  )
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return
    event.preventDefault() // It does not stop an answer as well.
    onClose()
  }
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      aria-label="Document"
      onKeyDown={onKeyDown}
      className="flex w-[clamp(24rem,42vw,52rem)] shrink-0 animate-appear flex-col border-l border-line bg-paper outline-none"
    >
      {children}
    </aside>
  )
}

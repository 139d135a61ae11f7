/** Which documents of the list are selected. */

import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Document } from '../../api'

export interface Selection {
  documents: Document[]
  ids: ReadonlySet<string>
  /** A range reaches from the one that was chosen before. */
  select: (document: Document, isSelected: boolean, isRange: boolean) => void
  selectAll: (isSelected: boolean) => void
  clear: () => void
}

/** What leaves the list is not selected any more. */
export function useSelection(listed: readonly Document[]): Selection {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set())
  const last = useRef<string | null>(null)
  const latest = useRef(listed)
  useEffect(() => {
    latest.current = listed
  }, [listed])
  const documents = useMemo(() => listed.filter(({ id }) => chosen.has(id)), [listed, chosen])
  const ids = useMemo(() => new Set(documents.map(({ id }) => id)), [documents])

  const select = useCallback((document: Document, isSelected: boolean, isRange: boolean) => {
    const all = latest.current
    const to = all.findIndex(({ id }) => id === document.id)
    const from = isRange ? all.findIndex(({ id }) => id === last.current) : to
    const range = all.slice(Math.min(from < 0 ? to : from, to), Math.max(from, to) + 1)
    last.current = document.id
    setChosen((before) => {
      const next = new Set(before)
      for (const { id } of range) {
        if (isSelected) next.add(id)
        else next.delete(id)
      }
      return next
    })
  }, [])
  const selectAll = useCallback((isSelected: boolean) => {
    setChosen(isSelected ? new Set(latest.current.map(({ id }) => id)) : new Set())
  }, [])
  const clear = useCallback(() => {
    setChosen(new Set())
  }, [])
  return { documents, ids, select, selectAll, clear }
}

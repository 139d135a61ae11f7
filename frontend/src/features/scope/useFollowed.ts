/** Follows how a document is read, for as long as that goes on and somebody wants to know. */

import { useEffect } from 'react'
import type { Document } from '../../api'
import { useServices } from '../../services'
import { isBeingRead } from '../library/ingestion'

export function useFollowed(document: Document | undefined): void {
  const { ingestion } = useServices()
  const isNeeded = document !== undefined && isBeingRead(document)
  useEffect(() => (isNeeded ? ingestion.follow() : undefined), [ingestion, isNeeded])
}

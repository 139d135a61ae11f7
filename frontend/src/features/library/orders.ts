/** In which order documents are shown. */

import type { Document, DocumentState } from '../../api'

export type Order = 'newest' | 'name' | 'size' | 'state'

export const ORDERS: [Order, string][] = [
  ['newest', 'Newest first'],
  ['name', 'By name'],
  ['size', 'Largest first'],
  ['state', 'By state'],
]

const BY_STATE: DocumentState[] = ['processing', 'queued', 'failed', 'cancelled', 'ready']
const names = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

const COMPARISONS: Record<Exclude<Order, 'newest'>, (a: Document, b: Document) => number> = {
  name: (a, b) => names.compare(a.title, b.title),
  size: (a, b) => b.sizeBytes - a.sizeBytes,
  state: (a, b) => BY_STATE.indexOf(a.state) - BY_STATE.indexOf(b.state),
}

/** The server's own order is `newest`. */
export function ordered(documents: Document[], order: Order): Document[] {
  return order === 'newest' ? documents : documents.toSorted(COMPARISONS[order])
}

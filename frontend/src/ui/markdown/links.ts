/** Where an answer's links may lead. */

import { decodeReferences } from './entities'
import { PENDING } from './repair'

const ALLOWED = new Set(['http:', 'https:', 'mailto:'])

export type Target =
  | { kind: 'link'; href: string }
  /** Its address is still to come. */
  | { kind: 'pending' }
  /** It leads nowhere that may be gone to. */
  | { kind: 'none' }

/** Whole addresses of the web and of mail only: an answer knows nothing of this page's own. */
export function targetOf(address: string): Target {
  if (address === PENDING) return { kind: 'pending' }
  const url = URL.parse(decodeReferences(address))
  return url && ALLOWED.has(url.protocol) ? { kind: 'link', href: url.href } : { kind: 'none' }
}

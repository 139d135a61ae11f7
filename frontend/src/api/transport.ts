/** The one way to the server: gRPC-Web to the page's own origin. */

import type { Transport } from '@connectrpc/connect'
import { createGrpcWebTransport } from '@connectrpc/connect-web'

/** `fetch` is another one in tests only. */
export function createTransport(baseUrl: string, fetch?: typeof globalThis.fetch): Transport {
  // Cookies go to the own origin only, which is what the refresh token needs.
  return createGrpcWebTransport({ baseUrl, ...(fetch && { fetch }) })
}

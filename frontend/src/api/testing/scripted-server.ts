/** A server in the same process that speaks gRPC-Web and does what a test tells it. */

import { create } from '@bufbuild/protobuf'
import { timestampFromMs } from '@bufbuild/protobuf/wkt'
import type { ConnectRouter, Interceptor, ServiceImpl } from '@connectrpc/connect'
import { createConnectRouter } from '@connectrpc/connect'
import { createFetchHandler } from '@connectrpc/connect/protocol'
import { ChatService } from '../../gen/lamla/chat/v1/chat_service_pb'
import { ConversationService } from '../../gen/lamla/chat/v1/conversation_service_pb'
import { CollectionService } from '../../gen/lamla/documents/v1/collection_service_pb'
import { DocumentService } from '../../gen/lamla/documents/v1/document_service_pb'
import { SearchService } from '../../gen/lamla/documents/v1/search_service_pb'
import { UploadService } from '../../gen/lamla/documents/v1/upload_service_pb'
import {
  IdentityService,
  Role,
  TokenResponseSchema,
} from '../../gen/lamla/identity/v1/identity_service_pb'
import { ClientReportService } from '../../gen/lamla/telemetry/v1/client_report_service_pb'
import type { Api } from '../index'
import { createApi, createTransport } from '../index'
import type { OtherTabs } from '../other-tabs'
import { refusal } from './refusal'

const BASE_URL = 'http://lamla.test'
const TOKEN_LIFE_MS = 15 * 60_000
const ACCOUNT_ID = '0192f0c1-0000-7000-8000-0000000000ac'
const OTHER_USER_ID = '0192f0c1-0000-7000-8000-0000000000f0'

export class ScriptedServer {
  /** What the test makes of each service; a method without a script is unimplemented. */
  chat: Partial<ServiceImpl<typeof ChatService>> = {}
  conversations: Partial<ServiceImpl<typeof ConversationService>> = {}
  identity: Partial<ServiceImpl<typeof IdentityService>> = {}
  reports: Partial<ServiceImpl<typeof ClientReportService>> = {}
  /** Without a script of its own there are no documents. */
  documents: Partial<ServiceImpl<typeof DocumentService>> = {}
  uploads: Partial<ServiceImpl<typeof UploadService>> = {}
  collections: Partial<ServiceImpl<typeof CollectionService>> = {}
  search: Partial<ServiceImpl<typeof SearchService>> = {}
  /** Method names in the order of their calls. */
  calls: string[] = []
  /** Access tokens that are refused from now on. */
  refused = new Set<string>()
  isDown = false
  /** Breaks the next response off after so many bytes. */
  cutAfterBytes = Infinity
  /** Whether the browser's cookie holds a refresh token. */
  hasCookie = false
  /** Whom the cookie stands for; an empty address is a guest. */
  email = ''
  displayName = ''
  userId = '0192f0c1-0000-7000-8000-00000000000f'
  #tokens = 0

  createApi(tabs?: OtherTabs): Api {
    return createApi(createTransport(BASE_URL, this.fetch), tabs)
  }

  /** Signs an account in, or, without an address, a guest. */
  beSomebody({ email, displayName }: { email: string; displayName: string }) {
    this.hasCookie = true
    this.email = email
    this.displayName = displayName
    return this.#grant()
  }

  fetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const path = new URL(input instanceof Request ? input.url : input).pathname
    this.calls.push(path.slice(path.lastIndexOf('/') + 1))
    if (this.isDown) throw new TypeError('Failed to fetch')
    const handler = this.#router().handlers.find(({ requestPath }) => requestPath === path)
    if (!handler) return new Response(null, { status: 404 })
    const response = await createFetchHandler(handler)(new Request(input, init))
    return this.#cut(response)
  }

  #router(): ConnectRouter {
    return createConnectRouter({ interceptors: [this.#checkToken] })
      .service(IdentityService, { ...this.#grants(), ...this.identity })
      .service(ChatService, this.chat)
      .service(ConversationService, this.conversations)
      .service(ClientReportService, this.reports)
      .service(DocumentService, { listDocuments: () => ({}), ...this.documents })
      .service(UploadService, this.uploads)
      .service(CollectionService, { listCollections: () => ({}), ...this.collections })
      .service(SearchService, this.search)
  }

  #checkToken: Interceptor = (next) => (request) => {
    const token = request.header.get('authorization')?.slice('Bearer '.length)
    const isOpen = request.service.typeName === IdentityService.typeName
    if (isOpen || (token && !this.refused.has(token))) return next(request)
    throw refusal('Unauthenticated', token ? 'TOKEN_EXPIRED' : 'TOKEN_MISSING')
  }

  #grants(): Partial<ServiceImpl<typeof IdentityService>> {
    return {
      createGuest: () => {
        if (this.email) this.userId = OTHER_USER_ID
        return this.beSomebody({ email: '', displayName: '' })
      },
      register: (account) => this.beSomebody(account),
      login: ({ email }) => {
        this.userId = ACCOUNT_ID
        return this.beSomebody({ email, displayName: 'Ada' })
      },
      getMe: (_, { requestHeader }) => {
        const token = requestHeader.get('authorization')?.slice('Bearer '.length) ?? ''
        if (this.refused.has(token)) throw refusal('Unauthenticated', 'SESSION_ENDED')
        return { user: this.#user() }
      },
      logout: () => {
        this.hasCookie = false
        return {}
      },
      refresh: () => {
        if (this.hasCookie) return this.#grant()
        throw refusal('Unauthenticated', 'REFRESH_TOKEN_INVALID')
      },
    }
  }

  #grant() {
    this.#tokens += 1
    return create(TokenResponseSchema, {
      accessToken: `token-${this.#tokens}`,
      accessTokenExpireTime: timestampFromMs(Date.now() + TOKEN_LIFE_MS),
      user: this.#user(),
    })
  }

  #user() {
    const { userId, email, displayName } = this
    return { userId, email, displayName, role: email ? Role.STUDENT : Role.GUEST }
  }

  #cut(response: Response): Response {
    if (this.cutAfterBytes === Infinity || !response.body) return response
    let left = this.cutAfterBytes
    this.cutAfterBytes = Infinity
    const cutter = new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        controller.enqueue(chunk.slice(0, left))
        left -= chunk.length
        if (left <= 0) controller.error(new TypeError('network error'))
      },
    })
    return new Response(response.body.pipeThrough(cutter), response)
  }
}

import { beforeEach, expect, test, vi } from 'vitest'
import type { Conversation, Conversations, Scope } from '../../api'
import { createQueryClient, keys } from '../../queries'
import { ALL_DOCUMENTS, Scopes } from './scopes'

const NOTHING: Scope = { kind: 'nothing', documentIds: [], collectionIds: [] }
const selected = (...documentIds: string[]): Scope => ({
  kind: 'selected',
  documentIds,
  collectionIds: [],
})

let calls: Scope[]
let answer: (() => void)[]
let failures: unknown[]
let client: ReturnType<typeof createQueryClient>
let scopes: Scopes

beforeEach(() => {
  calls = []
  answer = []
  failures = []
  client = createQueryClient()
  const update: Conversations['update'] = (id, { scope }) => {
    calls.push(scope!)
    return new Promise((resolve) => {
      answer.push(() => {
        resolve({ id, scope } as Conversation)
      })
    })
  }
  scopes = new Scopes({
    conversations: { update } as Conversations,
    queryClient: client,
    onFailure: (thrown) => failures.push(thrown),
  })
})

test('a choice in a new chat goes with its first question', () => {
  scopes.choose(scopes.placeOf(null), NOTHING)

  expect(scopes.toSend(null)).toEqual(NOTHING)
  expect(calls).toEqual([])
})

test('what was attached before a chat began arrives in the conversation', () => {
  const place = scopes.placeOf(null)
  scopes.began('c1')

  scopes.add(place, { documentIds: ['d1'] })

  expect(scopes.isAt(place, 'c1')).toBe(true)
  expect(scopes.isAt(place, null)).toBe(false)
  expect(scopes.toSend('c1')).toEqual(selected('d1'))
  expect(scopes.toSend(null)).toBeNull()
})

test('a choice in a conversation is stored, the newest one last', async () => {
  scopes.choose('c1', NOTHING)
  scopes.choose('c1', selected('d1'))
  scopes.choose('c1', ALL_DOCUMENTS)
  answer[0]!()
  await vi.waitFor(() => {
    expect(calls).toEqual([NOTHING, ALL_DOCUMENTS])
  })
  expect(scopes.toSend('c1')).toEqual(ALL_DOCUMENTS)

  answer[1]!()
  await vi.waitFor(() => {
    expect(scopes.toSend('c1')).toBeNull()
  })
  expect(client.getQueryData<Conversation>(keys.conversation('c1'))?.scope).toEqual(ALL_DOCUMENTS)
})

test('a choice that could not be stored goes with the next question', async () => {
  const update = () => Promise.reject(new Error('away'))
  scopes = new Scopes({
    conversations: { update } as unknown as Conversations,
    queryClient: client,
    onFailure: (thrown) => failures.push(thrown),
  })

  scopes.choose('c1', NOTHING)
  await vi.waitFor(() => {
    expect(failures).toHaveLength(1)
  })

  expect(scopes.toSend('c1')).toEqual(NOTHING)
})

test('what is added to a stored selection is added to it', () => {
  client.setQueryData(keys.conversation('c1'), { id: 'c1', scope: selected('d1') })

  scopes.add('c1', { documentIds: ['d2', 'd1'] })

  expect(scopes.toSend('c1')).toEqual(selected('d1', 'd2'))
})

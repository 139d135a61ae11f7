/** What one sees of where an answer comes from. */

import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ScriptedServer, StoredClaim } from '../../api/testing'
import {
  citation,
  claim,
  completed,
  document as storedDocument,
  event,
  grounding,
  message,
  snapshot,
  Stage,
  STARTED,
  started,
  tokens,
  UploadDesk,
} from '../../api/testing'
import { answer, box, emptyServer, openPage } from '../../testing/page'

let server: ScriptedServer

beforeEach(() => {
  server = emptyServer()
  server.documents = {
    listDocuments: () => ({ documents: [storedDocument()], totalSize: 1 }),
    getDocument: () => ({ document: storedDocument({ mediaType: 'text/plain' }) }),
    readDocumentPages: ({ firstPage }) => ({
      pages: [{ number: firstPage, text: 'The cell is small. It lives.' }],
    }),
  }
})

const TEXT = '😀 **Cells are small.** They sing. They live.'
const SMALL = { id: 'k1', page: 3, quote: 'The cell is small.' }
const LIVES = { id: 'k2', page: 7, quote: 'It lives on.' }
/** Places are code points: the smile is one. */
const IS_SMALL: StoredClaim = [2, 22, 'supported', 'k1']
const SING: StoredClaim = [23, 33, 'unsupported']
const LIVE: StoredClaim = [34, 44, 'partial', 'k2', 'k1']
const EVIDENCE = {
  grounding: { state: 'grounded' as const },
  citations: [SMALL, LIVES],
  claims: [IS_SMALL, SING, LIVE],
}

function openStored() {
  const messages = [
    message({ id: 'q', text: 'Why?' }),
    message({ id: 'a', parent: 'q', text: TEXT, state: 'complete', evidence: EVIDENCE }),
  ]
  server.conversations.listMessages = () => ({ messages })
  return openPage(server, `/c/${STARTED.conversationId}`)
}

const chips = () => within(answer()).getAllByRole('button', { name: /^Source \d: / })
const text = () => answer().querySelector('[data-part=text]')!

test('an answer whose documents were deleted since says so', async () => {
  const messages = [
    message({ id: 'q', text: 'Why?' }),
    message({
      id: 'a',
      parent: 'q',
      text: TEXT,
      state: 'complete',
      evidence: { grounding: { state: 'grounded' }, claims: [[2, 22, 'supported']] },
    }),
  ]
  server.conversations.listMessages = () => ({ messages })
  openPage(server, `/c/${STARTED.conversationId}`)

  await screen.findByText('The documents that this rests on were deleted.')
})

test.each(['', 'smollm2-135m-instruct'])(
  'an answer that only quotes is no model’s (%j)',
  async (model) => {
    const messages = [
      message({ id: 'q', text: 'Why?' }),
      message({
        id: 'a',
        parent: 'q',
        text: '> The cell is small.',
        state: 'complete',
        model,
        evidence: { citations: [SMALL], claims: [[2, 20, 'supported', 'k1']] },
      }),
    ]
    server.conversations.listMessages = () => ({ messages })
    openPage(server, `/c/${STARTED.conversationId}`)

    await screen.findByText('Word for word from your documents')
    expect(answer().textContent).not.toMatch(/smollm2|often wrong/)
  },
)

describe('a stored answer', () => {
  test("parity('A24'): has the number of its source at the end of each sentence", async () => {
    openStored()
    await waitFor(() => {
      expect(chips()).toHaveLength(3)
    })

    expect(chips().map(({ textContent }) => textContent)).toEqual(['1', '2', '1'])
    expect(text().textContent.replaceAll(/\s+/g, ' ')).toBe(
      '😀 Cells are small.1 They sing. (not in your documents) They live. (only in part in your documents)21',
    )
  })

  test('marks what is not in the documents, and what is only in part, and says so', async () => {
    openStored()
    await waitFor(() => {
      expect(chips()).toHaveLength(3)
    })

    const marked = Array.from(text().querySelectorAll('.underline'), (one) => one.textContent)
    expect(marked).toEqual(['They sing.', 'They live.'])
    const sources = within(answer()).getByRole('group', { name: 'Sources' })
    expect(sources.textContent).toMatch(/not found in your documents/)
    expect(sources.textContent).toMatch(/only in part in your documents/)
  })

  test('shows what a source says while its number has the focus', async () => {
    const user = openStored()
    await waitFor(() => {
      expect(chips()).toHaveLength(3)
    })

    await user.hover(chips()[0]!)
    const card = await screen.findByRole('tooltip')
    expect(card.textContent).toContain('Biology.pdf')
    expect(card.textContent).toContain('The cell is small.')
    await user.unhover(chips()[0]!)

    expect(screen.queryByRole('tooltip')).toBeNull()
  })

  test('opens its source at the passage, and gives the focus back', async () => {
    const user = openStored()
    await waitFor(() => {
      expect(chips()).toHaveLength(3)
    })
    const [first] = chips()

    await user.click(first!)

    const mark = await screen.findByText('The cell is small.', { selector: 'mark' })
    expect(location.search).toBe('?document=d1&page=3&start=0&end=18')
    screen.getByRole('complementary', { name: 'Document' }).focus()
    await user.keyboard('{Escape}')
    expect(mark.isConnected).toBe(false)
    expect(location.search).toBe('')
    expect(document.activeElement).toBe(first)
  })

  test('is copied with its sources', async () => {
    const user = openStored()
    await waitFor(() => {
      expect(chips()).toHaveLength(3)
    })
    const copied: string[] = []
    Object.defineProperty(window, 'isSecureContext', { value: true, configurable: true })
    Object.defineProperty(navigator, 'clipboard', {
      value: { writeText: (given: string) => Promise.resolve(void copied.push(given)) },
      configurable: true,
    })

    await user.click(within(answer()).getByRole('button', { name: 'Copy' }))

    const [text = '', sources = ''] = copied[0]?.split('\n\n') ?? []
    expect(text).toBe('😀 **Cells are small.** [1] They sing. They live. [2][1]')
    expect(sources).toMatch(/^Sources:\n\[1\] .*, page 3\n\[2\] .*, page 7$/)
  })
})

describe('an answer that is being written', () => {
  test('says that documents are searched, then shows sources as they come', async () => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    const user = openPage(server)
    await screen.findByRole('button', { name: /Answers rest on/ })

    await user.type(box(), 'Why?{Enter}')
    stage.send(started())
    await screen.findByText('Searching your documents…')
    stage.send(grounding(2, { state: 'grounded', documentIds: ['d1'] }))
    await screen.findByText('One passage of one document found. Writing…')

    stage.send(tokens(3, TEXT, 0), citation(4, SMALL), claim(5, IS_SMALL))
    await waitFor(() => {
      expect(chips()).toHaveLength(1)
    })
    expect(screen.queryByText(/Searching|Writing/)).toBeNull()

    stage.send(completed(6, TEXT))
    await within(answer()).findByRole('group', { name: 'Sources' })
    expect(chips()).toHaveLength(1)
  })

  test('keeps its sources when it is resumed', async () => {
    const stage = new Stage()
    server.chat.sendMessage = (_, { signal }) => stage.stream(signal)
    server.chat.resumeGeneration = async function* () {
      yield snapshot(4, TEXT, EVIDENCE)
      yield completed(5, TEXT)
    }
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')
    stage.send(started(), tokens(2, '😀 ', 0))
    await screen.findByText('😀')
    stage.break()

    await waitFor(() => {
      expect(chips()).toHaveLength(3)
    })
  })

  test('says clearly that the documents do not answer', async () => {
    server.chat.sendMessage = async function* () {
      yield started()
      yield grounding(2, { state: 'none', query: 'the whole question' })
      yield tokens(3, 'Nothing found.', 0)
      yield completed(4, 'Nothing found.')
    }
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')

    await screen.findByText('Not in your documents.')
    expect(answer().dataset.grounding).toBe('none')
    expect(answer().textContent).toContain('searched: “the whole question”')
  })

  test('cuts its claims where another attempt goes on', async () => {
    server.chat.sendMessage = async function* () {
      yield started()
      yield tokens(2, TEXT, 0)
      yield citation(3, SMALL)
      yield claim(4, IS_SMALL)
      yield claim(5, SING)
      yield event(6, {
        case: 'attemptChanged',
        value: { attempt: 2, replaceFromOffset: 23, model: 'm', provider: 'p' },
      })
      yield tokens(7, 'They dance.', 23)
      yield completed(8, '😀 **Cells are small.** They dance.')
    }
    const user = openPage(server)

    await user.type(box(), 'Why?{Enter}')

    await screen.findByText(/They dance/)
    await waitFor(() => {
      expect(chips()).toHaveLength(1)
    })
    expect(text().querySelector('.underline')).toBeNull()
  })
})

describe('the documents of a chat', () => {
  test('are chosen, sent with the question, and shown', async () => {
    const scopes: unknown[] = []
    server.chat.sendMessage = async function* ({ scope }) {
      scopes.push([scope?.kind, scope?.documentIds])
      yield started()
      yield completed(2, '')
    }
    const user = openPage(server)

    await user.click(await screen.findByRole('button', { name: /Answers rest on/ }))
    const dialog = await screen.findByRole('dialog', { name: 'What answers rest on' })
    await user.click(await within(dialog).findByRole('checkbox', { name: /Biology/ }))
    await user.click(within(dialog).getByRole('button', { name: 'Use 1' }))
    await screen.findByRole('button', { name: 'Without Biology.pdf' })
    await user.type(box(), 'Why?{Enter}')

    await waitFor(() => {
      expect(scopes).toEqual([[2, ['d1']]])
    })
  })

  test('can be files that are attached', async () => {
    const desk = new UploadDesk()
    server.uploads = desk.service
    server.documents.getDocument = ({ documentId }) => ({
      document: storedDocument({ documentId, title: 'Mine.txt' }),
    })
    const scopes: unknown[] = []
    server.chat.sendMessage = async function* ({ scope }) {
      scopes.push(scope?.documentIds)
      yield started()
      yield completed(2, '')
    }
    const user = openPage(server)

    await user.upload(screen.getByLabelText('Choose files'), new File(['x'], 'Mine.txt'))
    await screen.findByRole('button', { name: '1 document' }).catch(() => undefined)
    await screen.findByRole('button', { name: 'Without Mine.txt' })
    await waitFor(() => {
      expect(screen.getByRole('button', { name: /1 document/ })).toBeTruthy()
    })
    await user.type(box(), 'Why?{Enter}')

    await waitFor(() => {
      expect(scopes).toEqual([['document-of-u1']])
    })
  })

  test('can be none', async () => {
    const kinds: unknown[] = []
    server.chat.sendMessage = async function* ({ scope }) {
      kinds.push(scope?.kind)
      yield started()
      yield completed(2, '')
    }
    const user = openPage(server)

    await user.click(screen.getByRole('button', { name: 'Documents for this chat' }))
    await user.click(screen.getByRole('menuitemradio', { name: 'Answer without documents' }))
    await screen.findByRole('button', { name: /No documents/ })
    await user.type(box(), 'Why?{Enter}')

    await waitFor(() => {
      expect(kinds).toEqual([3])
    })
  })
})

import { fireEvent, screen, waitFor, within } from '@testing-library/react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import {
  collection,
  document as stored,
  documentEvent,
  refusal,
  UploadDesk,
} from '../../api/testing'
import { emptyServer, openPage } from '../../testing/page'

let server: ScriptedServer
let documents: ReturnType<typeof stored>[]
let collections: ReturnType<typeof collection>[]
let asked: { states: number[]; titleContains: string; collectionId: string }[]

beforeEach(() => {
  server = emptyServer()
  asked = []
  collections = []
  documents = [
    stored({ documentId: 'd3', title: 'Zebra.pdf', minute: 3 }),
    stored({
      documentId: 'd2',
      title: 'Algebra.pdf',
      minute: 2,
      state: 'failed',
      reason: 'DOCUMENT_ENCRYPTED',
    }),
    stored({ documentId: 'd1', title: 'Music.pdf', minute: 1, state: 'processing', read: [3, 12] }),
  ]
  server.documents = {
    listDocuments: ({ states, titleContains, collectionId }) => {
      asked.push({ states, titleContains, collectionId })
      const named = documents.filter(({ title }) => title.includes(titleContains))
      return { documents: named, totalSize: named.length }
    },
    watchIngestion: (_, { signal }) => watching(signal),
    getDocument: ({ documentId }) => ({ document: find(documentId) }),
  }
  server.collections = { listCollections: () => ({ collections }) }
  vi.stubGlobal(
    'IntersectionObserver',
    class {
      observe = () => undefined
      disconnect = () => undefined
    },
  )
})

/** Says what there is to say, and is open until the page leaves it. */
async function* watching(signal: AbortSignal, ...events: ReturnType<typeof documentEvent>[]) {
  yield* events
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve)
  })
}

function find(id: string) {
  const one = documents.find(({ documentId }) => documentId === id)
  if (!one) throw refusal('NotFound', 'DOCUMENT_NOT_FOUND')
  return one
}

async function openLibrary() {
  const user = openPage(server, '/library')
  await screen.findByRole('region', { name: 'Documents' })
  return user
}

const titles = () =>
  within(screen.getByRole('region', { name: 'Documents' }))
    .getAllByRole('link')
    .map(({ textContent }) => textContent)
const row = (title: string) => screen.getByRole('link', { name: title }).closest('li')!

describe('the list', () => {
  test('says where each document stands', async () => {
    await openLibrary()

    expect(titles()).toEqual(['Zebra.pdf', 'Algebra.pdf', 'Music.pdf'])
    expect(row('Zebra.pdf').textContent).toContain('PDF · 2.0 MB · 12 pages')
    expect(row('Algebra.pdf').textContent).toContain('needs a password')
    expect(row('Music.pdf').textContent).toContain('page 3 of 12')
    within(row('Music.pdf')).getByRole('progressbar', { name: 'Reading of Music.pdf' })
  })

  test('can be in another order, and narrowed by state and name', async () => {
    const user = await openLibrary()

    await user.click(screen.getByRole('button', { name: 'Order' }))
    await user.click(screen.getByRole('menuitemradio', { name: 'By name' }))
    expect(titles()).toEqual(['Algebra.pdf', 'Music.pdf', 'Zebra.pdf'])

    await user.click(screen.getByRole('button', { name: 'Show documents' }))
    await user.click(screen.getByRole('menuitemradio', { name: 'Not readable' }))
    await user.type(screen.getByRole('searchbox'), 'Alg')
    await waitFor(() => {
      expect(asked.at(-1)).toMatchObject({ states: [4], titleContains: 'Alg' })
    })
  })

  test('follows what is being read', async () => {
    const read = stored({ documentId: 'd1', title: 'Music.pdf', minute: 1 })
    server.documents.watchIngestion = (_, { signal }) => watching(signal, documentEvent(read))
    await openLibrary()

    await waitFor(() => {
      expect(row('Music.pdf').dataset.state).toBe('ready')
    })
  })

  test('without a document shows how to bring some in', async () => {
    documents = []
    openPage(server, '/library')

    await screen.findByText('Bring your documents in')
  })

  test('that cannot be read says so, and can be asked for again', async () => {
    const { listDocuments } = server.documents
    server.documents.listDocuments = () => {
      throw refusal('PermissionDenied', 'ROLE_NOT_ALLOWED')
    }
    const user = openPage(server, '/library')
    await screen.findByText('Your account may not do this.')

    server.documents.listDocuments = listDocuments!
    await user.click(screen.getByRole('button', { name: 'Try again' }))

    await screen.findByRole('region', { name: 'Documents' })
  })
})

describe('a document', () => {
  test('that failed can be tried again', async () => {
    server.documents.retryIngestion = ({ documentId }) => ({
      document: stored({ documentId, title: 'Algebra.pdf', minute: 2, state: 'queued' }),
    })
    const user = await openLibrary()

    // A locked file stays locked: only who insists is offered it.
    expect(screen.queryByRole('button', { name: 'Try again: Algebra.pdf' })).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Actions for Algebra.pdf' }))
    await user.click(screen.getByRole('menuitem', { name: 'Try again' }))

    await waitFor(() => {
      expect(row('Algebra.pdf').dataset.state).toBe('queued')
    })
  })

  test('that waits says for what', async () => {
    const of = {
      title: 'Music.pdf',
      state: 'processing',
      reason: 'EMBEDDING_MODEL_UNKNOWN',
    } as const
    documents = [stored(of)]
    await openLibrary()

    const words = 'The server does not have this search model. It goes on by itself.'
    expect(row('Music.pdf').textContent).toContain(words)
  })

  test('that is being read can be stopped', async () => {
    server.documents.cancelIngestion = ({ documentId }) => ({
      document: stored({ documentId, title: 'Music.pdf', minute: 1, state: 'cancelled' }),
    })
    const user = await openLibrary()

    await user.click(screen.getByRole('button', { name: 'Actions for Music.pdf' }))
    await user.click(screen.getByRole('menuitem', { name: 'Stop reading it' }))

    await waitFor(() => {
      expect(row('Music.pdf').textContent).toContain('Stopped')
    })
  })

  test('can be renamed by its key', async () => {
    server.documents.updateDocument = ({ documentId, title }) => ({
      document: stored({ documentId, title, minute: 3 }),
    })
    const user = await openLibrary()

    screen.getByRole('link', { name: 'Zebra.pdf' }).focus()
    await user.keyboard('{F2}')
    await user.keyboard('Animals{Enter}')

    await screen.findByRole('link', { name: 'Animals' })
  })

  test('is deleted after a question', async () => {
    const deleted: string[] = []
    server.documents.deleteDocument = ({ documentId }) => {
      deleted.push(documentId)
      documents = documents.filter((one) => one.documentId !== documentId)
      return {}
    }
    const user = await openLibrary()

    screen.getByRole('link', { name: 'Zebra.pdf' }).focus()
    await user.keyboard('{Delete}')
    const dialog = screen.getByRole('dialog', { name: 'Delete “Zebra.pdf”?' })
    expect(deleted).toEqual([])
    await user.click(within(dialog).getByRole('button', { name: 'Delete' }))

    await waitFor(() => {
      expect(titles()).toEqual(['Algebra.pdf', 'Music.pdf'])
    })
    expect(deleted).toEqual(['d3'])
  })

  test('opens beside the list as text, at the passage of the address', async () => {
    documents[0]!.mediaType = 'text/plain'
    server.documents.readDocumentPages = ({ firstPage }) => ({
      pages: [{ number: firstPage, text: '😀 The cell is small. It lives.' }],
    })
    openPage(server, '/library/d3?page=2&start=2&end=20')

    const mark = await screen.findByText('The cell is small.')
    expect(mark.tagName).toBe('MARK')
    screen.getByRole('complementary', { name: 'Document' })
    expect(screen.getByRole<HTMLInputElement>('textbox', { name: 'Page' }).value).toBe('2')
  })

  test('that does not exist any more says so', async () => {
    openPage(server, '/library/gone')

    await screen.findByText('This document was deleted, or it belongs to somebody else.')
  })
})

describe('several documents', () => {
  test('are selected one by one, in a range, and all', async () => {
    const user = await openLibrary()

    await user.click(screen.getByRole('checkbox', { name: 'Select Zebra.pdf' }))
    await user.keyboard('{Shift>}')
    await user.click(screen.getByRole('checkbox', { name: 'Select Music.pdf' }))
    await user.keyboard('{/Shift}')
    screen.getByText('3 selected')

    await user.click(screen.getByRole('button', { name: 'Select nothing' }))
    expect(screen.queryByRole('toolbar', { name: 'Selected documents' })).toBeNull()
  })

  test('are put into a collection', async () => {
    collections = [collection('c1', 'Biology', 1)]
    const changes: unknown[] = []
    server.collections.changeDocuments = ({ collectionId, addedDocumentIds }) => {
      changes.push([collectionId, addedDocumentIds])
      return { collection: collections[0]! }
    }
    const user = await openLibrary()

    await user.click(screen.getByRole('checkbox', { name: 'Select all that are listed' }))
    await user.click(screen.getByRole('button', { name: 'Collections…' }))
    const dialog = screen.getByRole('dialog', { name: 'Collections of 3' })
    await user.click(within(dialog).getByRole('checkbox', { name: 'Biology' }))
    await user.click(within(dialog).getByRole('button', { name: 'Save' }))

    await waitFor(() => {
      expect(changes).toEqual([['c1', ['d3', 'd2', 'd1']]])
    })
  })

  test('can be asked about in a new chat', async () => {
    const user = await openLibrary()
    await user.click(screen.getByRole('checkbox', { name: 'Select Zebra.pdf' }))

    await user.click(screen.getByRole('button', { name: 'Ask about them' }))

    expect(location.pathname).toBe('/')
    const chips = await screen.findByRole('list', { name: 'Documents of this chat' })
    expect(chips.textContent).toContain('Zebra.pdf')
  })
})

describe('collections', () => {
  test('narrow the list, and take in what is brought in there', async () => {
    collections = [collection('c1', 'Biology', 1)]
    const desk = new UploadDesk()
    const into: string[][] = []
    server.uploads = {
      ...desk.service,
      createUpload: (request, context) => {
        into.push(request.file?.collectionIds ?? [])
        return desk.service.createUpload!(request, context)
      },
    }
    const user = await openLibrary()

    await user.click(await screen.findByRole('button', { name: /Biology/ }))
    await waitFor(() => {
      expect(asked.at(-1)?.collectionId).toBe('c1')
    })
    await user.upload(screen.getByLabelText('Choose files'), new File(['x'], 'x.txt'))

    await waitFor(() => {
      expect(into).toEqual([['c1']])
    })
  })

  test('get a name that no other has', async () => {
    server.collections.createCollection = () => {
      throw refusal('AlreadyExists', 'COLLECTION_NAME_TAKEN')
    }
    const user = await openLibrary()

    await user.click(screen.getByRole('button', { name: 'New collection' }))
    await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Biology{Enter}')

    await screen.findByText('You have a collection of this name already.')
  })
})

describe('bringing documents in', () => {
  test('files that are dropped go up, and what fails says why', async () => {
    server.uploads.createUpload = () => {
      throw refusal('ResourceExhausted', 'FILE_TOO_LARGE')
    }
    await openLibrary()
    const dropped = new File(['x'], 'Large.pdf')

    fireEvent.drop(screen.getByRole('region', { name: 'Documents' }), {
      dataTransfer: { types: ['Files'], items: [], files: [dropped] },
    })

    const uploads = await screen.findByRole('region', { name: 'Uploads' })
    await waitFor(() => {
      expect(uploads.textContent).toContain('larger than the server takes')
    })
  })

  test('from a web address', async () => {
    const urls: string[] = []
    server.uploads.importUrl = ({ url }) => {
      urls.push(url)
      return { document: stored({ documentId: 'd4', title: url, minute: 9, state: 'queued' }) }
    }
    const user = await openLibrary()

    await user.click(screen.getByRole('button', { name: /^Add/ }))
    await user.click(screen.getByRole('menuitem', { name: 'From a web address…' }))
    await user.type(screen.getByRole('textbox', { name: 'Address' }), 'a.test/b.pdf{Enter}')

    await waitFor(() => {
      expect(titles()[0]).toBe('https://a.test/b.pdf')
    })
    expect(urls).toEqual(['https://a.test/b.pdf'])
  })

  test('says of which files nothing new came, until that is cleared', async () => {
    server.uploads.createUpload = ({ file }) => ({
      existingDocument: stored({ documentId: 'd1', title: file?.fileName ?? '' }),
    })
    const user = await openLibrary()
    const files = [new File(['x'], 'x.txt'), new File(['y'], 'y.txt')]
    await user.upload(screen.getByLabelText('Choose files'), files)

    const uploads = await screen.findByRole('region', { name: 'Uploads' })
    await within(uploads).findByText('2 here already')
    expect(within(uploads).getAllByText('You have this file already')).toHaveLength(2)
    await user.click(within(uploads).getByRole('button', { name: 'Clear' }))
    expect(screen.queryByRole('region', { name: 'Uploads' })).toBeNull()
  })

  test('after a reload, says which uploads were interrupted', async () => {
    const upload = { uploadId: 'u1', fileName: 'Long.pdf', sizeBytes: 5e6, time: Date.now() }
    localStorage.setItem('lamla.uploads', JSON.stringify({ abc: upload }))
    server.uploads.cancelUpload = () => ({})
    const user = await openLibrary()

    const notice = await screen.findByRole('region', { name: 'Interrupted uploads' })
    expect(notice.textContent).toContain('Long.pdf (5.0 MB)')
    await user.click(within(notice).getByRole('button', { name: 'Forget it' }))

    expect(localStorage.getItem('lamla.uploads')).toBe('{}')
  })
})

test('the text of documents is searched, and a passage opens where it is', async () => {
  server.search.searchChunks = ({ query }) => ({
    chunks: [
      {
        chunkId: 'k1',
        documentId: 'd3',
        documentTitle: 'Zebra.pdf',
        page: 4,
        start: 10,
        end: 40,
        text: `All about ${query} here.`,
        headings: ['Animals'],
      },
    ],
    vectorLegUsed: false,
  })
  const user = await openLibrary()

  await user.click(screen.getByRole('radio', { name: 'Text' }))
  await user.type(screen.getByRole('searchbox'), 'zebras')

  const link = await screen.findByRole('link', { name: /All about zebras here/ })
  expect(link.getAttribute('href')).toBe('/library/d3?page=4&start=10&end=40')
  expect(within(link).getByText('zebras').tagName).toBe('MARK')
  screen.getByText(/search by meaning is away/)
})

import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import { conversation, refusal, ScriptedServer } from '../../api/testing'
import { openPage } from '../../testing/page'

let server: ScriptedServer
let stored: ReturnType<typeof conversation>[]
let deleted: ReturnType<typeof conversation> | null

beforeEach(() => {
  server = new ScriptedServer()
  deleted = null
  stored = ['One', 'Two', 'Three'].map((title, index) =>
    conversation({ conversationId: `c${String(index + 1)}`, title }),
  )
  server.conversations = {
    listConversations: ({ pageToken, archived }) => {
      const all = stored.filter((one) => one.archived === archived)
      return {
        conversations: pageToken ? all.slice(2) : all.slice(0, 2),
        nextPageToken: pageToken || all.length < 3 ? '' : 'next',
      }
    },
    getConversation: ({ conversationId }) => ({ conversation: find(conversationId) }),
    listMessages: () => ({ messages: [] }),
    updateConversation: ({ conversationId, title, pinned, archived }) => {
      const one = find(conversationId)
      one.title = title ?? one.title
      one.pinned = pinned ?? one.pinned
      one.archived = archived ?? one.archived
      return { conversation: one }
    },
    deleteConversation: ({ conversationId }) => {
      deleted = find(conversationId)
      stored = stored.filter((one) => one.conversationId !== conversationId)
      return {}
    },
    undeleteConversation: () => {
      stored = [deleted!, ...stored]
      return { conversation: deleted! }
    },
  }
})

const find = (id: string) => stored.find(({ conversationId }) => conversationId === id)!

const list = () => within(screen.getByRole('navigation', { name: 'Conversations' }))
const listed = (title: string) => list().findByRole('link', { name: title })

/** Opens a conversation's menu and chooses from it. */
async function choose(user: ReturnType<typeof openPage>, title: string, action: string) {
  await user.click(await list().findByRole('button', { name: `Actions for ${title}` }))
  await user.click(list().getByRole('menuitem', { name: action }))
}
const toasts = () => screen.findByRole('region', { name: 'Messages' })
const titles = () =>
  list()
    .getAllByRole('link')
    .map(({ textContent }) => textContent)

test('the list is read page by page', async () => {
  const user = openPage(server)
  await list().findByText('One')
  expect(titles()).toEqual(['One', 'Two'])

  await user.click(list().getByRole('button', { name: 'Load more' }))

  await list().findByText('Three')
  expect(titles()).toEqual(['One', 'Two', 'Three'])
  expect(list().queryByRole('button', { name: 'Load more' })).toBeNull()
})

test('a link shows its conversation, and says which one is shown', async () => {
  const user = openPage(server)

  await user.click(await list().findByRole('link', { name: 'Two' }))

  expect(location.pathname).toBe('/c/c2')
  expect(list().getByRole('link', { name: 'Two' }).getAttribute('aria-current')).toBe('page')
})

test('New chat shows an empty page that one can type into', async () => {
  const user = openPage(server, '/c/c1')

  await user.click(screen.getByRole('button', { name: 'New chat' }))

  expect(location.pathname).toBe('/')
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' }))
})

test('a conversation is renamed in its place', async () => {
  const user = openPage(server, '/c/c1')
  await choose(user, 'One', 'Rename')

  await user.clear(screen.getByRole('textbox', { name: 'Title' }))
  await user.type(screen.getByRole('textbox', { name: 'Title' }), ' Uno {Enter}')

  await list().findByText('Uno')
  await screen.findByRole('heading', { name: 'Uno' })
})

test('Escape leaves the title as it was', async () => {
  const user = openPage(server)
  await choose(user, 'One', 'Rename')

  await user.type(screen.getByRole('textbox', { name: 'Title' }), 'x{Escape}')

  expect(titles()).toEqual(['One', 'Two'])
  expect(server.calls).not.toContain('UpdateConversation')
})

test('a title that could not be saved stays in its field, with the reason', async () => {
  server.conversations.updateConversation = () => {
    throw refusal('Internal', 'INTERNAL')
  }
  const user = openPage(server)
  await choose(user, 'One', 'Rename')

  await user.type(screen.getByRole('textbox', { name: 'Title' }), '!{Enter}')

  await screen.findByText(/Not renamed\. Something went wrong/)
})

test('a conversation is deleted at once, its page is left, and Undo brings both back', async () => {
  const user = openPage(server, '/c/c1')
  await choose(user, 'One', 'Delete')

  await screen.findByText('“One” is deleted.')
  expect(titles()).not.toContain('One')
  expect(location.pathname).toBe('/')
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' }))

  await user.click(screen.getByRole('button', { name: 'Undo' }))

  await listed('One')
  expect(location.pathname).toBe('/c/c1')
  expect(screen.queryByText('“One” is deleted.')).toBeNull()
})

test('a conversation that could not be deleted comes back, with the reason', async () => {
  server.conversations.deleteConversation = () => {
    throw refusal('Internal', 'INTERNAL')
  }
  const user = openPage(server, '/c/c1')
  await choose(user, 'One', 'Delete')

  await within(await toasts()).findByText(/Not deleted\. Something went wrong/)
  await listed('One')
  expect(location.pathname).toBe('/c/c1')
})

test('a pinned conversation stands above the others', async () => {
  const user = openPage(server)
  await choose(user, 'Two', 'Pin')

  await waitFor(() => {
    expect(titles()[0]).toContain('Two')
  })
  expect(list().getByRole('region', { name: 'Pinned' }).textContent).toContain('Two')

  await choose(user, 'Two', 'Unpin')
  await waitFor(() => {
    expect(list().queryByRole('region', { name: 'Pinned' })).toBeNull()
  })
})

test('an archived conversation is in the archive, and comes back from there', async () => {
  const user = openPage(server)
  await choose(user, 'One', 'Archive')
  await screen.findByText('“One” is in the archive.')
  expect(titles()).not.toContain('One')

  await user.click(screen.getByRole('button', { name: 'Archive' }))
  const archive = within(await screen.findByRole('navigation', { name: 'Archive' }))
  await user.click(await archive.findByRole('button', { name: 'Actions for One' }))
  await user.click(archive.getByRole('menuitem', { name: 'Move out of the archive' }))

  await archive.findByText('Nothing is in the archive.')
  await user.click(screen.getByRole('button', { name: 'Back to the conversations' }))
  await listed('One')
})

test('the keyboard chooses, renames and deletes', async () => {
  const user = openPage(server)
  ;(await listed('One')).focus()

  await user.keyboard('{ArrowDown}')
  expect(document.activeElement).toBe(await listed('Two'))

  await user.keyboard('{F2}')
  await user.keyboard('Zwei{Enter}')
  await listed('Zwei')

  ;(await listed('One')).focus()
  await user.keyboard('{Delete}')
  await screen.findByText('“One” is deleted.')
  expect(document.activeElement).toBe(await listed('Zwei'))
})

test('an answer that is written elsewhere is shown in the list', async () => {
  stored[1]!.activeGenerationIds = ['g']
  openPage(server)

  await list().findByRole('link', { name: /^Two ?\(answering\)/ })
})

test.each([
  ['Markdown', 'text/markdown'],
  ['JSON', 'application/json'],
])('a conversation is saved as a %s file', async (name, contentType) => {
  const saved: string[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    saved.push(this.download)
  })
  Object.assign(URL, { createObjectURL: () => 'blob:x', revokeObjectURL: () => undefined })
  server.conversations.exportConversation = ({ conversationId }) => ({
    fileName: `${conversationId}.file`,
    contentType,
    content: 'x',
  })
  const user = openPage(server)

  await choose(user, 'One', `Export as ${name}`)

  await waitFor(() => {
    expect(saved).toEqual(['c1.file'])
  })
})

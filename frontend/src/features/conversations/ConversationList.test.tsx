import { screen, within } from '@testing-library/react'
import { beforeEach, expect, test } from 'vitest'
import { conversation, refusal, ScriptedServer } from '../../api/testing'
import { openPage } from '../../testing/page'

let server: ScriptedServer
let stored: ReturnType<typeof conversation>[]

beforeEach(() => {
  server = new ScriptedServer()
  stored = ['One', 'Two', 'Three'].map((title, index) =>
    conversation({ conversationId: `c${String(index + 1)}`, title }),
  )
  server.conversations = {
    listConversations: ({ pageToken }) => ({
      conversations: pageToken ? stored.slice(2) : stored.slice(0, 2),
      nextPageToken: pageToken || stored.length < 3 ? '' : 'next',
    }),
    getConversation: ({ conversationId }) => ({ conversation: find(conversationId) }),
    listMessages: () => ({ messages: [] }),
    updateConversation: ({ conversationId, title }) => {
      const changed = Object.assign(find(conversationId), { title })
      return { conversation: changed }
    },
    deleteConversation: ({ conversationId }) => {
      stored = stored.filter((one) => one.conversationId !== conversationId)
      return {}
    },
  }
})

const find = (id: string) => stored.find(({ conversationId }) => conversationId === id)!

const list = () => within(screen.getByRole('navigation', { name: 'Conversations' }))
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
  await user.click(await list().findByRole('button', { name: 'Rename One' }))

  await user.clear(screen.getByRole('textbox', { name: 'Title' }))
  await user.type(screen.getByRole('textbox', { name: 'Title' }), ' Uno {Enter}')

  await list().findByText('Uno')
  await screen.findByRole('heading', { name: 'Uno' })
})

test('Escape leaves the title as it was', async () => {
  const user = openPage(server)
  await user.click(await list().findByRole('button', { name: 'Rename One' }))

  await user.type(screen.getByRole('textbox', { name: 'Title' }), 'x{Escape}')

  expect(titles()).toEqual(['One', 'Two'])
  expect(server.calls).not.toContain('UpdateConversation')
})

test('a title that could not be saved stays in its field, with the reason', async () => {
  server.conversations.updateConversation = () => {
    throw refusal('Internal', 'INTERNAL')
  }
  const user = openPage(server)
  await user.click(await list().findByRole('button', { name: 'Rename One' }))

  await user.type(screen.getByRole('textbox', { name: 'Title' }), '!{Enter}')

  await screen.findByText(/Not renamed\. Something went wrong/)
})

test('a conversation is deleted after a question, and its page is left', async () => {
  const user = openPage(server, '/c/c1')
  await user.click(await list().findByRole('button', { name: 'Delete One' }))
  const dialog = within(screen.getByRole('dialog', { name: 'Delete conversation' }))
  expect(server.calls).not.toContain('DeleteConversation')

  await user.click(dialog.getByRole('button', { name: 'Delete' }))

  await list().findByText('Two')
  expect(titles()).not.toContain('One')
  expect(location.pathname).toBe('/')
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' }))
})

test('a conversation that is kept stays', async () => {
  const user = openPage(server)
  await user.click(await list().findByRole('button', { name: 'Delete One' }))

  await user.click(screen.getByRole('button', { name: 'Keep' }))

  expect(screen.queryByRole('dialog')).toBeNull()
  expect(server.calls).not.toContain('DeleteConversation')
})

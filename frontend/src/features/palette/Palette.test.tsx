import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import { conversation, message, refusal } from '../../api/testing'
import { emptyServer, openPage } from '../../testing/page'

let server: ScriptedServer

beforeEach(() => {
  server = emptyServer()
  const all = ['Photosynthesis', 'The French revolution', 'Prime numbers'].map((title, index) =>
    conversation({ conversationId: `c${String(index)}`, title }),
  )
  server.conversations.listConversations = ({ archived }) => ({
    conversations: archived ? [] : all,
  })
  server.conversations.getConversation = ({ conversationId }) => ({
    conversation: all.find((one) => one.conversationId === conversationId)!,
  })
  server.conversations.listMessages = () => ({ messages: [message({ id: 'm7', text: 'Why?' })] })
  server.conversations.searchConversations = ({ query, pageToken }) => ({
    hits: [
      {
        conversation: all[pageToken ? 2 : 0]!,
        messageId: 'm7',
        snippet: `😀 about ${query}`,
        highlights: [{ start: 8, end: 8 + query.length }],
      },
    ],
    nextPageToken: pageToken ? '' : 'next',
  })
})

const input = () => screen.findByRole('combobox', { name: 'Search and commands' })
const options = () => screen.queryAllByRole('option').map(({ textContent }) => textContent)
const active = async () => {
  const id = (await input()).getAttribute('aria-activedescendant') ?? ''
  return document.getElementById(id)?.textContent
}

async function open(path = '/') {
  const user = openPage(server, path)
  await screen.findByRole('link', { name: 'Photosynthesis' })
  await user.keyboard('{Control>}k{/Control}')
  await input()
  return user
}

test('Ctrl K opens and closes it, and typing begins at once', async () => {
  const user = await open()
  expect(document.activeElement).toBe(await input())

  await user.keyboard('{Control>}k{/Control}')

  expect(screen.queryByRole('combobox')).toBeNull()
})

test('the arrow keys choose around, and Enter goes there', async () => {
  const user = await open()
  expect(await active()).toBe('Photosynthesis')

  await user.keyboard('{ArrowDown}')
  expect(await active()).toBe('The French revolution')
  await user.keyboard('{ArrowUp}{ArrowUp}')
  expect(await active()).toBe(options().at(-1))
  await user.keyboard('{ArrowDown}{ArrowDown}{Enter}')

  expect(location.pathname).toBe('/c/c1')
  expect(screen.queryByRole('combobox')).toBeNull()
})

test('a few letters find a conversation or a command', async () => {
  server.conversations.searchConversations = () => ({ hits: [] })
  const user = await open()

  await user.keyboard('frrev')
  expect(await active()).toBe('The French revolution')
  await user.clear(await input())
  await user.keyboard('keyb{Enter}')

  await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })
})

test('words in messages are found, marked, and lead to their message', async () => {
  const user = await open()

  await user.keyboard('light')
  const option = await screen.findByRole('option', { name: /about light/ })
  expect(within(option).getByText('light').tagName).toBe('MARK')
  await user.click(option)

  expect(location.pathname + location.hash).toBe('/c/c0#m7')
})

test('more results come behind the ones that are there', async () => {
  const user = await open()
  await user.keyboard('light')
  await screen.findByRole('option', { name: /about light/ })

  await user.click(screen.getByRole('option', { name: 'More results' }))

  await waitFor(() => {
    expect(screen.getAllByRole('option', { name: /about light/ })).toHaveLength(2)
  })
  expect(screen.queryByRole('option', { name: 'More results' })).toBeNull()
})

test('how much was found is said', async () => {
  server.conversations.searchConversations = () => ({ hits: [] })
  const user = await open()

  await user.keyboard('qqqq')

  await screen.findByText('Nothing was found.')
  expect(options()).toEqual([])
})

test('a search that fails says so, and commands go on', async () => {
  server.conversations.searchConversations = () => {
    throw refusal('Internal', 'ROLE_NOT_ALLOWED')
  }
  const user = await open()

  await user.keyboard('settings')

  await screen.findByText(/Messages could not be searched/)
  expect(await active()).toBe('Settings')
})

test('the shown conversation can be pinned, archived and deleted from here', async () => {
  await open('/c/c0')

  await waitFor(() => {
    expect(options()).toContain('Pin this conversation')
  })
  expect(options()).toContain('Archive this conversation')
  expect(options()).toContain('Delete this conversation')
})

test('what a message at the edge offers to undo is offered here as well', async () => {
  const undone: string[] = []
  server.conversations.deleteConversation = () => ({})
  server.conversations.undeleteConversation = ({ conversationId }) => {
    undone.push(conversationId)
    return { conversation: conversation({ conversationId }) }
  }
  const user = await open('/c/c0')
  await user.keyboard('delete this{Enter}')
  await screen.findByRole('button', { name: 'Undo' })

  await user.keyboard('{Control>}k{/Control}')
  await input()
  await user.keyboard('undo{Enter}')

  await waitFor(() => {
    expect(undone).toEqual(['c0'])
  })
})

test('? shows the keys, but not while one types', async () => {
  const user = openPage(server)
  await user.type(screen.getByRole('textbox', { name: 'Message' }), 'Why?')
  expect(screen.queryByRole('dialog')).toBeNull()

  ;(document.activeElement as HTMLElement).blur()
  await user.keyboard('?')

  await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })
})

test('Ctrl Shift O begins a new chat', async () => {
  const user = openPage(server, '/c/c0')

  await user.keyboard('{Control>}{Shift>}O{/Shift}{/Control}')

  expect(location.pathname).toBe('/')
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Message' }))
})

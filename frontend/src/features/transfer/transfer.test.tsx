import { fireEvent, screen, waitFor } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import { conversation, refusal } from '../../api/testing'
import { emptyServer, openPage } from '../../testing/page'

let server: ScriptedServer

beforeEach(() => {
  server = emptyServer()
})

async function open(action: string, title = action) {
  const user = openPage(server)
  await user.click(await screen.findByRole('button', { name: /^Account/ }))
  await user.click(screen.getByRole('menuitem', { name: action }))
  await screen.findByRole('dialog', { name: title })
  return user
}

const file = (content: unknown, name = 'conversations.json') =>
  new File([typeof content === 'string' ? content : JSON.stringify(content)], name, {
    type: 'application/json',
  })

const chooser = () => screen.getByLabelText('Choose a file', { selector: 'input' })

test('a file is read, and what came in and what did not is listed', async () => {
  server.conversations.importConversations = () => ({
    conversations: [conversation({ conversationId: 'n1', title: 'Old chat' })],
    failures: [{ index: 1, title: 'Broken', description: 'It has no messages.' }],
  })
  const user = await open('Import conversations')

  await user.upload(chooser(), file([{}, {}]))

  await screen.findByText('One conversation came in.')
  expect(screen.getByRole('region', { name: 'Not imported' }).textContent).toBe(
    'Not importedBrokenIt has no messages.',
  )
  await user.click(screen.getByRole('link', { name: 'Old chat' }))
  expect(location.pathname).toBe('/c/n1')
  expect(screen.queryByRole('dialog')).toBeNull()
})

test('a file can be dropped', async () => {
  server.conversations.importConversations = () => ({ conversations: [conversation()] })
  await open('Import conversations')

  const zone = chooser().closest('label')!
  const dropped = file([{}])
  fireEvent.drop(zone, { dataTransfer: { files: { item: () => dropped } } })

  await screen.findByText('One conversation came in.')
})

test.each([
  ['no JSON', 'This file is not JSON.'],
  ['7', 'This file holds no conversations.'],
])('a file with %j is refused with the reason', async (content, reason) => {
  const user = await open('Import conversations')

  await user.upload(chooser(), file(content))

  await screen.findByText(reason)
  expect(server.calls).not.toContain('ImportConversations')
})

test('a file of another form is refused in plain words', async () => {
  server.conversations.importConversations = () => {
    throw refusal('InvalidArgument', 'INVALID_FIELD')
  }
  const user = await open('Import conversations')

  await user.upload(chooser(), file([{}]))

  await screen.findByText(/neither a file of Lamla nor/)
  await user.click(screen.getByRole('button', { name: 'Another file' }))
  expect(chooser()).toBeTruthy()
})

test('an import can be stopped', async () => {
  server.conversations.importConversations = (_, { signal }) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error('gone'))
      })
    })
  const user = await open('Import conversations')
  await user.upload(chooser(), file([{}]))

  await user.click(await screen.findByRole('button', { name: 'Stop' }))

  await screen.findByText(/^Stopped\./)
})

test('everything is written into one file, the archive too', async () => {
  const saved: Blob[] = []
  Object.assign(URL, {
    createObjectURL: (blob: Blob) => {
      saved.push(blob)
      return 'blob:x'
    },
    revokeObjectURL: () => undefined,
  })
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockReturnValue()
  server.conversations.listConversations = ({ archived, pageToken }) => ({
    conversations: [conversation({ conversationId: archived ? 'c3' : pageToken ? 'c2' : 'c1' })],
    nextPageToken: !archived && !pageToken ? 'next' : '',
  })
  server.conversations.exportConversation = ({ conversationId }) => {
    if (conversationId === 'c2') throw refusal('NotFound', 'CONVERSATION_NOT_FOUND')
    return { fileName: 'x', contentType: 'application/json', content: `{"id":"${conversationId}"}` }
  }
  const user = await open('Export all')
  await screen.findByText('2 conversations are ready.')

  await user.click(screen.getByRole('button', { name: 'Save the file' }))

  expect(JSON.parse(await saved[0]!.text())).toEqual([{ id: 'c1' }, { id: 'c3' }])
  await waitFor(() => {
    expect(screen.queryByRole('dialog')).toBeNull()
  })
})

test('a conversation that is too large for a file is named, and the others are written', async () => {
  server.conversations.listConversations = ({ archived }) => ({
    conversations: archived
      ? []
      : ['Long', 'Short'].map((title) => conversation({ conversationId: title, title })),
  })
  server.conversations.exportConversation = ({ conversationId }) => {
    if (conversationId === 'Long') throw refusal('ResourceExhausted', 'REQUEST_TOO_LARGE')
    return { fileName: 'x', contentType: 'application/json', content: '{}' }
  }
  await open('Export all')

  await screen.findByText('One conversation is ready.')
  screen.getByText('Too large to be in the file: “Long”.')
})

test('an export that fails says so', async () => {
  server.conversations.exportConversation = () => {
    throw refusal('Internal', 'INTERNAL')
  }
  await open('Export all')

  await screen.findByText(/Something went wrong on the server/)
})

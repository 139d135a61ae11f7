import { screen, waitFor, within } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import {
  conversation,
  document as stored,
  invalidField,
  noOtherTabs,
  refusal,
  UploadDesk,
} from '../../api/testing'
import type { ScriptedServer } from '../../api/testing'
import { box, emptyServer, openPage } from '../../testing/page'

const EMAIL = 'ada@example.com'
const PASSWORD = 'correct horse battery'

let server: ScriptedServer

beforeEach(() => {
  server = emptyServer()
})

type User = ReturnType<typeof openPage>

async function choose(user: User, action: string) {
  await user.click(await screen.findByRole('button', { name: /^Account/ }))
  await user.click(screen.getByRole('menuitem', { name: action }))
}

const dialog = (name: string) => screen.findByRole('dialog', { name })
const email = () => screen.getByRole('textbox', { name: 'E-mail address' })
const password = () => screen.getByLabelText('Password', { selector: 'input' })
const account = (name: string | RegExp) => screen.findByRole('button', { name })

async function signIn(user: User) {
  await choose(user, 'Sign in')
  await dialog('Sign in')
  await user.type(email(), EMAIL)
  await user.type(password(), `${PASSWORD}{Enter}`)
  await account(/Ada/)
}

test('a guest who creates an account keeps the page as it is', async () => {
  const user = openPage(server, '/c/0192f0c1-0000-7000-8000-000000000001')
  await choose(user, 'Create account')
  await dialog('Create account')
  expect(document.activeElement).toBe(email())

  await user.type(email(), ` ${EMAIL} `)
  await user.type(screen.getByRole('textbox', { name: 'Name' }), 'Ada')
  await user.type(password(), PASSWORD)
  await user.click(screen.getByRole('button', { name: 'Create account' }))

  await account(/Ada ?Student/)
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(server.email).toBe(EMAIL)
  expect(location.pathname).toMatch('/c/')
})

test('what the page knows to be wrong is said beside its field, and nothing is sent', async () => {
  const user = openPage(server)
  await choose(user, 'Create account')
  await dialog('Create account')

  await user.type(email(), 'ada')
  await user.type(password(), 'short')
  await user.click(screen.getByRole('button', { name: 'Create account' }))

  expect(email()).toHaveProperty('ariaInvalid', 'true')
  expect(describedBy(email())).toBe('This is not an e-mail address.')
  expect(describedBy(password())).toMatch(/at least 10 characters; this one has 5/)
  expect(server.calls).not.toContain('Register')
})

test('what the server does not accept is said beside its field', async () => {
  server.identity.register = () => {
    throw invalidField('password', 'this password is too common')
  }
  const user = openPage(server)
  await choose(user, 'Create account')
  await dialog('Create account')

  await user.type(email(), EMAIL)
  await user.type(password(), 'password123')
  await user.click(screen.getByRole('button', { name: 'Create account' }))

  await waitFor(() => {
    expect(describedBy(password())).toBe('This password is too common.')
  })
})

test('an address that has an account says so', async () => {
  server.identity.register = () => {
    throw refusal('AlreadyExists', 'EMAIL_TAKEN')
  }
  const user = openPage(server)
  await choose(user, 'Create account')
  await dialog('Create account')
  await user.type(email(), EMAIL)
  await user.type(password(), `${PASSWORD}{Enter}`)

  await waitFor(() => {
    expect(describedBy(email())).toMatch(/account with this e-mail address already/)
  })
})

test('password managers know the fields, and the password can be shown', async () => {
  const user = openPage(server)
  await choose(user, 'Sign in')
  await dialog('Sign in')
  expect(email().getAttribute('autocomplete')).toBe('username')
  expect(password().getAttribute('autocomplete')).toBe('current-password')
  expect(password().getAttribute('type')).toBe('password')

  await user.click(screen.getByRole('button', { name: 'Show password' }))
  expect(password().getAttribute('type')).toBe('text')

  await user.click(screen.getByRole('button', { name: 'Create one' }))
  await dialog('Create account')
  expect(password().getAttribute('autocomplete')).toBe('new-password')
})

test('signing in shows the account’s conversations and none of the guest’s', async () => {
  const user = openPage(server)
  await screen.findByRole('link', { name: 'A title' })
  server.conversations.listConversations = () => ({
    conversations: [conversation({ title: 'Hers' })],
  })

  await signIn(user)

  await screen.findByRole('link', { name: 'Hers' })
  expect(screen.queryByRole('link', { name: 'A title' })).toBeNull()
})

test('a guest who signs in during an upload stays there, and the file arrives', async () => {
  const desk = new UploadDesk()
  server.uploads = desk.service
  let goOn: () => void = () => undefined
  const isSignedIn = new Promise<void>((resolve) => {
    goOn = resolve
  })
  server.uploads.completeUpload = async () => {
    await isSignedIn
    return { document: stored({ documentId: 'd1', title: 'Notes' }) }
  }
  const user = openPage(server, '/library')
  await user.upload(
    await screen.findByLabelText('Choose files'),
    new File(['Sapere aude'], 'notes.txt'),
  )
  await screen.findByRole('button', { name: 'Stop notes.txt' })
  await vi.waitFor(() => {
    expect(server.calls).toContain('CompleteUpload')
  })
  server.refused.add('token-1')

  await signIn(user)
  server.documents.listDocuments = () => ({ documents: [stored({ title: 'Notes' })] })
  goOn()

  await screen.findByRole('link', { name: 'Notes' })
  expect(location.pathname).toBe('/library')
  expect(desk.cancelled).toEqual([])
})

test('what was typed is not shown to another account', async () => {
  const user = openPage(server)
  await signIn(user)
  await user.type(box(), 'A secret')
  server.hasCookie = false
  server.refused.add('token-1').add('token-2').add('token-3')
  await user.click(await screen.findByRole('button', { name: 'Archive' }))
  await user.click(await screen.findByRole('button', { name: 'Sign in' }))
  await dialog('Sign in')
  server.identity.login = () => {
    server.userId = '0192f0c1-0000-7000-8000-0000000000bb'
    return server.beSomebody({ email: 'bob@example.com', displayName: 'Bob' })
  }
  await user.type(password(), `${PASSWORD}{Enter}`)

  await account(/Bob/)
  expect(box().value).toBe('')
})

test('a wrong password says so, and keeps what was typed', async () => {
  server.identity.login = () => {
    throw refusal('Unauthenticated', 'CREDENTIALS_INVALID')
  }
  const user = openPage(server)
  await choose(user, 'Sign in')
  const window = within(await dialog('Sign in'))
  await user.type(email(), EMAIL)
  await user.type(password(), 'wrong{Enter}')

  await window.findByText('E-mail address and password do not belong together.')
  expect(email()).toHaveProperty('value', EMAIL)
  expect(document.activeElement).toBe(password())
})

test('too many attempts are counted down', async () => {
  server.identity.login = () => {
    throw refusal('ResourceExhausted', 'RATE_LIMITED', 30)
  }
  const user = openPage(server)
  await choose(user, 'Sign in')
  await dialog('Sign in')
  await user.type(email(), EMAIL)
  await user.type(password(), `${PASSWORD}{Enter}`)

  const button = await screen.findByRole<HTMLButtonElement>('button', { name: /Sign in in \d+ s/ })
  expect(button.disabled).toBe(true)
})

test('signing out goes on as a guest with an empty page', async () => {
  const user = openPage(server)
  await signIn(user)
  await user.type(box(), 'A secret')

  await choose(user, 'Sign out')

  await account(/Guest/)
  expect(location.pathname).toBe('/')
  await waitFor(() => {
    expect(box().value).toBe('')
  })
})

test('a session that ended is said, and one can sign in again', async () => {
  const user = openPage(server)
  await signIn(user)
  server.hasCookie = false
  server.refused.add('token-1').add('token-2').add('token-3')
  await user.click(await screen.findByRole('button', { name: 'Archive' }))

  await screen.findByText(/Your conversations are safe/)
  await user.click(screen.getByRole('button', { name: 'Sign in' }))
  await dialog('Sign in')
  expect(email()).toHaveProperty('value', EMAIL)
  await user.type(password(), `${PASSWORD}{Enter}`)

  await waitFor(() => {
    expect(screen.queryByText(/Your conversations are safe/)).toBeNull()
  })
})

test('after a reload as well, and then what failed is read', async () => {
  const tabs = { ...noOtherTabs(), email: EMAIL }
  const user = openPage(server, '/c/0192f0c1-0000-7000-8000-000000000001', tabs)

  await user.click(await screen.findByRole('button', { name: 'Sign in' }))
  await dialog('Sign in')
  await user.type(password(), `${PASSWORD}{Enter}`)

  await screen.findByRole('link', { name: 'A title' })
  expect(location.pathname).toMatch('/c/')
})

test('or one goes on as a guest', async () => {
  const user = openPage(server)
  await signIn(user)
  server.hasCookie = false
  server.refused.add('token-1').add('token-2').add('token-3')
  await user.click(await screen.findByRole('button', { name: 'Archive' }))

  await user.click(await screen.findByRole('button', { name: 'Continue as guest' }))

  await account(/Guest/)
  expect(screen.queryByText(/Your conversations are safe/)).toBeNull()
})

test('a password is never kept', async () => {
  const set = vi.spyOn(Storage.prototype, 'setItem')
  const user = openPage(server)
  await signIn(user)

  const kept = set.mock.calls.flat().join(' ')
  expect(kept).not.toContain(PASSWORD)
})

function describedBy(input: HTMLElement): string | null {
  const id = input.getAttribute('aria-describedby') ?? ''
  return document.getElementById(id)?.textContent ?? null
}

import { act, render, screen, waitFor } from '@testing-library/react'
import { expect, test, vi } from 'vitest'
import { refusal, ScriptedServer } from '../../api/testing'
import { createServices } from '../../services'
import { emptyServer, openPage } from '../../testing/page'
import { reportErrors } from '../../unexpected-errors'
import { BrokenPage } from './BrokenPage'
import { ErrorBoundary } from './ErrorBoundary'

function Broken(): never {
  throw new TypeError('a user’s words')
}

test('a page that broke says so, and gives the reference that the log has', async () => {
  vi.spyOn(console, 'error').mockReturnValue()
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  const server = new ScriptedServer()
  const reported: { kind: string; requestId: string }[] = []
  server.reports.reportErrors = ({ errors }) => {
    reported.push(...errors)
    return {}
  }
  const { errors } = createServices(server.createApi()).api

  render(
    <ErrorBoundary onError={(thrown) => <BrokenPage reference={errors.note(thrown)} />}>
      <Broken />
    </ErrorBoundary>,
  )
  await vi.advanceTimersByTimeAsync(6_000)
  vi.useRealTimers()

  screen.getByRole('button', { name: 'Reload the page' })
  await waitFor(() => {
    expect(reported.map(({ kind }) => kind)).toEqual(['TypeError'])
  })
  expect(document.body.textContent).toContain(reported[0]?.requestId)
  expect(document.body.textContent).not.toContain('a user’s words')
})

test('what nobody caught is noted, but not what the page gave up itself', () => {
  const note = vi.fn()
  reportErrors({ note } as unknown as Parameters<typeof reportErrors>[0])
  const error = new RangeError('x')
  const rejection = (reason: unknown) => Object.assign(new Event('unhandledrejection'), { reason })

  window.dispatchEvent(new ErrorEvent('error', { error }))
  window.dispatchEvent(new ErrorEvent('error', { message: 'ResizeObserver loop' }))
  window.dispatchEvent(rejection(error))
  window.dispatchEvent(rejection(new DOMException('', 'AbortError')))

  expect(note.mock.calls).toEqual([[error], [error]])
})

test('without a network that is said, and what is loaded stays', async () => {
  const server = emptyServer()
  openPage(server)
  await screen.findByRole('link', { name: 'A title' })
  vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  server.isDown = true

  act(() => {
    dispatchEvent(new Event('offline'))
  })
  await userAsks()

  await screen.findByText(/^You are offline\./)
  screen.getByRole('link', { name: 'A title' })
})

/** Makes a call that finds nobody. */
async function userAsks() {
  const button = screen.getByRole('button', { name: 'Archive' })
  act(() => {
    button.click()
  })
  await waitFor(() => {
    expect(button.isConnected).toBe(false)
  })
  act(() => {
    screen.getByRole('button', { name: 'Back to the conversations' }).click()
  })
}

test('a server that limits the rate is waited for, visibly', async () => {
  const server = emptyServer()
  server.conversations.listConversations = () => {
    throw refusal('ResourceExhausted', 'RATE_LIMITED', 20)
  }
  openPage(server)

  await screen.findByText(/That was a lot in a short time\./)
  expect(screen.getByText(/It goes on in \d+ s/)).toBeTruthy()
})

import { act, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { Link, navigate, routeOf, useRoute } from './router'

function Shown() {
  return <output>{JSON.stringify(useRoute())}</output>
}

test.each([
  ['/', { page: 'new' }],
  ['/c/1f', { page: 'conversation', conversationId: '1f', messageId: null }],
  ['/c/1f#2a', { page: 'conversation', conversationId: '1f', messageId: '2a' }],
  ['/c/1f/', { page: 'conversation', conversationId: '1f', messageId: null }],
  ['/c/', { page: 'unknown' }],
  ['/c/1/2', { page: 'unknown' }],
  ['/elsewhere', { page: 'unknown' }],
])('%s', (path, route) => {
  expect(routeOf(path)).toEqual(route)
})

test('what is shown follows links, calls and the way back', async () => {
  render(
    <>
      <Shown />
      <Link to="/c/1">One</Link>
    </>,
  )

  await userEvent.click(screen.getByText('One'))
  expect(screen.getByRole('status').textContent).toContain('"1"')

  act(() => {
    navigate('/c/2')
  })
  expect(screen.getByRole('status').textContent).toContain('"2"')

  act(() => {
    history.back()
  })
  await vi.waitFor(() => {
    expect(screen.getByRole('status').textContent).toContain('"1"')
  })
})

test('a link with a modifier key is left to the browser', () => {
  render(<Link to="/c/1">One</Link>)
  const isTaken = vi.fn()
  const observe = (event: MouseEvent) => {
    isTaken(event.defaultPrevented)
    event.preventDefault()
  }
  document.addEventListener('click', observe, { once: true })

  fireEvent.click(screen.getByText('One'), { ctrlKey: true })

  expect(isTaken).toHaveBeenCalledExactlyOnceWith(false)
  expect(location.pathname).toBe('/')
})

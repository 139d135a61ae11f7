import { act, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { documentPath, Link, navigate, pathWith, routeOf, sourceOf, useRoute } from './router'

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
  ['/library', { page: 'library' }],
  ['/library/1f?page=2', { page: 'library' }],
  ['/c/1f?document=2a#3b', { page: 'conversation', conversationId: '1f', messageId: '3b' }],
  ['/library/1/2', { page: 'unknown' }],
  ['/elsewhere', { page: 'unknown' }],
])('%s', (path, route) => {
  expect(routeOf(path)).toEqual(route)
})

const PASSAGE = { documentId: '1f', page: 2, start: 10, end: 20 }
const WHOLE = { documentId: '1f', page: 1, start: 0, end: 0 }

test.each([
  ['/', null],
  ['/library', null],
  ['/library/1f', WHOLE],
  ['/library/1f?page=2&start=10&end=20', PASSAGE],
  ['/c/7?document=1f&page=2&start=10&end=20#8', PASSAGE],
  ['/library/1f?page=-3&start=x', WHOLE],
])('the document beside %s', (path, source) => {
  expect(sourceOf(path)).toEqual(source)
})

test('a document is put beside a page and taken away, and the rest of the address stays', () => {
  const beside = pathWith(PASSAGE, '/c/7#8')

  expect(beside).toBe('/c/7?document=1f&page=2&start=10&end=20#8')
  expect(pathWith(null, beside)).toBe('/c/7#8')
  expect(documentPath(WHOLE)).toBe('/library/1f')
  expect(pathWith(null, documentPath(PASSAGE))).toBe('/library')
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

import { act, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Dialog } from './Dialog'
import { Toaster, Toasts } from './toast'

let toaster: Toaster
const announce = vi.fn()

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  toaster = new Toaster(announce)
})
afterEach(() => vi.useRealTimers())

function show(...texts: string[]) {
  act(() => {
    for (const text of texts) toaster.show(text)
  })
}

const pass = (ms: number) => {
  act(() => {
    vi.advanceTimersByTime(ms)
  })
}

test('a message is said, stays for a while, and goes', () => {
  render(<Toasts toaster={toaster} />)

  show('Done.')
  expect(announce).toHaveBeenCalledWith('Done.')
  pass(5_900)
  screen.getByText('Done.')
  pass(200)

  expect(screen.queryByText('Done.')).toBeNull()
})

test('it stays while one points at it', () => {
  render(<Toasts toaster={toaster} />)
  show('Done.')

  fireEvent.mouseEnter(screen.getByText('Done.').parentElement!)
  pass(60_000)
  screen.getByText('Done.')
  fireEvent.mouseLeave(screen.getByText('Done.').parentElement!)
  pass(10_100)

  expect(screen.queryByText('Done.')).toBeNull()
})

test('one that offers something stays ten seconds, whatever opens meanwhile', () => {
  const action = { label: 'Undo', run: () => undefined }
  const { rerender } = render(<Toasts toaster={toaster} />)
  act(() => {
    toaster.show('Deleted.', { action })
  })
  pass(5_000)

  rerender(
    <>
      <Toasts toaster={toaster} />
      <Dialog label="Menu" onClose={() => undefined}>
        <p>In here</p>
      </Dialog>
    </>,
  )
  pass(4_900)
  screen.getByText('Deleted.')
  pass(200)

  expect(screen.queryByText('Deleted.')).toBeNull()
})

test('what it offers is done once', () => {
  const run = vi.fn()
  render(<Toasts toaster={toaster} />)
  act(() => {
    toaster.show('Deleted.', { action: { label: 'Undo', run } })
  })

  fireEvent.click(screen.getByRole('button', { name: 'Undo' }))

  expect(run).toHaveBeenCalledOnce()
  expect(screen.queryByText('Deleted.')).toBeNull()
})

test('only the newest are shown', () => {
  render(<Toasts toaster={toaster} />)

  show('1', '2', '3', '4')

  expect(screen.queryByText('1')).toBeNull()
  screen.getByText('4')
})

test('it can be reached while a dialog is open', () => {
  render(
    <>
      <Toasts toaster={toaster} />
      <Dialog label="Menu" onClose={() => undefined}>
        <p>In here</p>
      </Dialog>
    </>,
  )

  show('Done.')

  expect(screen.getByRole('dialog').contains(screen.getByText('Done.'))).toBe(true)
})

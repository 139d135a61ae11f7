import { act, fireEvent, render, screen } from '@testing-library/react'
import { beforeEach, expect, test, vi } from 'vitest'
import { useStickToBottom } from './useStickToBottom'

let grow: () => void
let box: HTMLElement

/** A box of 100 with content of any height; scrolling is what the test says. */
function Box({ subject }: { subject: string }) {
  const { scrollRef, contentRef, isStuck, jump } = useStickToBottom(subject)
  return (
    <div ref={scrollRef} data-testid="box">
      <div ref={contentRef}>{isStuck ? 'stuck' : 'released'}</div>
      <button
        onClick={() => {
          jump()
        }}
      >
        Jump
      </button>
    </div>
  )
}

function setHeight(height: number) {
  Object.defineProperty(box, 'scrollHeight', { value: height, configurable: true })
  act(() => {
    grow()
  })
}

function scrollTo(top: number) {
  box.scrollTop = top
  fireEvent.scroll(box)
}

beforeEach(() => {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe = vi.fn()
      disconnect = vi.fn()
      constructor(callback: () => void) {
        grow = callback
      }
    },
  )
  render(<Box subject="a" />)
  box = screen.getByTestId('box')
  Object.defineProperty(box, 'clientHeight', { value: 100 })
  Object.assign(box, {
    scrollTo: ({ top }: { top: number }) => {
      scrollTo(Math.min(top, box.scrollHeight - 100))
    },
  })
  setHeight(500)
})

test('new text stays in view', () => {
  expect(box.scrollTop).toBe(400)

  setHeight(600)

  expect(box.scrollTop).toBe(500)
})

test.each([300, 390])('scrolling up, to %i of 400, releases', (top) => {
  scrollTo(top)
  setHeight(600)

  expect(screen.getByText('released')).toBeTruthy()
  expect(box.scrollTop).toBe(top)
})

test('coming back to the bottom sticks again', () => {
  scrollTo(100)
  scrollTo(390)
  setHeight(600)

  expect(screen.getByText('stuck')).toBeTruthy()
  expect(box.scrollTop).toBe(500)
})

test('a text that gets shorter does not release', () => {
  Object.defineProperty(box, 'scrollHeight', { value: 300, configurable: true })
  scrollTo(200)

  expect(screen.getByText('stuck')).toBeTruthy()
})

test('a jump goes to the newest text and sticks', () => {
  scrollTo(100)
  fireEvent.click(screen.getByText('Jump'))
  setHeight(700)

  expect(screen.getByText('stuck')).toBeTruthy()
  expect(box.scrollTop).toBe(600)
})

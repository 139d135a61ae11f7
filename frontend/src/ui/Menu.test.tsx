import { render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { expect, test, vi } from 'vitest'
import { Menu } from './Menu'

const run = vi.fn()
const item = (label: string) => ({
  label,
  run: () => {
    run(label)
  },
})

function show() {
  render(
    <Menu label="Fruit" groups={[[item('Apple'), item('Pear')], [], [item('Plum')]]}>
      …
    </Menu>,
  )
  return userEvent.setup()
}

const button = () => screen.getByRole('button', { name: 'Fruit' })
const focused = () => document.activeElement?.textContent

test('the keyboard opens, walks around, chooses, and comes back', async () => {
  const user = show()
  button().focus()

  await user.keyboard('{Enter}')
  expect(focused()).toBe('Apple')
  await user.keyboard('{ArrowUp}')
  expect(focused()).toBe('Plum')
  await user.keyboard('{ArrowDown}{ArrowDown}')
  expect(focused()).toBe('Pear')
  await user.keyboard('{End}{Home}{Enter}')

  expect(run).toHaveBeenLastCalledWith('Apple')
  expect(document.activeElement).toBe(button())
  expect(screen.queryByRole('menu')).toBeNull()
})

test('Escape closes it and nothing else', async () => {
  const user = show()
  const others = vi.fn()
  addEventListener('keydown', (event) => {
    others(event.defaultPrevented)
  })
  await user.click(button())

  await user.keyboard('{Escape}')

  expect(screen.queryByRole('menu')).toBeNull()
  expect(others).toHaveBeenLastCalledWith(true)
})

test('a second press on the button closes it', async () => {
  const user = show()
  await user.click(button())
  expect(button().getAttribute('aria-expanded')).toBe('true')

  await user.click(button())

  expect(screen.queryByRole('menu')).toBeNull()
})

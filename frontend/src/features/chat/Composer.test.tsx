import { createEvent, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useRef, useState } from 'react'
import { expect, test, vi } from 'vitest'
import { ALL_DOCUMENTS } from '../scope/scopes'
import { Composer } from './Composer'

const nothing = () => undefined
const NO_DOCUMENTS = {
  scope: ALL_DOCUMENTS,
  isWorthShowing: false,
  attached: [],
  change: nothing,
  attach: nothing,
  picker: { pickFiles: nothing, pickFolder: nothing, inputs: null },
  choose: nothing,
  window: null,
}

function Written({ onSend = vi.fn(), ...rest }: Partial<Parameters<typeof Composer>[0]>) {
  const [text, setText] = useState(rest.text ?? '')
  return (
    <Composer
      onStop={null}
      isStopping={false}
      documents={NO_DOCUMENTS}
      isBlocked={false}
      {...rest}
      inputRef={useRef(null)}
      text={text}
      onChange={setText}
      onSend={onSend}
    />
  )
}

const box = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Message' })
const sendButton = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Send' })

test('Enter sends', async () => {
  const onSend = vi.fn()
  render(<Written onSend={onSend} />)

  await userEvent.type(box(), 'Why?{Enter}')

  expect(onSend).toHaveBeenCalledExactlyOnceWith('Why?')
})

test('Shift and Enter begin another line', async () => {
  const onSend = vi.fn()
  render(<Written onSend={onSend} />)

  await userEvent.type(box(), 'a{Shift>}{Enter}{/Shift}b')

  expect(box().value).toBe('a\nb')
  expect(onSend).not.toHaveBeenCalled()
})

test('Enter that accepts the suggestion of an input method does not send', () => {
  const onSend = vi.fn()
  render(<Written onSend={onSend} text="かん" />)

  const enter = createEvent.keyDown(box(), { key: 'Enter', isComposing: true })
  fireEvent(box(), enter)

  expect(onSend).not.toHaveBeenCalled()
  expect(enter.defaultPrevented).toBe(false)
})

test.each([
  ['nothing is written', { text: '' }],
  ['only white space is written', { text: ' \n ' }],
  ['it is longer than the contract allows', { text: 'x'.repeat(32_001) }],
  ['an answer is being written', { text: 'Why?', isBlocked: true }],
])('nothing is sent while %s', async (_, props) => {
  const onSend = vi.fn()
  render(<Written onSend={onSend} {...props} />)

  box().focus()
  await userEvent.keyboard('{Enter}')

  expect(sendButton().disabled).toBe(true)
  expect(onSend).not.toHaveBeenCalled()
})

test('the length is counted in code points', () => {
  render(<Written text={'😀'.repeat(32_000)} />)

  expect(screen.getByText('32,000 of 32,000')).toBeTruthy()
  expect(sendButton().disabled).toBe(false)
})

test('while an answer runs there is Stop in the place of Send', async () => {
  const onStop = vi.fn()
  render(<Written onStop={onStop} isBlocked />)

  await userEvent.click(screen.getByRole('button', { name: 'Stop' }))

  expect(onStop).toHaveBeenCalledOnce()
  expect(screen.queryByRole('button', { name: 'Send' })).toBeNull()
})

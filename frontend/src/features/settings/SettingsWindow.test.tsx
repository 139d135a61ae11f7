import { fireEvent, screen } from '@testing-library/react'
import { beforeEach, expect, test } from 'vitest'
import type { ScriptedServer } from '../../api/testing'
import { answerOf } from '../../api/testing'
import { box, emptyServer, openPage } from '../../testing/page'

let server: ScriptedServer

beforeEach(() => {
  server = emptyServer()
  server.chat.getModels = () => ({
    models: [
      { name: 'small-1', provider: 'local', contextTokens: 2048, smallBuiltIn: true },
      { name: 'teacher-2', provider: 'ollama', contextTokens: 32768 },
    ],
    defaultTemperature: 0.7,
    defaultMaxOutputTokens: 400,
    maxOutputTokensCap: 2048,
  })
})

async function open() {
  const user = openPage(server)
  await user.click(await screen.findByRole('button', { name: /^Account/ }))
  await user.click(screen.getByRole('menuitem', { name: 'Settings' }))
  await screen.findByRole('dialog', { name: 'Settings' })
  return user
}

const model = () => screen.findByRole<HTMLSelectElement>('combobox', { name: 'Model' })
const slider = (name: RegExp) => screen.findByRole<HTMLInputElement>('slider', { name })

test('what is chosen is asked for', async () => {
  const asked: object[] = []
  server.chat.sendMessage = async function* ({ config }) {
    asked.push({ ...config })
    yield* answerOf(['ok'])
  }
  const user = await open()

  await user.selectOptions(await model(), 'teacher-2')
  fireEvent.change(await slider(/Temperature/), { target: { value: '0.2' } })
  fireEvent.change(await slider(/Longest answer/), { target: { value: '1000' } })
  await user.click(screen.getByRole('button', { name: 'Done' }))
  await user.type(box(), 'Why?{Enter}')

  await screen.findByText('ok')
  expect(asked[0]).toMatchObject({ model: 'teacher-2', maxOutputTokens: 1000 })
  expect(asked[0]).toHaveProperty('temperature', expect.closeTo(0.2))
})

test('the server’s defaults and caps are shown, and one can go back to them', async () => {
  const user = await open()
  const length = await slider(/Longest answer/)
  expect([length.value, length.max]).toEqual(['400', '2048'])

  fireEvent.change(await slider(/Temperature/), { target: { value: '1.5' } })
  await user.click(screen.getByRole('button', { name: 'Reset Temperature' }))

  expect((await slider(/Temperature/)).value).toBe('0.7')
})

test('the small built-in model is called what it is', async () => {
  const user = await open()
  expect((await model()).textContent).toContain('small-1 · small, built in')
  await screen.findByText(/It is often wrong/)

  await user.selectOptions(await model(), 'teacher-2')

  expect(screen.queryByText(/It is often wrong/)).toBeNull()
})

test('a model that is gone is said', async () => {
  localStorage.setItem('lamla.settings', '{"model":"gone-9"}')
  await open()

  await screen.findByText('The server does not have this model any more.')
  expect((await model()).value).toBe('gone-9')
})

test('no model at all is said', async () => {
  server.chat.getModels = () => ({ maxOutputTokensCap: 4096 })
  await open()

  await screen.findByText('No model can be reached at the moment.')
})

test('the theme is changed at once', async () => {
  const user = await open()

  await user.click(screen.getByRole('radio', { name: 'Dark' }))

  expect(localStorage.getItem('lamla.settings')).toContain('"theme":"dark"')
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Dark' }).checked).toBe(true)
})

test('diagrams are drawn when that is wanted', async () => {
  const user = await open()
  const box = screen.getByRole<HTMLInputElement>('checkbox', { name: /Draw diagrams/ })
  expect(box.checked).toBe(false)

  await user.click(box)

  expect(localStorage.getItem('lamla.settings')).toContain('"diagrams":true')
})

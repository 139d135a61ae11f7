import { expect, test, vi } from 'vitest'
import { SettingsStore } from './settings'

const KEY = 'lamla.settings'
const create = () => new SettingsStore(localStorage)

test('what was chosen is there after a reload', () => {
  create().change({ model: 'teacher-2', temperature: 0, diagrams: true, theme: 'dark' })

  const store = create()

  expect(store.get()).toEqual({
    model: 'teacher-2',
    temperature: 0,
    maxOutputTokens: null,
    theme: 'dark',
    diagrams: true,
  })
  expect(store.config()).toEqual({ model: 'teacher-2', temperature: 0, maxOutputTokens: null })
})

test.each([
  'no JSON',
  'null',
  '[]',
  '7',
  '{"temperature":9,"theme":"pink","maxOutputTokens":0,"model":7,"diagrams":"x"}',
])('what is stored as %s is not taken', (stored) => {
  localStorage.setItem(KEY, stored)

  expect(create().get()).toEqual({
    model: null,
    temperature: null,
    maxOutputTokens: null,
    theme: 'system',
    diagrams: false,
  })
})

test('a choice in another tab is one here', () => {
  const store = create()
  const heard = vi.fn()
  store.subscribe(heard)

  localStorage.setItem(KEY, '{"theme":"light"}')
  dispatchEvent(new StorageEvent('storage', { key: KEY }))

  expect(heard).toHaveBeenCalledOnce()
  expect(store.get().theme).toBe('light')
})

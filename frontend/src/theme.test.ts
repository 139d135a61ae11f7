import { afterEach, beforeEach, expect, test } from 'vitest'
import { SettingsStore } from './settings'
import { followTheme } from './theme'

beforeEach(() => {
  document.head.innerHTML = ['light', 'dark']
    .map((scheme) => `<meta name="theme-color" data-scheme="${scheme}">`)
    .join('')
})
afterEach(() => {
  document.head.innerHTML = ''
})

const media = () =>
  Array.from(document.head.querySelectorAll('meta'), (meta) => meta.getAttribute('media'))

test('the page and the browser’s bars follow what was chosen', () => {
  const settings = new SettingsStore(localStorage)
  followTheme(settings)
  expect(document.documentElement.dataset.theme).toBeUndefined()
  expect(media()).toEqual(['(prefers-color-scheme: light)', '(prefers-color-scheme: dark)'])

  settings.change({ theme: 'dark' })
  expect(document.documentElement.dataset.theme).toBe('dark')
  expect(media()).toEqual(['not all', 'all'])

  settings.change({ theme: 'system' })
  expect(document.documentElement.dataset.theme).toBeUndefined()
})

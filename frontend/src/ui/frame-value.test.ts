import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FrameValue } from './frame-value'

beforeEach(() => vi.useFakeTimers({ toFake: ['requestAnimationFrame'] }))
afterEach(() => vi.useRealTimers())

test('the first value is shown at once, later ones once a frame', () => {
  const shown: string[] = []
  const value = new FrameValue('')
  value.subscribe(() => shown.push(value.get()))

  value.set('a')
  expect(shown).toEqual(['a'])

  value.set('ab')
  value.set('abc')
  value.set('abcd')
  expect(shown).toEqual(['a'])

  vi.advanceTimersToNextFrame()
  expect(shown).toEqual(['a', 'abcd'])

  vi.advanceTimersToNextFrame()
  expect(shown).toEqual(['a', 'abcd'])
})

test('a listener that has left hears nothing', () => {
  const heard = vi.fn()
  const value = new FrameValue('')

  value.subscribe(heard)()
  value.set('a')

  expect(heard).not.toHaveBeenCalled()
})

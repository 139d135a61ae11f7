import { expect, test } from 'vitest'
import { Seeking } from './seeking'

test('a passage is brought into view once, however often its page is drawn', () => {
  const seeking = new Seeking()
  seeking.begin()

  expect([seeking.take(), seeking.take()]).toEqual([true, false])
})

test('and again when it is asked for again', () => {
  const seeking = new Seeking()
  seeking.begin()
  seeking.take()
  seeking.begin()

  expect(seeking.take()).toBe(true)
})

test('whoever reads on before it was found is not brought back', () => {
  const seeking = new Seeking()
  seeking.begin()
  seeking.giveUp()

  expect(seeking.take()).toBe(false)
})

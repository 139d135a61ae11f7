import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Line } from './code-lines'
import { CodeReader } from './code-lines'
import { loadGrammar } from './grammars'

const CODE = `x = """many
lines"""
def f(a):  # note
    return f"{a}"

class B: pass
`

// What takes long is left uncoloured: no time passes here, however busy the machine is.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const coloursOf = (lines: readonly Line[]) => lines.map(({ pieces }) => pieces)

test.each([
  ['python', CODE],
  ['javascript', 'const a = `x\n${b}\ny`\n/* c\nd */ let e'],
  ['html', '<script>\nlet a = 1\n</script>\n<p>b'],
  ['cpp', '/* a\nb */ int main() {\n  return 0;\n}'],
])('%s that grows ends with the colours of one that is there at once', async (name, code) => {
  const grammar = await loadGrammar(name)
  const reader = new CodeReader()
  for (let end = 0; end < code.length; end += 1) reader.read(code.slice(0, end), grammar)

  const whole = new CodeReader().read(code, grammar)
  expect(grammar).not.toBeNull()
  expect(coloursOf(reader.read(code, grammar))).toEqual(coloursOf(whole))
  expect(whole.some(({ pieces }) => pieces.some(({ color }) => color !== null))).toBe(true)
  expect(whole.map(({ text }) => text).join('\n')).toBe(code)
})

test('lines that have been read stay the same objects', async () => {
  const grammar = await loadGrammar('python')
  const reader = new CodeReader()
  const before = reader.read(CODE, grammar)

  const after = reader.read(`${CODE}more`, grammar)

  expect(after.slice(0, -1)).toEqual(before.slice(0, -1))
  expect(after.filter((line, index) => line !== before[index])).toHaveLength(1)
})

test('a language that nobody knows has no colours', async () => {
  expect(await loadGrammar('text')).toBeNull()
  expect(await loadGrammar('nonsense')).toBeNull()
})

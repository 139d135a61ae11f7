/** A text that grows letter by letter. */

import { cleanup, render } from '@testing-library/react'
import { beforeAll, describe, expect, test } from 'vitest'
import { DocumentReader } from './document'
import { loadKatex } from './Formula'
import { loadGrammar } from './grammars'
import { Markdown } from './Markdown'
import { MARKED, SAMPLES } from './testing/samples'

beforeAll(async () => {
  await Promise.all([loadKatex(), ...['python', 'bash', 'javascript'].map(loadGrammar)])
})

const samples = Object.entries(SAMPLES)

/** The page of one text that is there at once. */
function oneShot(text: string): string {
  const html = render(<Markdown text={text} />).container.innerHTML
  cleanup()
  return withoutIds(html)
}

const withoutIds = (html: string) => html.replace(/_r_\w+_/g, 'id')

/** Shows a text cut after each character in turn; `look` sees the page each time. */
function grow(text: string, look: (page: HTMLElement, end: number) => void, step = 1) {
  const { container, rerender } = render(<Markdown text="" isGrowing />)
  for (let end = 0; end <= text.length; end += step) {
    rerender(<Markdown text={text.slice(0, end)} isGrowing />)
    look(container, end)
  }
  rerender(<Markdown text={text} />)
  return container
}

describe.each(samples)('%s', (_, text) => {
  test('ends as it looks when it comes at once', () => {
    const page = grow(text, () => undefined)

    expect(withoutIds(page.innerHTML)).toBe(oneShot(text))
  })

  test('cut off anywhere ends as that part looks when it comes at once', () => {
    const reader = new DocumentReader()
    for (let end = 0; end <= text.length; end += 1) {
      const part = text.slice(0, end)
      reader.read(part, true)
      const cut = new DocumentReader()
      for (let to = 0; to < end; to += 7) cut.read(text.slice(0, to), true)

      const whole = new DocumentReader().read(part, false)
      expect(cut.read(part, false)).toEqual(whole)
    }
  })

  test('renders at most two blocks for each piece', () => {
    const reader = new DocumentReader()
    let before = reader.read('', true)
    for (let end = 0; end <= text.length; end += 1) {
      const blocks = reader.read(text.slice(0, end), true)
      const changed = blocks.filter((block, index) => block !== before[index])

      expect(changed.length, after(text, end)).toBeLessThanOrEqual(2)
      before = blocks
    }
    const ended = reader.read(text, false)
    expect(ended.filter((block, index) => block !== before[index]).length).toBeLessThanOrEqual(1)
  })
})

describe.each(Object.entries(MARKED))('%s, while it grows,', (_, text) => {
  test('never changes the kind of a block that is shown', () => {
    let before: string[] = []
    grow(text, (page, end) => {
      const parts = page.querySelector('[data-part="text"]')?.children ?? []
      const kinds = Array.from(parts, ({ tagName }) => tagName)
      // The caret alone, at the begin, is no block yet.
      if (page.textContent === '') return
      expect(kinds.slice(0, before.length), after(text, end)).toEqual(before)
      before = kinds
    })
  })

  test('shows no marks', () => {
    grow(text, (page, end) => {
      const seen = page.cloneNode(true) as HTMLElement
      for (const formula of seen.querySelectorAll('[data-latex]')) formula.remove()
      expect(seen.textContent, after(text, end)).not.toMatch(
        /[*_`~|$\\]|\]\(|!\[|\]\[|^#|^>|\[[ x]\]/m,
      )
    })
  })
})

test('a piece of a long answer touches at most two blocks of the page', () => {
  const text = Array.from({ length: 4 }, () => Object.values(MARKED).join('\n\n')).join('\n\n')
  const { container, rerender } = render(<Markdown text="" isGrowing />)
  const page = container.querySelector('[data-part="text"]')!
  const observer = new MutationObserver(() => undefined)
  observer.observe(page, { childList: true, subtree: true, characterData: true, attributes: true })
  let most = 0
  for (let end = 0; end <= text.length; end += 2) {
    rerender(<Markdown text={text.slice(0, end)} isGrowing />)
    const touched = new Set(observer.takeRecords().flatMap((record) => blocksOf(page, record)))
    most = Math.max(most, touched.size)
  }

  expect(page.children.length).toBeGreaterThan(100)
  expect(most).toBeLessThanOrEqual(2)
}, 120_000)

/** The blocks of the page that a change is in, or that it adds or removes. */
function blocksOf(page: Element, { target, addedNodes, removedNodes }: MutationRecord): Node[] {
  if (target === page) return [...addedNodes, ...removedNodes]
  return Array.from(page.children).filter((block) => block.contains(target))
}

const after = (text: string, end: number) => `after ${JSON.stringify(text.slice(0, end))}`

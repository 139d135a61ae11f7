import { render } from '@testing-library/react'
import { describe, expect, test } from 'vitest'
import { MarkedMarkdown } from './MarkedMarkdown'
import type { Mark } from './marks'
import { MarksContext } from './marks'

/** Marks the parts between `⟦` and `⟧`; `⟦?` is partly, `⟦!` not supported. */
function marked(text: string): { text: string; marks: Mark[] } {
  const marks: Mark[] = []
  let plain = ''
  let open: { start: number; look: Mark['look'] } | null = null
  for (const part of text.split(/(⟦[?!]?|⟧)/)) {
    if (part === '⟧' && open) {
      marks.push({ ...open, end: plain.length, key: String(marks.length + 1) })
    } else if (part.startsWith('⟦')) {
      const look = ({ '⟦?': 'partial', '⟦!': 'unsupported' } as const)[part]
      open = { start: plain.length, look: look ?? 'plain' }
    } else plain += part
  }
  return { text: plain, marks }
}

function shown(text: string, isGrowing = false) {
  const props = marked(text)
  const { container } = render(
    <MarksContext value={(mark) => <sup>[{mark.key}]</sup>}>
      <MarkedMarkdown {...props} isGrowing={isGrowing} />
    </MarksContext>,
  )
  return container.querySelector('[data-part=text]')!
}

/** Blocks stand apart, but their texts do not say so. */
const words = (text: string) => shown(text).textContent.replace(/\s+/g, '')
const underlined = (text: string) =>
  Array.from(shown(text).querySelectorAll('span.underline'), (one) => one.textContent)

describe('what stands at the end of a mark', () => {
  test.each([
    ['a sentence', '⟦One.⟧ ⟦Two.⟧', 'One.[1] Two.[2]'],
    ['emphasis at the end', '⟦It is **so.**⟧ On.', 'It is so.[1] On.'],
    ['an end before the closing marks', '⟦It is **so.⟧** On.', 'It is so.[1] On.'],
    ['an end within emphasis', '**⟦One.⟧ Two.** On.', 'One.[1] Two. On.'],
    ['a link', '⟦See [the page](https://a.test/ "One.").⟧ On.', 'See the page.[1] On.'],
    ['an end within a link', '[⟦One.⟧ Two](https://a.test/) On.', 'One. Two[1] On.'],
    ['code in a line', '⟦Call `run()`⟧ now.', 'Call run()[1] now.'],
    ['an end within code', '⟦Call `run⟧()` now.', 'Call run()[1] now.'],
    ['a list', '- ⟦One.⟧\n- ⟦Two **b**.⟧\n  - ⟦Three.⟧', 'One.[1] Two b.[2] Three.[3]'],
    ['lines of an item', '1. ⟦One\n   goes on.⟧ End.', 'One goes on.[1] End.'],
    ['the same words twice', '- One.\n- ⟦One.⟧', 'One. One.[1]'],
    ['a quote', '> ⟦One\n> goes on.⟧', 'One goes on.[1]'],
    ['a heading', '# ⟦One⟧\n\nText', 'One[1] Text'],
    [
      'a table',
      '| A | B |\n|---|---|\n| 1 | ⟦one.⟧ |\n| 1 | ⟦two \\| 2.⟧ |',
      'A B 1 one.[1] 1 two | 2.[2]',
    ],
    ['surrogates', '😀😀 ⟦𝒜 is so.⟧ On.', '😀😀 𝒜 is so.[1] On.'],
    ['references of HTML', '⟦A &amp; B.⟧ C &lt; D.', 'A & B.[1] C < D.'],
    ['escaped letters', '⟦2 \\* 3.⟧ On.', '2 * 3.[1] On.'],
    ['a formula', '⟦It is $a+b$.⟧', 'It is a+b.[1]'],
    ['line ends of other systems', 'One.\r\n\r\n⟦Two.⟧\r\nOn.', 'One. Two.[1] On.'],
    ['Chinese', '⟦光合作用产生氧气。⟧它需要光。', '光合作用产生氧气。[1]它需要光。'],
    ['Arabic', '⟦النباتات خضراء.⟧ نعم.', 'النباتات خضراء.[1] نعم.'],
  ])('stands after %s', (_, text, expected) => {
    expect(words(text)).toBe(expected.replaceAll(' ', ''))
  })

  test('stands in no code, but after what comes before it', () => {
    const root = shown('⟦Run this:\n\n```\nmake⟧\n```\n\nOn.')

    expect(root.querySelector('pre')?.textContent).toBe('make')
    expect(root.textContent).not.toContain('make[1]')
  })

  test('two marks that end at one place both have their end', () => {
    const { text } = marked('⟦One.⟧')
    const { container } = render(
      <MarksContext value={({ key }) => <sup>{key}</sup>}>
        <MarkedMarkdown
          text={text}
          marks={['a', 'b'].map((key) => ({ start: 0, end: 4, look: 'plain', key }))}
        />
      </MarksContext>,
    )

    expect(container.textContent).toBe('One.ab')
  })

  test('a mark beyond the text that has come has no end yet', () => {
    const { container } = render(
      <MarksContext value={() => '!'}>
        <MarkedMarkdown
          text="One"
          isGrowing
          marks={[{ start: 0, end: 40, look: 'plain', key: '1' }]}
        />
      </MarksContext>,
    )

    expect(container.textContent).toBe('One')
  })
})

describe('how a marked part looks', () => {
  test('only that part is underlined', () => {
    expect(underlined('One. ⟦!Two.⟧ Three.')).toEqual(['Two.'])
    expect(underlined('⟦One.⟧ ⟦?Two **b** c.⟧')).toEqual(['Two ', 'b', ' c.'])
  })

  test('in lists, tables and links', () => {
    expect(underlined('- ⟦!One\n  goes on.⟧\n- Two.')).toEqual(['One\ngoes on.'])
    expect(underlined('| A |\n|---|\n| ⟦!one.⟧ |')).toEqual(['one.'])
    expect(underlined('⟦!See [it](https://a.test).⟧ On.')).toEqual(['See ', 'it', '.'])
  })
})

test('while the text grows, the marks keep their places', () => {
  const whole = '⟦One **is** so.⟧ ⟦!Two is not.⟧\n\n- ⟦Three [is](https://a.test/b).⟧\n- Four'
  const { text, marks } = marked(whole)
  const view = (length: number) => (
    <MarksContext value={({ key }) => <sup>[{key}]</sup>}>
      <MarkedMarkdown
        text={text.slice(0, length)}
        isGrowing={length < text.length}
        marks={marks.filter(({ end }) => end <= length)}
      />
    </MarksContext>
  )
  const { container, rerender } = render(view(0))
  for (let length = 1; length <= text.length; length += 1) {
    rerender(view(length))
    const { textContent } = container
    const due = marks.filter(({ end }) => end <= length)
    expect(textContent.match(/\[\d\]/g)?.length ?? 0).toBe(due.length)
    if (due.length > 0) expect(textContent).toContain('One is so.[1]')
  }
  expect(container.textContent).toContain('Two is not.[2]')
  expect(container.textContent).toContain('Three is.[3]')
})

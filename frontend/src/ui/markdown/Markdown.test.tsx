import { render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { beforeAll, describe, expect, test } from 'vitest'
import { DiagramsContext } from './diagrams'
import { loadKatex } from './Formula'
import { loadGrammar } from './grammars'
import { Markdown } from './Markdown'

beforeAll(async () => {
  await Promise.all([loadKatex(), loadGrammar('python')])
})

const show = (text: string) => render(<Markdown text={text} />).container

describe('links', () => {
  test.each([
    ['[a](https://example.org/x)', 'https://example.org/x'],
    ['https://example.org', 'https://example.org/'],
    ['<https://example.org/y?a=1&b=2>', 'https://example.org/y?a=1&b=2'],
    ['[a](mailto:someone@example.org)', 'mailto:someone@example.org'],
  ])('%s leads out of the page, and tells nothing of it', (text, href) => {
    show(text)

    const link = screen.getByRole<HTMLAnchorElement>('link')
    expect(link.href).toBe(href)
    expect(link.target).toBe('_blank')
    expect(link.rel).toBe('noopener noreferrer nofollow')
  })

  test.each([
    '[a](javascript:alert(1))',
    '[a](  JaVaScript:alert(1))',
    '[a](&#106;avascript:alert(1))',
    '[a](data:text/html,x)',
    '[a](vbscript:x)',
    '[a](/c/somewhere)',
    '[a](//example.org)',
    '[a](#here)',
    '<javascript:alert(1)>',
    '![a](data:image/svg+xml,x)',
  ])('%s is text', (text) => {
    show(text)

    expect(screen.queryByRole('link')).toBeNull()
  })

  test('a picture is a link to it, and is not loaded', () => {
    const page = show('![A leaf](https://example.org/leaf.png)')

    expect(screen.getByRole('link', { name: 'Picture: A leaf' })).toBeTruthy()
    expect(page.querySelector('img')).toBeNull()
  })
})

test.each([
  '<script>alert(1)</script>',
  '<img src="https://example.org/x.png" onerror="alert(1)">',
  '<a href="javascript:alert(1)">x</a>',
  '<style>* { display: none }</style>',
  '<iframe src="https://example.org"></iframe>',
  '<b onclick="x()">b</b>',
])('HTML is text: %s', (text) => {
  const page = show(`${text}\n\n- ${text}\n\nIn a line ${text}.`)

  expect(page.querySelector('script, img, a, style, iframe, b')).toBeNull()
  expect(page.textContent).toBe(`${text}${text}In a line ${text}.`)
})

test('a break is the one tag that means something', () => {
  expect(show('a<br>b<br />c').querySelectorAll('br')).toHaveLength(2)
})

test('headings stand below those of the page', () => {
  show('# One\n\n## Two\n\n###### Six')

  const levels = screen.getAllByRole('heading').map(({ tagName }) => tagName)
  expect(levels).toEqual(['H3', 'H4', 'H6'])
})

test('each block has the direction of its own text, code and formulas never turn', () => {
  const page = show('English.\n\nעברית\n\n- عربي\n\n```\ncode\n```\n\nhere `code` and $x$')

  const blocks = Array.from(page.firstElementChild!.children)
  expect(blocks.map((block) => block.getAttribute('dir'))).toEqual([
    'auto',
    'auto',
    'auto',
    'ltr',
    'auto',
  ])
  const inLine = Array.from(blocks[4]!.children, (part) => part.getAttribute('dir'))
  expect(inLine).toEqual(['ltr', 'ltr'])
})

test('what is wide can be scrolled with the keys', () => {
  const page = show('| a |\n|---|\n| 1 |\n\n```\nx\n```\n\n$$x$$')

  const wide = page.querySelectorAll<HTMLElement>('[class*="overflow-x-auto"]')
  expect(wide).toHaveLength(3)
  for (const part of wide) expect(part.tabIndex).toBe(0)
})

test('tasks are boxes that cannot be changed', () => {
  show('- [ ] later\n- [x] done')

  const boxes = screen.getAllByRole<HTMLInputElement>('checkbox')
  expect(boxes.map(({ checked, disabled }) => [checked, disabled])).toEqual([
    [false, true],
    [true, true],
  ])
})

test('a list goes on counting where it begins', () => {
  expect(show('7. seven\n8. eight').querySelector('ol')?.start).toBe(7)
})

describe('code', () => {
  const CODE = 'def f():\n    return "x"\n\n\nf()'

  test('is coloured, keeps its text, and can be copied', async () => {
    const user = userEvent.setup()
    const page = show(`\`\`\`py title=x\n${CODE}\n\`\`\``)

    expect(page.querySelector('code')?.textContent).toBe(CODE)
    expect(page.querySelectorAll('code span[style]').length).toBeGreaterThan(2)
    expect(screen.getByText('Python')).toBeTruthy()
    Object.defineProperty(window, 'isSecureContext', { value: true, configurable: true })
    await user.click(screen.getByRole('button', { name: 'Copy code' }))
    expect(await navigator.clipboard.readText()).toBe(CODE)
  })

  test('of a language that nobody knows keeps the name of it', () => {
    const page = show('```brainfuck\n+-\n```')

    expect(screen.getByText('brainfuck')).toBeTruthy()
    expect(page.querySelector('code')?.textContent).toBe('+-')
  })
})

describe('formulas', () => {
  test('are drawn, and readable for machines', () => {
    const page = show('$x^2$ and \\(y\\)\n\n$$\\frac{a}{b}$$')

    expect(page.querySelectorAll('.katex')).toHaveLength(3)
    expect(page.querySelectorAll('.katex-display')).toHaveLength(1)
    expect(page.querySelectorAll('math')).toHaveLength(3)
  })

  test('that are wrong are shown as they are', () => {
    const page = show('$\\frac{a$')

    expect(page.querySelector('.katex')).toBeNull()
    expect(page.querySelector('code')?.textContent).toBe('\\frac{a')
  })

  test('cannot lead anywhere', () => {
    const page = show('$\\href{javascript:alert(1)}{x}$ $\\includegraphics{https://example.org/x}$')

    expect(page.querySelector('a, img')).toBeNull()
  })
})

describe('diagrams', () => {
  const DIAGRAM = '```mermaid\ngraph TD\nA-->B\n```'

  test('are code unless they are wanted', () => {
    show(DIAGRAM)

    const block = screen.getByRole('group', { name: 'Diagram' })
    expect(within(block).getByText(/graph TD/)).toBeTruthy()
  })

  test('stay code until they are whole', () => {
    const { container } = render(
      <DiagramsContext value>
        <Markdown text={'```mermaid\ngraph TD'} isGrowing />
      </DiagramsContext>,
    )

    expect(container.querySelector('pre')?.textContent).toContain('graph TD')
  })
})

/** The languages whose code is coloured. Each is a file of its own, loaded when it is first met. */

import type { LanguageInput } from '@shikijs/core'

interface Language {
  /** For people. */
  label: string
  /** What models write behind a fence, besides the key. */
  aliases?: readonly string[]
  load?: LanguageInput
}

const LANGUAGES: Record<string, Language> = {
  bash: {
    label: 'Shell',
    aliases: ['sh', 'shell', 'zsh', 'console', 'shellscript', 'terminal'],
    load: () => import('@shikijs/langs/bash'),
  },
  c: { label: 'C', aliases: ['h'], load: () => import('@shikijs/langs/c') },
  cpp: {
    label: 'C++',
    aliases: ['c++', 'cc', 'cxx', 'hpp'],
    load: () => import('@shikijs/langs/cpp'),
  },
  csharp: { label: 'C#', aliases: ['cs', 'c#'], load: () => import('@shikijs/langs/csharp') },
  css: { label: 'CSS', load: () => import('@shikijs/langs/css') },
  dart: { label: 'Dart', load: () => import('@shikijs/langs/dart') },
  diff: { label: 'Diff', aliases: ['patch'], load: () => import('@shikijs/langs/diff') },
  docker: {
    label: 'Dockerfile',
    aliases: ['dockerfile'],
    load: () => import('@shikijs/langs/docker'),
  },
  go: { label: 'Go', aliases: ['golang'], load: () => import('@shikijs/langs/go') },
  graphql: { label: 'GraphQL', load: () => import('@shikijs/langs/graphql') },
  haskell: { label: 'Haskell', aliases: ['hs'], load: () => import('@shikijs/langs/haskell') },
  html: { label: 'HTML', load: () => import('@shikijs/langs/html') },
  ini: { label: 'INI', load: () => import('@shikijs/langs/ini') },
  java: { label: 'Java', load: () => import('@shikijs/langs/java') },
  javascript: {
    label: 'JavaScript',
    aliases: ['js', 'mjs', 'cjs', 'node'],
    load: () => import('@shikijs/langs/javascript'),
  },
  json: { label: 'JSON', aliases: ['json5', 'jsonc'], load: () => import('@shikijs/langs/json') },
  jsx: { label: 'JSX', load: () => import('@shikijs/langs/jsx') },
  julia: { label: 'Julia', aliases: ['jl'], load: () => import('@shikijs/langs/julia') },
  kotlin: { label: 'Kotlin', aliases: ['kt'], load: () => import('@shikijs/langs/kotlin') },
  latex: { label: 'LaTeX', aliases: ['tex'], load: () => import('@shikijs/langs/latex') },
  lua: { label: 'Lua', load: () => import('@shikijs/langs/lua') },
  makefile: { label: 'Makefile', aliases: ['make'], load: () => import('@shikijs/langs/make') },
  markdown: { label: 'Markdown', aliases: ['md'], load: () => import('@shikijs/langs/markdown') },
  matlab: { label: 'MATLAB', aliases: ['octave'], load: () => import('@shikijs/langs/matlab') },
  mermaid: { label: 'Diagram', load: () => import('@shikijs/langs/mermaid') },
  nginx: { label: 'nginx', load: () => import('@shikijs/langs/nginx') },
  perl: { label: 'Perl', aliases: ['pl'], load: () => import('@shikijs/langs/perl') },
  php: { label: 'PHP', load: () => import('@shikijs/langs/php') },
  powershell: {
    label: 'PowerShell',
    aliases: ['ps1', 'pwsh'],
    load: () => import('@shikijs/langs/powershell'),
  },
  proto: { label: 'Protobuf', aliases: ['protobuf'], load: () => import('@shikijs/langs/proto') },
  python: {
    label: 'Python',
    aliases: ['py', 'python3', 'ipython'],
    load: () => import('@shikijs/langs/python'),
  },
  r: { label: 'R', load: () => import('@shikijs/langs/r') },
  ruby: { label: 'Ruby', aliases: ['rb'], load: () => import('@shikijs/langs/ruby') },
  rust: { label: 'Rust', aliases: ['rs'], load: () => import('@shikijs/langs/rust') },
  scala: { label: 'Scala', load: () => import('@shikijs/langs/scala') },
  sql: {
    label: 'SQL',
    aliases: ['postgresql', 'psql', 'mysql', 'sqlite', 'plsql'],
    load: () => import('@shikijs/langs/sql'),
  },
  swift: { label: 'Swift', load: () => import('@shikijs/langs/swift') },
  text: { label: 'Text', aliases: ['txt', 'plaintext', 'plain', 'output'] },
  toml: { label: 'TOML', load: () => import('@shikijs/langs/toml') },
  tsx: { label: 'TSX', load: () => import('@shikijs/langs/tsx') },
  typescript: {
    label: 'TypeScript',
    aliases: ['ts', 'mts', 'cts'],
    load: () => import('@shikijs/langs/typescript'),
  },
  xml: { label: 'XML', aliases: ['svg', 'xsl'], load: () => import('@shikijs/langs/xml') },
  yaml: { label: 'YAML', aliases: ['yml'], load: () => import('@shikijs/langs/yaml') },
}

const BY_NAME = new Map(
  Object.entries(LANGUAGES).flatMap(([key, { aliases = [] }]) =>
    [key, ...aliases].map((name) => [name, key] as const),
  ),
)

/** The key of a language, whichever of its names a fence has; null when it is not known. */
export function languageOf(info: string | undefined): string | null {
  const name = /^[^\s{,:]+/.exec(info ?? '')?.[0].toLowerCase()
  return BY_NAME.get(name ?? '') ?? null
}

/** What a block of code is called; a language that is not known keeps the name that it came with. */
export function labelOf(info: string | undefined): string {
  const key = languageOf(info)
  const name = /^[^\s{]+/.exec(info ?? '')?.[0] ?? ''
  return (key && LANGUAGES[key]?.label) ?? (name || 'Code')
}

/** Null when its code is not coloured. */
export function grammarSource(key: string): LanguageInput | null {
  return LANGUAGES[key]?.load ?? null
}

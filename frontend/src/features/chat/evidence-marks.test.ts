import { expect, test } from 'vitest'
import { NO_EVIDENCE } from '../../api'
import type { Evidence } from '../../api'
import { textWithSources } from './evidence-marks'

const TEXT = 'Cells are small. They sing. They live.'

function cited(id: string, documentTitle: string, page: number) {
  return {
    id,
    documentTitle,
    quote: '',
    score: 1,
    source: { documentId: id, page, start: 0, end: 1 },
  }
}

test('an answer is copied with its sources', () => {
  const evidence: Evidence = {
    grounding: null,
    citations: [cited('a', 'Cells.pdf', 3), cited('b', 'Life.pdf', 7)],
    claims: [
      { span: { start: 0, end: 16 }, support: 'supported', citationIds: ['a'] },
      { span: { start: 17, end: 27 }, support: 'unsupported', citationIds: [] },
      { span: { start: 28, end: 38 }, support: 'partial', citationIds: ['b', 'a'] },
    ],
  }

  expect(textWithSources(TEXT, evidence)).toBe(
    'Cells are small. [1] They sing. They live. [2][1]\n\n' +
      'Sources:\n[1] Cells.pdf, page 3\n[2] Life.pdf, page 7',
  )
})

test('an answer without sources is copied as it is', () => {
  expect(textWithSources(TEXT, NO_EVIDENCE)).toBe(TEXT)
})

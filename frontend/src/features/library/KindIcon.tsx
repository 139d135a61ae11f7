/** What kind of document it is, at a glance. */

import type { Document } from '../../api'
import { FileIcon, GlobeIcon, icon } from '../../ui/icons'
import { kindOf } from './words'

const SHEET =
  'M6 3.5h5l3.5 3.5v8.5a1 1 0 0 1-1 1h-7.5a1 1 0 0 1-1-1v-11a1 1 0 0 1 1-1zM11 3.5V7h3.5'

/** A sheet of paper with something on it. */
const sheetWith = (shape: string) =>
  icon(
    <>
      <path d={SHEET} />
      <path d={shape} strokeWidth="1.2" />
    </>,
  )

const WrittenIcon = sheetWith('M7.4 9.6h4.8M7.4 11.8h4.8M7.4 14h2.8')
const TableIcon = sheetWith('M7.2 9.4h5.2v4.8H7.2zM7.2 11.8h5.2M9.8 9.4v4.8')
const SlidesIcon = sheetWith('M7 9.8h5.6v3.4H7zM9.8 13.2v1.4')
const PictureIcon = sheetWith('m6.8 14.4 2.2-2.8 1.5 1.7 1-1.1 1.5 2.2M8 9.4h.01')
const CodeIcon = sheetWith('m8.6 9.8-1.6 2 1.6 2M11 9.8l1.6 2-1.6 2')
const MailIcon = icon(<path d="M3.5 5.5h13v9h-13zM3.9 6l6.1 4.9L16.1 6" />)
const BookIcon = icon(
  <path d="M10 6.2C8.6 5 6.6 4.6 3.5 4.6v9.8c3.1 0 5.1.4 6.5 1.6 1.4-1.2 3.4-1.6 6.5-1.6V4.6c-3.1 0-5.1.4-6.5 1.6zM10 6.2V16" />,
)

const ICONS: Partial<Record<string, typeof FileIcon>> = {
  PDF: WrittenIcon,
  Document: WrittenIcon,
  Text: WrittenIcon,
  Markdown: WrittenIcon,
  Table: TableIcon,
  Slides: SlidesIcon,
  Picture: PictureIcon,
  Code: CodeIcon,
  Data: CodeIcon,
  Notebook: CodeIcon,
  'E-mail': MailIcon,
  Book: BookIcon,
  'Web page': GlobeIcon,
}

export function KindIcon({ document, className }: { document: Document; className: string }) {
  const Icon = (document.sourceUrl ? GlobeIcon : ICONS[kindOf(document)]) ?? FileIcon
  return <Icon className={className} />
}

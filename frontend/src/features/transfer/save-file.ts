/** Gives a text to the user as a file. */

import type { ExportedFile } from '../../api'

/** Some browsers read it only after the click has been handled. */
const KEPT_MS = 60_000

export function saveFile({ name, contentType, content }: ExportedFile): void {
  const address = URL.createObjectURL(new Blob([content], { type: contentType }))
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => {
    URL.revokeObjectURL(address)
  }, KEPT_MS)
}

/** Gives what the page has to the user as a file. */

import type { ExportedFile } from '../../api'

/** Some browsers read it only after the click has been handled. */
const KEPT_MS = 60_000

export function saveFile({ name, contentType, content }: ExportedFile): void {
  saveBlob(name, new Blob([content], { type: contentType }))
}

export function saveBlob(name: string, blob: Blob): void {
  const address = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  setTimeout(() => {
    URL.revokeObjectURL(address)
  }, KEPT_MS)
}

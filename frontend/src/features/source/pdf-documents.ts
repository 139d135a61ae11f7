/** PDF documents that are open: fetched and read once, kept while they may be looked at again. */

import type { PDFDocumentProxy } from 'pdfjs-dist/legacy/build/pdf.mjs'
import { getDocument, PDFWorker, version } from 'pdfjs-dist/legacy/build/pdf.mjs'
import PdfScript from 'pdfjs-dist/legacy/build/pdf.worker.min.mjs?worker'
import type { Document, Documents } from '../../api'
import { fetchOriginal } from './fetch-original'

/** Each may take as much memory as its file and more. */
const MOST_OPEN = 2

const ASSETS = new URL(`/assets/pdfjs-${version}/`, location.origin).href

interface Open {
  pdf: Promise<PDFDocumentProxy>
  onProgress: Set<(share: number) => void>
  share: number
  close: () => void
}

/** The one that was asked for last comes last. */
const open = new Map<string, Open>()

/** `onProgress` hears how much of the file has come, from 0 to 1. Throws what fetching throws. */
export async function openPdf(
  documents: Documents,
  document: Document,
  onProgress: (share: number) => void,
): Promise<PDFDocumentProxy> {
  const known = open.get(document.id) ?? begin(documents, document)
  open.delete(document.id)
  open.set(document.id, known)
  for (const [id, { close }] of open) {
    if (open.size <= MOST_OPEN) break
    open.delete(id)
    close()
  }
  known.onProgress.add(onProgress)
  onProgress(known.share)
  try {
    return await known.pdf
  } catch (thrown) {
    open.delete(document.id) // It may work the next time.
    known.close()
    throw thrown
  } finally {
    known.onProgress.delete(onProgress)
  }
}

function begin(documents: Documents, document: Document): Open {
  const controller = new AbortController()
  const script = new PdfScript()
  // The types of PDF.js know no port but none.
  const worker = new PDFWorker({ port: script as unknown as null })
  const read = async () => {
    const data = await fetchOriginal(documents, document, controller.signal, (share) => {
      opened.share = share
      for (const listener of opened.onProgress) listener(share)
    })
    return getDocument({
      data,
      worker,
      cMapUrl: `${ASSETS}cmaps/`,
      standardFontDataUrl: `${ASSETS}standard_fonts/`,
      iccUrl: `${ASSETS}iccs/`,
      wasmUrl: `${ASSETS}wasm/`,
      // The page's policy allows no WebAssembly; the same decoders come as scripts.
      useWasm: false,
      enableXfa: false,
    }).promise
  }
  const close = () => {
    controller.abort()
    worker.destroy()
    script.terminate()
  }
  const opened: Open = { pdf: Promise.resolve().then(read), onProgress: new Set(), share: 0, close }
  return opened
}

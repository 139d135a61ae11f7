/** What PDF.js fetches by name while it draws: tables of Asian letters, fonts, decoders. */

import { readdirSync, readFileSync } from 'node:fs'
import type { Plugin } from 'vite'
import about from 'pdfjs-dist/package.json' with { type: 'json' }

const SOURCE = `${import.meta.dirname}/node_modules/pdfjs-dist`
const FOLDERS = ['cmaps', 'standard_fonts', 'iccs', 'wasm']
/** Scripts within documents are not run; the policy of the page allows no WebAssembly. */
const UNUSED = /quickjs|\.wasm$/

export function pdfAssets(): Plugin {
  const base = `assets/pdfjs-${about.version}`
  return {
    name: 'pdf-assets',
    generateBundle() {
      for (const folder of FOLDERS) {
        for (const name of readdirSync(`${SOURCE}/${folder}`).filter((one) => !UNUSED.test(one))) {
          const source = readFileSync(`${SOURCE}/${folder}/${name}`)
          this.emitFile({ type: 'asset', fileName: `${base}/${folder}/${name}`, source })
        }
      }
    },
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const path = new URL(request.url ?? '/', 'http://localhost').pathname
        const name = path.startsWith(`/${base}/`) ? path.slice(base.length + 1) : ''
        if (!FOLDERS.some((folder) => name.startsWith(`/${folder}/`)) || name.includes('..')) {
          next()
          return
        }
        if (name.endsWith('.js')) response.setHeader('content-type', 'text/javascript')
        response.end(readFileSync(SOURCE + name))
      })
    },
  }
}

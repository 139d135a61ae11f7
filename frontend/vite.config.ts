/** Builds, serves and tests the page. */

import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { loadEnv } from 'vite'
import { defineConfig } from 'vitest/config'
import about from './package.json' with { type: 'json' }
import { pdfAssets } from './pdf-assets.ts'

const WITHOUT_RULES = `${import.meta.dirname}/src/api/without-rules.ts`

export default defineConfig(({ mode }) => {
  const { EDGE_URL = 'http://localhost:8080' } = loadEnv(mode, import.meta.dirname, 'EDGE_')
  const toEdge = { target: EDGE_URL, changeOrigin: true }

  return {
    plugins: [react(), tailwindcss(), pdfAssets()],
    worker: { format: 'es' },
    define: { 'import.meta.env.VITE_VERSION': JSON.stringify(about.version) },
    resolve: {
      // The rules of the contract are checked by the server; their schema is 70 KB.
      alias: [{ find: /^.*\/buf\/validate\/validate_pb$/, replacement: WITHOUT_RULES }],
    },
    server: { proxy: { '/lamla.': toEdge, '/v1': toEdge } },
    build: {
      // Everything is a file under /assets: a `data:` address would need a wider policy.
      assetsInlineLimit: 0,
      sourcemap: false,
    },
    test: {
      environment: 'jsdom',
      include: ['src/**/*.test.{ts,tsx}'],
      setupFiles: ['src/testing/setup.ts'],
      restoreMocks: true,
      // A busy machine takes a multiple of what a quiet one does.
      testTimeout: 60_000,
      // By default one core is left free, which is half of two.
      maxWorkers: '100%',
    },
  }
})

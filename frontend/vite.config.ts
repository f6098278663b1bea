import react from '@vitejs/plugin-react'
import { type Plugin } from 'vite'
import { defineConfig } from 'vitest/config'

// A build empties dist; Go's embed needs the folder to exist in a fresh clone.
const keep: Plugin = {
  name: 'keep',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: '.gitkeep', source: '' })
  },
}

// `vitrine serve --port 8080` beside `npm run dev` gives hot reload on real data.
const backend = process.env.VITRINE_URL ?? 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), keep],
  html: { cspNonce: '__CSP_NONCE__' },
  build: { target: ['safari16', 'chrome110'], assetsInlineLimit: 0, chunkSizeWarningLimit: 800 },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': { target: backend, changeOrigin: true } },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test/setup.ts'],
  },
})

import { defineConfig } from 'vitest/config';

// The service that the page talks to while it is developed; the page and its API share an origin, as they do in the program.
const service = process.env.MAPREEL_URL ?? 'http://127.0.0.1:5005';
const routes = ['/api', '/readyz', '/healthz', '/metrics', '/schema', '/docs', '/openapi.json'];

export default defineConfig(({ command }) => ({
  base: command === 'build' ? '/page/' : '/',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: {
    host: '127.0.0.1',
    proxy: Object.fromEntries(routes.map((route) => [route, { target: service, changeOrigin: true, headers: { origin: service } }])),
  },
  build: {
    target: 'es2022',
    outDir: 'dist',
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    rolldownOptions: {
      output: {
        entryFileNames: 'page.js',
        chunkFileNames: ({ name, facadeModuleId }) => (facadeModuleId?.includes('/operations/') ? 'operations.js' : `${name}.js`),
        // Modules that the page shares with its lazily loaded parts are one file.
        codeSplitting: { groups: [{ name: 'base', minShareCount: 2 }] },
        // The bundler makes one style sheet, under a name of its own: it becomes page.css.
        assetFileNames: (asset) => (asset.names.some((name) => name.endsWith('.css')) ? 'page.css' : '[name][extname]'),
      },
    },
  },
  test: { include: ['src/**/*.test.ts'] },
}));

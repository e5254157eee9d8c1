// The API reference is a build of its own, so that it shares no file with the page.
import { defineConfig } from 'vite';

export default defineConfig({
  base: '/page/',
  build: {
    target: 'es2022',
    outDir: 'dist',
    emptyOutDir: false,
    modulePreload: false,
    assetsInlineLimit: 1_000_000,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: {
      input: 'docs.html',
      output: {
        entryFileNames: 'docs.js',
        chunkFileNames: 'docs-[name].js',
        assetFileNames: 'docs[extname]',
      },
    },
  },
});

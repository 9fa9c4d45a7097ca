import { defineConfig } from 'vite';
import { films } from './vite-films.ts';

const SERVICE = 'http://127.0.0.1:8083';
/** As a page of the service itself: development mode refuses every other origin. */
const proxy = { target: SERVICE, changeOrigin: true, headers: { origin: SERVICE } };

export default defineConfig({
  plugins: [films()],
  build: {
    // The server's package carries the console.
    outDir: '../../packages/server/console',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the pages takes files, and nothing that is written into a page or a style.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // How the time of a build is spent is nothing that a first start has to tell.
      checks: { pluginTimings: false },
      // The hooks say 'use client' for servers that render; a bundle of a page has no use for it.
      onLog(level, log, handle) {
        if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handle(level, log);
      },
    },
  },
  server: {
    proxy: {
      '/api': { ...proxy, ws: true },
      '/dev/token': proxy,
      '/metrics': proxy,
      '/oauth': proxy,
    },
  },
});

import { defineConfig } from '@playwright/test';

// The service whose page is tried. It must be allowed to ask the map server of MAP_SERVER_URL.
const service = process.env.MAPREEL_URL ?? 'http://127.0.0.1:5005';

export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  timeout: 60_000,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: 'list',
  use: {
    baseURL: service,
    locale: 'en-GB',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
});

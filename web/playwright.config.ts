import { defineConfig } from '@playwright/test';

// MAPREEL is the path of the program. `tests/setup` starts all else that the tests need.
export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  globalSetup: './tests/setup/global.ts',
  timeout: 60_000,
  expect: { timeout: 20_000, toHaveScreenshot: { maxDiffPixelRatio: 0.03, threshold: 0.25, animations: 'disabled', scale: 'css' } },
  snapshotPathTemplate: 'tests/screenshots/{arg}{ext}',
  workers: 1,
  // A test may fail once by a timeout on a busy machine; a test that fails twice has found a mistake.
  retries: 1,
  reporter: 'list',
  use: {
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
});

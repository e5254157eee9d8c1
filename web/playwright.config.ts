import { defineConfig } from '@playwright/test';

// MAPREEL is the path of the program. All else is started by `tests/setup`.
export default defineConfig({
  testDir: 'tests',
  testMatch: '*.spec.ts',
  globalSetup: './tests/setup/global.ts',
  timeout: 60_000,
  expect: { timeout: 20_000, toHaveScreenshot: { maxDiffPixelRatio: 0.03, threshold: 0.25, animations: 'disabled', scale: 'css' } },
  snapshotPathTemplate: 'tests/screenshots/{arg}{ext}',
  workers: 1,
  // A machine that is busy with other things may be late once; what fails twice is wrong.
  retries: 1,
  reporter: 'list',
  use: {
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: { executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] },
  },
});

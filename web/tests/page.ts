// What the tests of the page share: a page that watches itself, and the way to a layer of a map server.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test as plain } from '@playwright/test';

export const mapServer = process.env.MAP_SERVER_URL ?? 'http://127.0.0.1:8090/wms?';

// Every test fails when the page asks another origin, breaks its policy, or throws.
export const test = plain.extend<{ watched: Page }>({
  watched: async ({ page, baseURL }, use) => {
    const wrong: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith('blob:') && !url.startsWith('data:') && new URL(url).origin !== new URL(baseURL ?? '').origin) wrong.push(`asked ${url}`);
    });
    page.on('pageerror', (error) => wrong.push(`threw ${error.message}`));
    page.on('console', (message) => { if (/Content Security Policy|Refused to/.test(message.text())) wrong.push(message.text()); });
    await use(page);
    expect(wrong).toEqual([]);
  },
});

export { expect };

export async function addLayer(page: Page, title: RegExp): Promise<void> {
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByLabel('Address of a map server').fill(mapServer);
  await page.getByRole('button', { name: 'Ask the server' }).click();
  await page.locator('.offers').getByRole('button', { name: title }).click();
}

export async function accessible(page: Page, state: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${state}: ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
}

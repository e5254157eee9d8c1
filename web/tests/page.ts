// What the tests of the page share: a page that is watched for mistakes, and helpers to reach the state that a test begins with.
import AxeBuilder from '@axe-core/playwright';
import { type Browser, type BrowserContextOptions, expect, type Page, test as plain } from '@playwright/test';

const env = (name: string): string => process.env[name] ?? '';
export const origin = env('E2E_URL');
export const keyed = { url: env('E2E_KEYED_URL'), key: env('E2E_KEY'), reader: env('E2E_READER') };
export const strange = `http://${env('E2E_WMS')}`;
export const silent = `http://${env('E2E_SILENT')}`;
// The address of the demonstration's WMS, from the catalogue: the service asks itself under its own address, not under that of a proxy before it.
export const demo = async (): Promise<string> => {
  const { servers } = await (await fetch(`${origin}/api/catalogue`)).json() as { servers: { url: string; type?: string }[] };
  return servers.find(({ type }) => type === 'wms')?.url ?? '';
};

const policy = ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"];

// Collects what a page must not do: ask another origin, violate its Content-Security-Policy or have none, throw, or have a key in an address.
export function watch(page: Page, home: string): string[] {
  const wrong: string[] = [];
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith('blob:') && !url.startsWith('data:') && new URL(url).origin !== home) wrong.push(`asked ${url}`);
    if (keyed.key && url.includes(keyed.key)) wrong.push(`a key in ${url}`);
  });
  page.on('response', (response) => {
    if (response.request().resourceType() !== 'document') return;
    const said = response.headers()['content-security-policy'] ?? '';
    const lacks = policy.filter((part) => !said.includes(part));
    if (lacks.length > 0 || said.includes('unsafe')) wrong.push(`${response.url()} has the policy ${said}`);
  });
  page.on('pageerror', (error) => wrong.push(`threw ${error.message}`));
  page.on('console', (message) => { if (/Content Security Policy|Refused to/.test(message.text())) wrong.push(message.text()); });
  return wrong;
}

export const test = plain.extend<{ watched: Page }>({
  baseURL: async ({ browserName: _ }, use) => use(origin),
  watched: async ({ page }, use) => {
    const wrong = watch(page, origin);
    await use(page);
    expect(wrong).toEqual([]);
  },
});

export { expect };

// A browser without storage of an earlier visit, watched like the others.
export async function fresh(browser: Browser, options: BrowserContextOptions, work: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser.newContext({ baseURL: origin, locale: 'en-GB', ...options });
  const page = await context.newPage();
  const wrong = watch(page, options.baseURL ?? origin);
  await work(page);
  expect(wrong).toEqual([]);
  await context.close();
}

// A link that holds a request, in a stored (uncompressed) block of deflate.
export function linkTo(request: unknown): string {
  const bytes = Buffer.from(JSON.stringify(request));
  const head = Buffer.from([1, bytes.length & 255, bytes.length >> 8, ~bytes.length & 255, (~bytes.length >> 8) & 255]);
  return `/#r=${Buffer.concat([head, bytes]).toString('base64url')}`;
}

export async function post(path: string, body: unknown): Promise<{ id: string }> {
  const answer = await fetch(origin + path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json() as Promise<{ id: string }>;
}

export async function finished(id: string): Promise<void> {
  for (let tries = 0; tries < 10; tries += 1) {
    const { status } = await (await fetch(`${origin}/api/job-status/${id}?wait=20`)).json() as { status: string };
    if (status !== 'PENDING' && status !== 'RUNNING') return;
  }
}

export const world = { map: { bbox: [-180, -60, 180, 75] }, layers: [{ type: 'natural-earth' }], output: { preset: 'thumbnail' } };

export async function askServer(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByLabel('Address of a map server').fill(address);
  await page.getByRole('button', { name: 'Ask the server' }).click();
}

export async function addLayer(page: Page, address: string, title: RegExp): Promise<void> {
  await askServer(page, address);
  await page.locator('.offers').getByRole('button', { name: title }).first().click();
}

// Finds no accessibility violation (axe), in light and in dark.
export async function accessible(page: Page, state: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => `${state}, ${colorScheme}: ${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
  }
}

export const done = (page: Page) => page.locator('.film-state').getByText('Done', { exact: true });

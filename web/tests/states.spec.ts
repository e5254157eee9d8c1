import { accessible, addLayer, expect, test } from './page';

test.describe('everybody can use it', () => {
  for (const colorScheme of ['light', 'dark'] as const) {
    test(`in ${colorScheme}`, async ({ watched: page }) => {
      test.setTimeout(120_000);
      await page.emulateMedia({ colorScheme });
      await page.goto('/');
      await expect(page.getByText('Ready to be made')).toBeVisible();
      await accessible(page, 'at first');
      await page.getByRole('button', { name: 'Add layer' }).click();
      await page.getByLabel('Address of a map server').fill('http://192.168.77.1/wms');
      await page.getByRole('button', { name: 'Ask the server' }).click();
      await expect(page.getByRole('alert')).toBeVisible();
      await accessible(page, 'a server that is refused');
      await page.getByRole('button', { name: 'Close' }).click();
      await addLayer(page, /Sea surface temperature \(ERSSTv5, monthly\)/);
      await page.getByRole('button', { name: /^Sea surface temperature/ }).click();
      await expect(page.locator('.player')).toBeVisible();
      await accessible(page, 'a film with a layer open');
      await page.getByLabel('Frames per second').fill('900');
      await expect(page.getByText('To be mended: 1')).toBeVisible();
      await accessible(page, 'a problem');
      await page.getByRole('tab', { name: 'JSON' }).click();
      await expect(page.locator('.cm-content')).toBeVisible();
      await accessible(page, 'JSON');
      await page.goto('/#jobs');
      await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible();
      await accessible(page, 'jobs');
      await page.goto('/operations');
      await expect(page.getByText('Ready', { exact: true })).toBeVisible();
      await accessible(page, 'operations');
    });
  }
});

test('on a phone the map is in the first view, and everything is within reach', async ({ watched: page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.goto('/');
  await expect(page.getByText('Drawing')).toBeHidden();
  const map = await page.locator('.chart').boundingBox();
  expect((map?.y ?? 0) + (map?.height ?? 0)).toBeLessThan(844);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  await accessible(page, 'phone');
  await addLayer(page, /Sea surface temperature \(ERSSTv5, monthly\)/);
  for (const [tab, text] of [['Time', 'From (UTC)'], ['Picture', 'Subtitle'], ['JSON', 'Python'], ['Layers', 'Add layer']] as const) {
    await page.locator('.narrow-tabs').getByRole('tab', { name: tab }).click();
    await expect(page.locator('.panels').getByText(text).first()).toBeVisible();
  }
});

test('German is a language of it', async ({ browser, baseURL }) => {
  const page = await (await browser.newContext({ baseURL, locale: 'de-DE' })).newPage();
  await page.goto('/');
  await expect(page.getByRole('button', { name: 'Ebene hinzufügen' })).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de');
  await page.context().close();
});

test('a service with keys is given one, in a header', async ({ watched: page }) => {
  const keys: (string | null)[] = [];
  await page.route('**/api/**', async (route) => {
    const key = await route.request().headerValue('authorization');
    keys.push(key);
    expect(route.request().url()).not.toContain('secret');
    if (key === 'Bearer secret') return route.continue({ headers: { ...route.request().headers(), authorization: '' } });
    return route.fulfill({ status: 401, contentType: 'application/problem+json', json: { status: 401, code: 'unauthorized', detail: 'there is no key' } });
  });
  await page.goto('/');
  await page.getByLabel('Key', { exact: true }).fill('secret');
  await accessible(page, 'key');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await expect.poll(() => keys.includes('Bearer secret')).toBe(true);
  expect(await page.evaluate(() => localStorage.getItem('mapreel-key'))).toBeNull();
});

test('the first view is there soon, and small', async ({ watched: page }) => {
  let bytes = 0;
  page.on('response', async (response) => { if (response.url().includes('/page/') || response.url().endsWith('/')) bytes += Number(response.headers()['content-length'] ?? 0); });
  const began = Date.now();
  await page.goto('/');
  await expect(page.locator('.frame')).toBeVisible();
  console.log(`first view: ${Date.now() - began} ms, ${Math.round(bytes / 1000)} kB`);
  expect(bytes).toBeLessThan(450_000);
});

import { addLayer, expect, mapServer, test } from './page';

const shared = (request: unknown): string => {
  // A block of deflate that is stored as it is: as good a link as any.
  const bytes = Buffer.from(JSON.stringify(request));
  const head = Buffer.from([1, bytes.length & 255, bytes.length >> 8, ~bytes.length & 255, (~bytes.length >> 8) & 255]);
  return `/#r=${Buffer.concat([head, bytes]).toString('base64url')}`;
};

test('a film is composed from nothing, made and seen', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await addLayer(page, /Sea surface temperature \(ERSSTv5, monthly\)/);
  await expect(page.getByRole('button', { name: 'Make the film' })).toBeEnabled();
  await page.getByLabel('Title', { exact: true }).fill('Two years of the Atlantic');
  await page.getByLabel('From (UTC)').fill('2019-07-01');
  await expect(page.locator('.frame-name')).toContainText('/6');
  await page.getByRole('button', { name: 'Make the film' }).click();
  await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 40_000 });
  const video = page.locator('video');
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.videoWidth)).toBe(1280);
  expect(await page.getByRole('link', { name: 'Download' }).getAttribute('download')).toMatch(/\.mp4$/);
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.getByRole('heading', { name: 'Two years of the Atlantic' }).first()).toBeVisible();
});

test('JSON and form are one', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByLabel('Title', { exact: true }).fill('From the form');
  await page.getByRole('tab', { name: 'JSON' }).click();
  const editor = page.locator('.cm-content');
  await expect(editor).toContainText('From the form');
  await editor.fill('{ "map": { "bbox": [0, 40, 20, 55] }, "layers": [{ "type": "natural-earth" }], "header": { "title": "From JSON" }, "output": { "preset": "square" }, "no_such": 1 }');
  await expect(page.locator('.json-panel').getByText('/no_such')).toBeVisible();
  await expect(page.locator('.cm-lintRange-error')).toBeVisible();
  await page.locator('.side').getByRole('tab', { name: 'Picture' }).click();
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('From JSON');
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('square');
  await page.getByLabel('Subtitle').fill('Unknown fields stay');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(editor).toContainText('no_such');
});

test('a link opens in a browser that knows nothing', async ({ watched: page, browser, baseURL }) => {
  await page.goto(shared({ map: { bbox: [170, -20, 200, 10], width: 400 }, layers: [{ type: 'natural-earth' }, { type: 'graticule' }], header: { title: 'Over the date line' } }));
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('Over the date line');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('tab', { name: 'JSON' }).click();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const fresh = await (await browser.newContext({ baseURL, locale: 'en-GB' })).newPage();
  await fresh.goto(link);
  await expect(fresh.getByLabel('Title', { exact: true })).toHaveValue('Over the date line');
  await expect(fresh.getByRole('button', { name: 'Make the image' })).toBeEnabled();
  await fresh.context().close();
});

test('names of strangers are text', async ({ watched: page }) => {
  const name = '<script>window.wrong = 1</script><img src=x onerror="window.wrong = 1">';
  await page.route('**/api/layers?*', (route) => route.fulfill({ json: { service: 'wms', title: name, layers: [{ name, title: name, description: name, styles: [{ name, title: name }], dimensions: [] }] } }));
  await page.goto(shared({ map: { bbox: [0, 40, 20, 55], width: 400 }, layers: [{ type: 'natural-earth' }, { type: 'geojson', title: name, data: { type: 'Point', coordinates: [5, 50] } }], header: { title: name } }));
  await expect(page.getByText(name).first()).toBeVisible();
  await addLayer(page, /<script>/);
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.locator('.cm-content')).toContainText('<script>');
  expect(await page.evaluate(() => 'wrong' in window)).toBe(false);
});

test('a server that may not be asked is said in words', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByLabel('Address of a map server').fill('http://192.168.77.1/wms');
  await page.getByRole('button', { name: 'Ask the server' }).click();
  await expect(page.getByRole('alert')).toContainText('not a public address');
  await expect(page.getByRole('alert')).toContainText('Its operator can allow others');
});

test('a job is taken back', async ({ watched: page }) => {
  await page.goto(shared({ map: { bbox: [-180, -70, 180, 75] }, times: '2018-01-01/2019-12-31/P2D', layers: [{ type: 'natural-earth' }, { type: 'graticule' }], output: { preset: 'full-hd' } }));
  await page.getByRole('button', { name: 'Make the film' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByText('Cancelled')).toBeVisible();
});

test('an idle page asks nothing', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await page.waitForTimeout(2500);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.waitForTimeout(4000);
  expect(asked).toEqual([]);
});

test('the frame moves by keys, and at the poles', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByLabel('Projection').selectOption('EPSG:3413');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await page.getByRole('button', { name: 'Move the frame' }).press('ArrowRight');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.locator('.cm-content')).toContainText('"bbox_crs": "EPSG:3413"');
  await expect(page.locator('.cm-content')).toContainText('-4032000');
});

test('what is composed outlives a reload', async ({ watched: page }) => {
  await page.goto(shared({ map: { bbox: [0, 40, 20, 55] }, layers: [{ type: 'natural-earth' }], header: { title: 'As it was shared' }, output: { preset: 'square' } }));
  await page.getByLabel('Title', { exact: true }).fill('As it was changed');
  await expect(page).toHaveTitle('As it was changed – Mapreel');
  await page.waitForTimeout(600);
  expect(page.url()).not.toContain('#');
  await page.reload();
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('As it was changed');
});

test('a request of the first dialect is shown and made', async ({ watched: page }) => {
  await page.goto(shared({ basemap: { bbox: [0, 40, 20, 55], zoom: 4, url: mapServer, params: { layers: 'bathymetry', srs: 'EPSG:3857' }, map_time: '2018-01-01T00:00:00Z' } }));
  await expect(page.getByText('in the dialect of an earlier service')).toBeVisible();
  await page.getByRole('button', { name: 'Make the image' }).click();
  await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 40_000 });
});

test('the editor says what may stand where', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('tab', { name: 'JSON' }).click();
  const editor = page.locator('.cm-content');
  await editor.fill('{ "map": { "bbox": [0, 40, 20, 55] }, "layers": [{ "type": "graticule" }], "output": { } }');
  await page.keyboard.press('Control+End');
  for (let back = 0; back < 4; back += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.type('"pre', { delay: 50 });
  await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('preset');
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await page.keyboard.type('"squ', { delay: 50 });
  await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('square');
  await page.waitForTimeout(200);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Ready to be made')).toBeHidden();
  await page.locator('.side').getByRole('tab', { name: 'Picture' }).click();
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('square');
});

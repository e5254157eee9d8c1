// Layers: of the catalogue, of files, their order and their times.
import { accessible, addLayer, demo, expect, test } from './page';

const track = { type: 'FeatureCollection', features: [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates: [[0, 45], [10, 50], [20, 45]] } }] };

test('a GeoJSON file becomes a layer', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByLabel('GeoJSON file').setInputFiles({ name: 'track.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(JSON.stringify(track)) });
  await page.getByRole('button', { name: /^track/ }).click();
  await page.getByLabel('Colour of lines').fill('#ff0000');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await accessible(page, 'features');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.locator('.cm-content')).toContainText('"stroke": "#ff0000"');
});

test('a file is dropped on the map', async ({ watched: page }) => {
  await page.goto('/');
  const files = await page.evaluateHandle((text) => {
    const moved = new DataTransfer();
    moved.items.add(new File([text], 'way.geojson'));
    return moved;
  }, JSON.stringify(track));
  await page.locator('.chart').dispatchEvent('dragover', { dataTransfer: files });
  await expect(page.getByText('Drop the GeoJSON file')).toBeVisible();
  await page.locator('.chart').dispatchEvent('drop', { dataTransfer: files });
  await expect(page.getByRole('button', { name: /^way/ })).toBeVisible();
  await expect(page.getByText('Drop the GeoJSON file')).toBeHidden();
});

test('a file that is no GeoJSON is refused in words', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByLabel('GeoJSON file').setInputFiles({ name: 'a<b>.json', mimeType: 'application/json', buffer: Buffer.from('[1]') });
  await expect(page.getByRole('alert')).toHaveText('“a<b>.json” is not GeoJSON.');
});

test('the catalogue is what is offered first, and layers show what they are', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.locator('.example')).not.toHaveCount(0);
  await expect(page.locator('.example .thumb.waits')).toHaveCount(0);
  let [asked, most] = [0, 0];
  const ended = (url: string): void => { if (url.includes('/api/preview')) asked -= 1; };
  page.on('request', (request) => { if (request.url().includes('/api/preview')) { asked += 1; most = Math.max(most, asked); } });
  page.on('requestfinished', (request) => ended(request.url()));
  page.on('requestfailed', (request) => ended(request.url()));
  await page.getByRole('button', { name: 'Add layer' }).click();
  await expect(page.locator('.server').first()).toBeFocused();
  await accessible(page, 'catalogue');
  await page.locator('.server').first().click();
  await expect(page.getByLabel(/^Search the/)).toBeFocused();
  await expect(page.locator('.offers .thumb img').first()).toBeVisible();
  await accessible(page, 'offers');
  expect(most).toBeLessThanOrEqual(2);
  await page.getByRole('button', { name: 'Other servers' }).click();
  await expect(page.getByLabel('Address of a map server')).toBeVisible();
});

test('a dialog that is closed leaves no picture being asked for', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.locator('.example')).not.toHaveCount(0);
  await expect(page.locator('.example .thumb.waits')).toHaveCount(0);
  const layers = Array.from({ length: 40 }, (_, index) => ({ name: `layer-${index}`, title: `Layer ${index}` }));
  await page.route('**/api/layers?*', (route) => route.fulfill({ json: { service: 'wms', title: 'Many', layers } }));
  const small = '"width":144';
  const asked: string[] = [];
  await page.route('**/api/preview?*', (route) => {
    const text = route.request().postData() ?? '';
    if (text.includes(small)) asked.push(text);
  });
  // Playwright does not tell a test that the page aborted a request which the test holds back, so the page counts aborted requests itself, in its title.
  await page.evaluate((mark) => {
    const ask = window.fetch;
    document.title = '0';
    window.fetch = (where, init) => {
      if (String(init?.body).includes(mark)) init?.signal?.addEventListener('abort', () => { document.title = String(Number(document.title) + 1); });
      return ask(where, init);
    };
  }, small);
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByLabel('Address of a map server').fill('https://many.example.org/wms');
  await page.getByRole('button', { name: 'Ask the server' }).click();
  await expect.poll(() => asked.length).toBe(2);
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(page).toHaveTitle('2');
  expect(asked).toHaveLength(2);
});

test('layers change places, and what was done is undone', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByRole('button', { name: 'Graticule' }).click();
  await expect(page.locator('.layer').first()).toContainText('Graticule');
  await page.getByRole('button', { name: 'Lower Graticule' }).click();
  await expect(page.locator('.layer').first()).toContainText('World map');
  await page.getByRole('button', { name: 'Undo' }).click();
  await expect(page.locator('.layer').first()).toContainText('Graticule');
});

test('a range of the times of a server is taken by dragging over them', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByRole('button', { name: 'Coastline and borders' }).click();
  await addLayer(page, await demo(), /Sea surface temperature/);
  await expect(page.locator('.frame-name')).toContainText('/24');
  await expect(page.locator('.layer').first()).toContainText('Coastline');
  const box = await page.locator('.time-line').boundingBox();
  if (!box) throw new Error('there is no line of times');
  await page.mouse.move(box.x + box.width * 0.25, box.y + 8);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.5, box.y + 8, { steps: 4 });
  await page.mouse.up();
  await expect(page.locator('.frame-name')).toContainText(/\/(6|7)$/);
  await page.getByRole('button', { name: 'Play a rough preview' }).click();
  await expect(page.locator('.frame-name')).toContainText('3/');
  await page.getByRole('button', { name: 'Pause' }).click();
});

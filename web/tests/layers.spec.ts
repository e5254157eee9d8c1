import { accessible, addLayer, expect, test } from './page';

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

test('a file that is no GeoJSON is refused in words', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByLabel('GeoJSON file').setInputFiles({ name: 'a<b>.json', mimeType: 'application/json', buffer: Buffer.from('[1]') });
  await expect(page.getByRole('alert')).toHaveText('“a<b>.json” is not GeoJSON.');
});

test('the catalogue of a service is offered', async ({ watched: page }) => {
  const catalogue = { servers: [{ title: 'Oceans', url: 'https://example.org/wms' }], presets: [{ title: 'The Alps', request: { map: { bbox: [5, 44, 16, 48] }, layers: [{ type: 'natural-earth' }], header: { title: 'The Alps' }, output: { preset: 'square' } } }] };
  await page.route('**/api/catalogue', (route) => route.fulfill({ json: catalogue }));
  await page.route('**/api/layers?*', (route) => route.fulfill({ json: { service: 'wms', title: 'Oceans', layers: [{ name: 'sst', title: 'Sea surface temperature' }] } }));
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByRole('button', { name: 'Oceans' }).click();
  await expect(page.locator('.offers')).toContainText('Sea surface temperature');
  await accessible(page, 'catalogue');
  await page.getByRole('button', { name: 'The Alps' }).click();
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('The Alps');
});

test('a server that hangs is said in the row of its layer', async ({ watched: page }) => {
  await page.route('**/api/layers?*', (route) => route.fulfill({ status: 502, contentType: 'application/problem+json', json: { status: 502, code: 'upstream', detail: '`slow.example.org` did not answer within 30 s' } }));
  await page.goto('/');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await page.locator('.cm-content').fill('{ "map": { "bbox": [0, 40, 20, 55] }, "layers": [{ "type": "wms", "url": "https://slow.example.org/wms", "layers": "a", "title": "Slow" }], "output": { "preset": "hd" } }');
  await expect(page.locator('.layer')).toContainText('did not answer within 30 s');
  await expect(page.locator('.layer')).toContainText('The server is slow or silent');
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

test('a film is made by the keyboard alone', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  const to = async (name: string): Promise<void> => {
    for (let pressed = 0; pressed < 90; pressed += 1) {
      await page.keyboard.press('Tab');
      const here = await page.evaluate(() => { const at = document.activeElement; return at === document.body ? '' : at?.getAttribute('aria-label') ?? at?.textContent ?? ''; });
      if (here.includes(name)) return;
    }
    throw new Error(`no way to ${name}`);
  };
  await to('Add layer');
  await page.keyboard.press('Enter');
  await to('Graticule');
  await page.keyboard.press('Enter');
  await expect(page.locator('.layer').first()).toContainText('Graticule');
  await page.keyboard.press('Shift+Tab');
  await to('Make the image');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Done', { exact: true })).toBeVisible({ timeout: 40_000 });
});

test('a range of the times of a server is taken by dragging over them', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByRole('button', { name: 'Coastline and borders' }).click();
  await addLayer(page, /^Surface wind speed/);
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

test('whatever is typed as JSON, the page stays', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('tab', { name: 'JSON' }).click();
  const strange = [
    '{}', '{ "layers": {} }', '{ "map": 5, "layers": [null, 1, { "type": 5, "title": {}, "url": [] }] }', '{ "times": [1, {}], "layers": [{}] }', '{ "times": {}, "animate": 7 }',
    '{ "map": { "bbox": [0, 90, 0, 90], "crs": "EPSG:99999" }, "layers": [{ "type": "wms", "url": "x", "opacity": "much" }] }', '{ "header": "x", "output": [], "design": null }',
    '{ "map": { "bbox": [1e300, -1e300, 5, 6], "crs": "EPSG:3413", "bbox_crs": "EPSG:3031" } }', '{ "basemap": 1, "overlays": 2 }', '{ "times": "////", "layers": [{ "type": "natural-earth", "show": 3 }] }',
  ];
  for (const text of strange) {
    await page.locator('.cm-content').fill(text);
    await page.waitForTimeout(400);
    await page.locator('.side').getByRole('tab', { name: 'Picture' }).click();
    await expect(page.getByLabel('Subtitle')).toBeVisible();
    await page.getByRole('tab', { name: 'JSON' }).click();
    await expect(page.locator('.cm-content')).toBeVisible();
  }
});

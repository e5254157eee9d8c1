// Composing: from nothing to a film, in the form and as JSON, over the date line and at the poles.
import { addLayer, demo, done, expect, fresh, linkTo, test, world } from './page';

test('a film is composed from nothing, made and seen', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await addLayer(page, await demo(), /Sea surface temperature/);
  await expect(page.getByRole('button', { name: 'Make the film' })).toBeEnabled();
  await page.getByLabel('Title', { exact: true }).fill('Half a year of the Atlantic');
  await page.getByLabel('From (UTC)').fill('2019-07-01');
  await expect(page.locator('.frame-name')).toContainText('/6');
  await page.getByRole('button', { name: 'Make the film' }).click();
  await expect(done(page)).toBeVisible({ timeout: 40_000 });
  const video = page.locator('video');
  await expect.poll(() => video.evaluate((element: HTMLVideoElement) => element.videoWidth)).toBe(1280);
  expect(await page.getByRole('link', { name: 'Download' }).getAttribute('download')).toMatch(/\.mp4$/);
  await expect(page.locator('.film-line')).toContainText('of 6');
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.getByRole('heading', { name: 'Half a year of the Atlantic' }).first()).toBeVisible();
});

test('an example is a film to be made with one click, over the date line', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.locator('.example .thumb img').first()).toBeVisible();
  await page.getByRole('button', { name: /Pacific/ }).click();
  await expect(page.getByRole('button', { name: 'Make the film' })).toBeFocused();
  await expect(page.locator('.frame-name')).toContainText('/24');
  await expect(page.getByText('Drawing')).toBeHidden();
  const [map, frame] = [await page.locator('.chart').boundingBox(), await page.locator('.frame').boundingBox()];
  if (!map || !frame) throw new Error('there is no map');
  expect(frame.x).toBeGreaterThan(map.x);
  expect(frame.x + frame.width).toBeLessThan(map.x + map.width);
  await page.getByRole('button', { name: 'Make the film' }).click();
  await expect(done(page)).toBeVisible({ timeout: 50_000 });
  await expect(page.locator('.mark')).toHaveCount(0);
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
  await page.locator('.side').getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('From JSON');
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('square');
  await page.getByLabel('Subtitle').fill('Unknown fields stay');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(editor).toContainText('no_such');
});

test('a link opens in a browser that knows nothing', async ({ watched: page, browser }) => {
  await page.goto(linkTo({ map: { bbox: [170, -20, 200, 10], width: 400 }, layers: [{ type: 'natural-earth' }, { type: 'graticule' }], header: { title: 'Over the date line' } }));
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('Over the date line');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('tab', { name: 'JSON' }).click();
  await page.getByRole('button', { name: 'Copy link' }).click();
  await expect(page.getByText('Copied.')).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  await fresh(browser, {}, async (other) => {
    await other.goto(link);
    await expect(other.getByLabel('Title', { exact: true })).toHaveValue('Over the date line');
    await other.getByRole('button', { name: 'Make the image' }).click();
    await expect(done(other)).toBeVisible();
  });
});

test('the frame moves by keys, and at the poles', async ({ watched: page }) => {
  await page.goto('/');
  await addLayer(page, await demo(), /Sea surface temperature/);
  await page.getByLabel('Projection').selectOption('EPSG:3413');
  await page.locator('#field-times').selectOption('image');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await page.getByRole('button', { name: 'Move the frame' }).press('ArrowRight');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.locator('.cm-content')).toContainText('"bbox_crs": "EPSG:3413"');
  await expect(page.locator('.cm-content')).toContainText('-4032000');
  await page.getByRole('button', { name: 'Make the image' }).click();
  await expect(done(page)).toBeVisible();
  await expect(page.getByRole('img', { name: 'What was made' })).toBeVisible();
});

test('an idle page asks nothing', async ({ watched: page }) => {
  await page.goto('/');
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await page.waitForTimeout(3000);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.waitForTimeout(4000);
  expect(asked).toEqual([]);
});

test('what is composed outlives a reload', async ({ watched: page }) => {
  await page.goto(linkTo({ ...world, header: { title: 'As it was shared' }, output: { preset: 'square' } }));
  await page.getByLabel('Title', { exact: true }).fill('As it was changed');
  await expect(page).toHaveTitle('As it was changed – Mapreel');
  await page.waitForTimeout(600);
  expect(page.url()).not.toContain('#');
  await page.reload();
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('As it was changed');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await page.getByRole('button', { name: 'Graticule' }).click();
});

test('a request of the first dialect is shown and made', async ({ watched: page }) => {
  await page.goto(linkTo({ basemap: { bbox: [0, 40, 20, 55], zoom: 4, url: await demo(), params: { layers: 'sst', srs: 'EPSG:3857' }, map_time: '2018-01-01T00:00:00Z' } }));
  await expect(page.getByText('in the dialect of an earlier service')).toBeVisible();
  await page.getByRole('button', { name: 'Make the image' }).click();
  await expect(done(page)).toBeVisible({ timeout: 40_000 });
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
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await page.keyboard.type('"squ', { delay: 50 });
  await expect(page.locator('.cm-tooltip-autocomplete')).toContainText('square');
  await page.waitForTimeout(500);
  await page.keyboard.press('Enter');
  await page.locator('.side').getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByLabel('Size', { exact: true })).toHaveValue('square');
});

test('whatever is typed as JSON, the page stays', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('tab', { name: 'JSON' }).click();
  const strangeTexts = [
    '{}', '{ "layers": {} }', '{ "map": 5, "layers": [null, 1, { "type": 5, "title": {}, "url": [] }] }', '{ "times": [1, {}], "layers": [{}] }', '{ "times": {}, "animate": 7 }',
    '{ "map": { "bbox": [0, 90, 0, 90], "crs": "EPSG:99999" }, "layers": [{ "type": "wms", "url": "x", "opacity": "much" }] }', '{ "header": "x", "output": [], "design": null }',
    '{ "map": { "bbox": [1e300, -1e300, 5, 6], "crs": "EPSG:3413", "bbox_crs": "EPSG:3031" } }', '{ "basemap": 1, "overlays": 2 }', '{ "times": "////", "layers": [{ "type": "natural-earth", "show": 3 }] }',
  ];
  for (const text of strangeTexts) {
    await page.locator('.cm-content').fill(text);
    await page.waitForTimeout(300);
    await page.locator('.side').getByRole('tab', { name: 'Settings' }).click();
    await expect(page.getByLabel('Subtitle')).toBeVisible();
    await page.getByRole('tab', { name: 'JSON' }).click();
    await expect(page.locator('.cm-content')).toBeVisible();
  }
});

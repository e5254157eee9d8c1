// Untrusted upstreams: servers that hang, that may not be asked, that lack times; and names that are HTML.
import { accessible, addLayer, askServer, done, expect, linkTo, silent, strange, test } from './page';
import { wickedName as name } from './setup/upstreams';

test('names of strangers are text', async ({ watched: page }) => {
  await page.goto(linkTo({ map: { bbox: [0, 40, 20, 55], width: 400 }, layers: [{ type: 'natural-earth' }, { type: 'geojson', title: name, data: { type: 'Point', coordinates: [5, 50] } }], header: { title: name } }));
  await expect(page.getByText(name).first()).toBeVisible();
  await expect(page).toHaveTitle(`${name} – Mapreel`);
  await addLayer(page, `${strange}/wicked`, /<script>/);
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.locator('.cm-content')).toContainText('<script>');
  await page.getByRole('button', { name: 'Make the image' }).click();
  await expect(done(page)).toBeVisible();
  await expect(page.locator('.warnings')).toContainText('<script>');
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.getByRole('heading', { name }).first()).toBeVisible();
  await page.getByRole('link', { name: 'Operations' }).click();
  await expect(page.locator('table')).not.toHaveCount(0);
  expect(await page.evaluate(() => 'wrong' in window)).toBe(false);
});

test('a server that hangs is said in words, where it is asked and in the row of its layer', async ({ watched: page }) => {
  await page.goto('/');
  await askServer(page, `${silent}/wms`);
  await expect(page.getByText('The server is being asked')).toBeVisible();
  await expect(page.getByRole('alert')).toContainText('The server is slow or silent', { timeout: 40_000 });
  await accessible(page, 'a server that hangs');
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('tab', { name: 'JSON' }).click();
  await page.locator('.cm-content').fill(`{ "map": { "bbox": [0, 40, 20, 55] }, "layers": [{ "type": "natural-earth" }, { "type": "wms", "url": "${silent}/wms", "layers": "a", "title": "Silent" }], "output": { "preset": "thumbnail" } }`);
  await expect(page.locator('.layer').first()).toContainText('The server is slow or silent', { timeout: 40_000 });
});

test('a server that may not be asked is said in words', async ({ watched: page }) => {
  await page.goto('/');
  await askServer(page, 'http://192.168.77.1/wms');
  await expect(page.getByRole('alert')).toContainText('not a public address');
  await expect(page.getByRole('alert')).toContainText('Its operator can allow others');
});

test('months that a server has lost are marked on the line under the film', async ({ watched: page }) => {
  await page.goto(linkTo({ map: { bbox: [-30, 33, 50, 66] }, times: '2018-01-01/2018-08-01/P1M', layers: [{ type: 'natural-earth' }, { type: 'wms', url: `${strange}/gaps`, layers: 'gaps', title: 'With gaps' }], header: { title: 'Lost months' }, output: { preset: 'thumbnail', fps: 2 } }));
  await page.getByRole('button', { name: 'Make the film' }).click();
  await expect(done(page)).toBeVisible({ timeout: 40_000 });
  const mark = page.locator('.film-line').getByRole('button', { name: /Frames 4–5: With gaps/ });
  await expect(mark).toBeVisible();
  await mark.focus();
  await expect(page.locator('.film-words')).toContainText('these months were lost <b>for ever</b>');
  await mark.press('Enter');
  await expect.poll(() => page.locator('video').evaluate((element: HTMLVideoElement) => element.currentTime)).toBeCloseTo(1.75, 1);
  await expect(page.locator('.film-line')).toContainText('Frame 4 of 8');
  await accessible(page, 'a film with gaps');
  await page.locator('.warnings').getByRole('button', { name: 'Frames 4–5' }).click();
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.locator('.job', { hasText: 'Lost months' }).first()).toContainText('Warnings: 2');
});

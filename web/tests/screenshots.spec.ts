// How the page looks, in ten states. Masks cover what the service or a map server draws, and what differs from run to
// run.
import { addLayer, demo, done, expect, finished, linkTo, post, strange, test, world } from './page';
import type { Page } from '@playwright/test';

const pictures = ['.ol-viewport', '.thumb', '.thumbnail', 'video', '.film-panel > img', '.picture-panel img'];

async function looks(page: Page, name: string, covered: string[] = [], under = pictures): Promise<void> {
  await expect(page.locator('.busy')).toHaveCount(0);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.mouse.move(0, 0);
  await expect(page).toHaveScreenshot(`${name}.png`, { mask: [...under, ...covered].map((part) => page.locator(part)), maskColor: '#8aa4b4' });
}

// On a system with another font every line of text differs, so a comparison tells nothing: the tests are skipped.
const probeWidth = 241.08;

test.beforeEach(async ({ page }) => {
  await page.goto('/');
  const width = await page.evaluate(() => {
    const pen = document.createElement('canvas').getContext('2d');
    if (!pen) return 0;
    pen.font = getComputedStyle(document.body).font;
    return pen.measureText('Two years of the Pacific, 0123456789').width;
  });
  test.skip(Math.abs(width - probeWidth) > 0.5, `the type of this system is another: ${width} instead of ${probeWidth}`);
});

test.use({ viewport: { width: 1280, height: 800 } });

for (const [name, width, height, colorScheme] of [['first', 1280, 800, 'light'], ['first-dark', 1280, 800, 'dark'], ['first-tablet', 820, 1100, 'light'], ['first-phone', 390, 844, 'light']] as const) {
  test(`${name} looks as it did`, async ({ watched: page }) => {
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.goto('/');
    await expect(page.locator('.report.valid .figures')).toHaveCount(1);
    await expect(page.locator('.example').first()).toBeVisible();
    await looks(page, name);
  });
}

test('adding looks as it did', async ({ watched: page }) => {
  await page.goto('/');
  await page.getByRole('button', { name: 'Add layer' }).click();
  await expect(page.locator('.server').first()).toBeVisible();
  // Masks over the pictures would cover the dialog.
  await looks(page, 'add', [], []);
});

test('a film that is composed looks as it did, and one with a problem', async ({ watched: page }) => {
  await page.goto('/');
  await addLayer(page, await demo(), /Sea surface temperature/);
  await page.getByRole('button', { name: /^Sea surface temperature/ }).click();
  await expect(page.locator('.player')).toBeVisible();
  await expect(page.getByText('Ready to be made')).toBeVisible();
  await looks(page, 'composed', ['.figures dd']);
  await page.getByLabel('Frames per second').fill('900');
  await page.getByRole('tab', { name: 'JSON' }).click();
  await expect(page.locator('.cm-lintRange-error')).toBeVisible();
  await looks(page, 'problem', ['.editor']);
});

test('a film with gaps looks as it did, and the list of jobs', async ({ watched: page }) => {
  await page.goto(linkTo({ map: { bbox: [-30, 33, 50, 66] }, times: '2018-01-01/2018-08-01/P1M', layers: [{ type: 'natural-earth' }, { type: 'wms', url: `${strange}/gaps`, layers: 'gaps', title: 'With gaps' }], header: { title: 'A film with gaps' }, output: { preset: 'hd' } }));
  await page.getByRole('button', { name: 'Make the film' }).click();
  await expect(done(page)).toBeVisible({ timeout: 40_000 });
  await page.locator('.mark').first().click();
  await expect(page.locator('.film-line')).toContainText('Frame 4 of 8');
  await looks(page, 'made', ['.film-panel .hint:not(.row-name)', '.film-words code', '.warnings code', '.figures dd']);
  for (const title of ['Gallery, one', 'Gallery, two']) await finished((await post('/api/service/image', { ...world, header: { title } })).id);
  await page.goto('/#jobs');
  await page.getByLabel('Search title or id').fill('gallery,');
  await expect(page.locator('.job')).toHaveCount(2);
  await looks(page, 'jobs', ['.job .hint']);
});

test('operations look as they did', async ({ watched: page }) => {
  await finished((await post('/api/service/image', world)).id);
  await page.goto('/operations');
  await expect(page.locator('.line-chart')).toHaveCount(4);
  await looks(page, 'operations', ['.figures dd', '.line-chart svg', '.line-chart b', '.line-chart .hint', '.filters .hint', 'section:not(:has(.charts))']);
});

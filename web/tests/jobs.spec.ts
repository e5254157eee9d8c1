// Jobs: watched while they are made, cancelled, made again, found.
import { accessible, done, expect, finished, fresh, linkTo, post, test, world } from './page';

const long = { map: { bbox: [-180, -70, 180, 75] }, times: '2018-01-01/2019-06-01/P1D', layers: [{ type: 'natural-earth' }, { type: 'graticule' }], header: { title: 'A long one' }, output: { preset: 'full-hd' } };

test('a job shows its newest frame, and is taken back', async ({ watched: page }) => {
  test.setTimeout(90_000);
  await page.goto(linkTo(long));
  await page.getByRole('button', { name: 'Make the film' }).click();
  await expect(page.getByRole('img', { name: 'The newest frame' })).toBeVisible({ timeout: 60_000 });
  await accessible(page, 'a running job');
  await page.getByRole('link', { name: 'Jobs' }).click();
  await expect(page.locator('.job').first()).toContainText('Being made');
  await page.getByRole('button', { name: 'Show' }).first().click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.locator('.film-state')).toHaveText('Cancelled');
});

test('jobs are found, and turned over both ways', async ({ watched: page }) => {
  const made = await Promise.all(Array.from({ length: 27 }, (_, index) => post('/api/service/image', { ...world, map: { ...world.map, bbox: [index, 40, index + 20, 55] }, header: { title: `Alphabet ${String(index).padStart(2, '0')}` } })));
  for (const { id } of made) await finished(id);
  await page.goto('/#jobs');
  await page.getByLabel('Search title or id').fill('ALPHABET');
  await expect(page.locator('.job')).toHaveCount(24);
  await expect(page.getByRole('button', { name: 'Newer' })).toBeDisabled();
  await page.getByRole('button', { name: 'Older' }).click();
  await expect(page.locator('.job')).toHaveCount(3);
  await page.getByRole('button', { name: 'Newer' }).click();
  await expect(page.locator('.job')).toHaveCount(24);
  await expect(page.locator('.job img').first()).toBeVisible();
  await page.getByLabel('Search title or id').fill('alphabet 07');
  await expect(page.locator('.job')).toHaveCount(1);
  await accessible(page, 'jobs');
  await page.getByLabel('Search title or id').fill('nothing is called so');
  await expect(page.getByText('No job is like that')).toBeVisible();
});

test('another browser makes a job again, edits it and shares it', async ({ browser }) => {
  const { id } = await post('/api/service/image', { ...world, header: { title: 'Made elsewhere' } });
  await finished(id);
  await fresh(browser, { permissions: ['clipboard-read', 'clipboard-write'] }, async (page) => {
    await page.goto('/#jobs');
    const card = page.locator(`#job-${id}`);
    await card.getByRole('button', { name: 'Link' }).click();
    await expect(card).toContainText('The link is copied');
    expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('/#r=');
    await card.getByRole('button', { name: 'Make again' }).click();
    await expect(done(page)).toBeVisible();
    await page.getByRole('link', { name: 'Jobs' }).click();
    await page.locator(`#job-${id}`).getByRole('button', { name: 'Edit' }).click();
    await expect(page.getByLabel('Title', { exact: true })).toHaveValue('Made elsewhere');
    await expect(page.locator('.frame')).toBeVisible();
  });
});

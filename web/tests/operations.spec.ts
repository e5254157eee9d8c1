// The operator's page, and the reference of the API.
import { accessible, demo, expect, finished, post, test, world } from './page';

test('an operator sees what fails and why, and tries it again', async ({ watched: page }) => {
  const { id } = await post('/api/service/image', { ...world, layers: [{ type: 'wms', url: await demo(), layers: 'nosuch', on_error: 'fail' }], header: { title: 'Bound to fail' } });
  await finished(id);
  await page.goto('/operations');
  await expect(page.getByText('Ready', { exact: true })).toBeVisible();
  await expect(page.locator('.line-chart')).toHaveCount(4);
  const row = page.getByRole('row').filter({ hasText: id.slice(-8) });
  await row.getByRole('button', { name: 'Request' }).click();
  await expect(page.locator('pre')).toContainText('"nosuch"');
  await row.getByRole('button', { name: 'Try again' }).click();
  await expect(row).toContainText('It is made again');
  await expect(page.getByRole('heading', { name: 'Workers, and the parts that they hold' })).toBeVisible();
  const asked = page.getByRole('group', { name: 'Map servers, as they answer this process' });
  await expect(asked.getByRole('row').filter({ hasText: new URL(await demo()).host })).toBeVisible();
  await accessible(page, 'operations');
  await row.getByRole('button', { name: 'Edit' }).click();
  await expect(page.getByLabel('Title', { exact: true })).toHaveValue('Bound to fail');
  await expect(page.getByRole('button', { name: 'Make the image' })).toBeVisible();
});

test('it reads on while it is seen, and not when it is told not to', async ({ watched: page }) => {
  await page.clock.install();
  const asked: string[] = [];
  page.on('request', (request) => { if (request.url().endsWith('/metrics')) asked.push(request.url()); });
  await page.goto('/operations');
  await expect.poll(() => asked.length).toBe(1);
  await expect(page.locator('.line-chart')).toHaveCount(4);
  await page.clock.runFor(2_000);
  await expect.poll(() => asked.length).toBe(2);
  await page.clock.runFor(9_000);
  expect(asked).toHaveLength(2);
  await page.clock.runFor(2_000);
  await expect.poll(() => asked.length).toBe(3);
  await page.getByLabel('Read again every ten seconds').uncheck();
  await page.clock.runFor(30_000);
  expect(asked).toHaveLength(3);
  await page.getByRole('link', { name: 'Compose' }).click();
  await page.clock.runFor(60_000);
  expect(asked).toHaveLength(3);
});

test('the API is tried where it is described', async ({ watched: page }) => {
  await page.goto('/docs');
  const route = page.locator('.opblock', { hasText: '/api/preview' }).first();
  await route.locator('.opblock-summary-control').click();
  await route.getByRole('button', { name: 'Execute' }).click();
  await expect(route.locator('.responses-wrapper img')).toBeVisible();
  await accessible(page, 'reference');
});

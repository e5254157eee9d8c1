// A service with keys: the page asks for a key, keeps it for its tab, and never has it in an address.
import { accessible, done, expect, fresh, keyed, linkTo, test, world } from './page';

test('a service with keys is given one, and makes a film with it', async ({ browser }) => {
  await fresh(browser, { baseURL: keyed.url }, async (page) => {
    await page.goto(linkTo({ ...world, times: '2018-01-01/2018-01-04/P1D', header: { title: 'With a key' } }));
    await page.getByLabel('Key', { exact: true }).fill('mapreel_wrong');
    await accessible(page, 'key');
    await page.getByRole('button', { name: 'Use this key' }).click();
    await expect(page.getByLabel('Key', { exact: true })).toHaveValue('');
    await page.getByLabel('Key', { exact: true }).fill(keyed.key);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await expect(page.getByText('Ready to be made')).toBeVisible();
    await expect(page.getByRole('button', { name: /^newsroom: Your key may make pictures and films, see its own jobs and files, see everybody/ })).toBeVisible();
    await page.getByRole('button', { name: 'Make the film' }).click();
    await expect(done(page)).toBeVisible({ timeout: 40_000 });
    await page.getByRole('link', { name: 'Jobs' }).click();
    await expect(page.locator('.job img')).toBeVisible();
    expect(await page.evaluate(() => localStorage.getItem('mapreel-key'))).toBeNull();
    await page.goto('/docs');
    const route = page.locator('.opblock', { hasText: '/api/jobs' }).filter({ hasText: 'Jobs, newest first' });
    await route.locator('.opblock-summary-control').click();
    await route.getByRole('button', { name: 'Execute' }).click();
    await expect(route.locator('.live-responses-table .response-col_status').last()).toContainText('200');
  });
});

test('a key with the role read alone cannot make jobs', async ({ browser }) => {
  await fresh(browser, { baseURL: keyed.url }, async (page) => {
    await page.goto('/#jobs');
    await page.getByLabel('Key', { exact: true }).fill(keyed.reader);
    await page.getByRole('button', { name: 'Use this key' }).click();
    await expect(page.getByRole('button', { name: /^archive: Your key may see its own jobs and files/ })).toBeVisible();
    await expect(page.getByRole('link', { name: 'Operations' })).toHaveCount(0);
    await page.getByRole('link', { name: 'Compose' }).click();
    await expect(page.getByText('Your key may not make anything')).toBeVisible();
    await expect(page.locator('#make')).toHaveCount(0);
    await accessible(page, 'a key to look with');
  });
});

test('a user without a key can go on without one', async ({ browser }) => {
  await fresh(browser, { baseURL: keyed.url }, async (page) => {
    await page.goto('/');
    await page.getByRole('button', { name: 'Go on without' }).click();
    await expect(page.getByRole('button', { name: 'Give a key' })).toBeVisible();
    await page.goto('/operations');
    await page.getByRole('button', { name: 'Go on without' }).click();
    await expect(page.getByRole('alert')).toBeVisible();
    await accessible(page, 'without a key');
  });
});

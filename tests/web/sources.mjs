// SPDX-License-Identifier: Apache-2.0
// Where sources differ: all of them side by side, and deciding one.
import { check, group, open, same } from './help.mjs';

export async function sources(browser, base) {
  await group('deciding where sources differ', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/sources?type=application`);
    const row = page.locator('tbody tr', { hasText: 'TheyDo' }).filter({ hasText: 'Annual cost' });
    same(await row.count(), 1, 'the conflict is listed');
    check((await row.innerText()).includes('88,500'), 'what the other says stands beside it');
    const before = await page.locator('tbody tr').count();
    await row.locator('th a').click();
    check(new URL(page.url()).hash === '#annual_cost', 'its place on the page of the fact');
    const field = page.locator('#annual_cost');
    await field.locator('summary:text-is("Decide")').click();
    await field.locator('label', { hasText: '88,500' }).locator('input').check();
    await field.locator('input[name=reason]').fill('The contract says so');
    await Promise.all([page.waitForNavigation(), field.locator('button').click()]);
    check((await page.locator('#annual_cost .value').innerText()).includes('88,500'), 'what was chosen holds');
    check((await page.locator('#annual_cost').innerText()).includes('typed by marketing@northlight.example'), 'typed by who decided');
    check((await page.locator('.history li').first().innerText()).includes('The contract says so'), 'with the reason');
    await page.goto(`${base}/sources?type=application`);
    same(await page.locator('tbody tr').count(), before - 1, 'it is decided');
    await page.context().close();
  });
}

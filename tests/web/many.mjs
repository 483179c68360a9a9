// SPDX-License-Identifier: Apache-2.0
// Saved views, choosing facts, changing many of them.
import { check, group, open, same, serious } from './help.mjs';

const path = '/types/applications';
const submit = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

export async function many(browser, base) {
  await group('saved views', async () => {
    const page = await open(browser, base), other = await open(browser, base, { who: 'it' });
    await page.goto(`${base}${path}?is.status=shadow&sort=-annual_cost`);
    await page.click('.views summary');
    await page.fill('#view-name', 'Shadow, dearest first');
    await page.check('.views input[name=shared]');
    await submit(page, '.views .main');
    same(await page.locator('.view[aria-current]').innerText(), 'Shadow, dearest first', 'it is the current one');
    await other.goto(base + path);
    await other.click('.view:text-is("Shadow, dearest first")');
    await other.waitForSelector('#rows .asked');
    check(other.url().includes('is.status=shadow') && other.url().includes('sort=-annual_cost'), 'others see what is shared');
    same(await other.locator('.views button:has-text("away")').count(), 0, 'and cannot take it away');
    await page.goto(`${base}${path}?q=mail`);
    await page.click('.views summary');
    await page.fill('#view-name', 'Mine <b>');
    await submit(page, '.views .main');
    await other.goto(base + path);
    same(await other.locator('.view').count(), 1, "one's own stay one's own");
    await submit(page, '.views button:has-text("away")');
    same(await page.locator('.view').count(), 1, 'taken away');
    await page.context().close();
    await other.context().close();
  });

  await group('changing many', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}${path}?q=adobe`);
    const boxes = page.locator('#rows tbody input[name=id]');
    const count = await boxes.count();
    await page.focus('#rows thead input[type=checkbox]');
    await page.keyboard.press('Space');
    same(await page.locator('#rows tbody input[name=id]:checked').count(), count, 'one box ticks all');
    await submit(page, '#many button');
    check((await page.textContent('h1')).includes(`${count} applications`), 'the form says how many');
    await page.selectOption('#field', 'bought');
    await submit(page, 'button[value=field]');
    await page.selectOption('#value', 'free');
    await page.fill('#reason', 'all free');
    await submit(page, 'button[value=preview]');
    const shown = await page.locator('.preview h2').innerText();
    const changes = Number(shown.match(/\d+/)?.[0] ?? 0);
    check(changes > 0 && changes <= count, `a preview: ${shown}`);
    same(await page.locator('.preview .change').count(), changes, 'each change is shown');
    check(!(await serious(page)).length, `nothing serious about the page: ${await serious(page)}`);
    await submit(page, 'button[value=commit]');
    check(page.url().includes('q=adobe') && (await page.locator('.message.good').innerText()).includes('Saved'), 'back on the list');
    await page.goto(`${base}${path}?q=adobe&is.bought=free`);
    same(await page.locator('#rows tbody input[name=id]').count(), count, 'all have it');
    await page.goBack();
    await submit(page, '.message.good button');
    await page.goto(`${base}${path}?q=adobe&is.bought=free`);
    same(await page.locator('#rows tbody input[name=id]').count(), count - changes, 'one commit, taken back at once');
    await page.context().close();
  });

  await group('all that were found, and what is wrong', async () => {
    const page = await open(browser, base);
    await page.goto(base + path);
    await page.check('#many input[name=all]');
    const found = (await page.locator('#rows > [role=status]').innerText()).match(/\d+/)[0];
    await submit(page, '#many button');
    check((await page.textContent('h1')).includes(`${found} applications`), `all ${found}`);
    await page.selectOption('#field', 'seats_paid');
    await submit(page, 'button[value=field]');
    await page.fill('#value', 'many');
    await submit(page, 'button[value=preview]');
    check((await page.locator('.error').innerText()).includes('"many" is not a whole number'), 'a value that is none');
    same(await page.inputValue('#value'), 'many', 'stays as typed');
    await page.selectOption('#field', 'vendor');
    await submit(page, 'button[value=field]');
    await page.fill('#value', 'Nobody Inc');
    await submit(page, 'button[value=preview]');
    check((await page.locator('.error').innerText()).includes('There is no vendor called'), 'a link to nothing');
    await page.goto(base + path);
    await submit(page, '#many button');
    check((await page.locator('main').innerText()).includes('Nothing is chosen'), 'nothing chosen');
    const viewer = await open(browser, base, { who: 'viewer' });
    await viewer.goto(base + path);
    same(await viewer.locator('#many, .pick').count(), 0, 'a viewer has no boxes');
    await viewer.context().close();
    await page.context().close();
  });
}

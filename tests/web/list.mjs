// SPDX-License-Identifier: Apache-2.0
// Lists: search, filters of each kind, conditions in FEEL, order, columns; with the keyboard, and without script.
import { execFileSync } from 'node:child_process';
import { check, follows, group, open, same } from './help.mjs';

const path = '/types/applications';
const names = (page) => page.locator('#rows tbody th').allInnerTexts();
const found = async (page) => Number((await page.locator('#rows > [role=status]').innerText()).match(/^[\d,]+/)[0].replace(',', ''));
const settled = (page, words) => page.waitForFunction((w) => document.querySelector('#rows > [role=status]').innerText.includes(w), words);
const asked = (page) => page.locator('#rows .asked code').innerText();
// The same question at the command line.
function listed(where) {
  const workspace = `${process.env.WORK}/web.entente`;
  const out = execFileSync(process.env.ENTENTE, ['list', 'applications', '--where', where, '--json', '--workspace', workspace, '--today', '2026-11-22']);
  return JSON.parse(out).map((fact) => fact.name);
}

export async function list(browser, base) {
  await group('a side is called by its name', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/persons?is.side=it`);
    check((await page.locator('.filter').allInnerTexts()).some((t) => /\bIT\b/.test(t)), 'where one chooses');
    const shown = (await page.locator('#rows tbody tr').first().innerText()).split(/[\t\n]/);
    check(shown.includes('IT') && !shown.includes('it'), `and in the list: ${shown}`);
    await page.close();
  });

  await group('filters made from the kinds of fields', async () => {
    const page = await open(browser, base);
    await page.goto(base + path);
    const all = await found(page);
    await page.focus('#add');
    await page.selectOption('#add', 'status');
    await page.waitForSelector('.filter input[name="is.status"]');
    await page.focus('input[name="is.status"][value=shadow]');
    await page.keyboard.press('Space');
    await settled(page, 'status = "shadow"');
    check(await found(page) < all, 'fewer');
    await page.selectOption('#add', 'annual_cost');
    await page.waitForSelector('input[name="min.annual_cost"]:focus');
    await page.keyboard.type('1.000,00');
    await settled(page, 'annual cost >= 1000');
    const where = await asked(page);
    same((await names(page)).sort().join('|'), listed(where).sort().join('|'), `the command line finds the same: ${where}`);
    check(await follows(page, 'min.annual_cost'), 'the address keeps it');
    await page.locator('input[name="min.annual_cost"]').fill('many');
    await page.waitForSelector('#problem .error');
    check((await page.locator('#problem').innerText()).includes('Annual cost: "many"'), 'what cannot be read is told by its field');
    same(await page.locator('input[name="min.annual_cost"]').inputValue(), 'many', 'and stays as typed');
    await page.click('.filter:has(input[name="min.annual_cost"]) .drop');
    await page.waitForSelector('#problem .error', { state: 'detached' });
    check((await asked(page)) === 'status = "shadow"', 'a filter is taken away');
    for (const [query, condition] of [['set.vendor=no', 'vendor = null'], ['set.realises=yes', 'count(realises) > 0'],
      ['is.status=shadow&is.status=-', '(status = null or status = "shadow")'], ['is.listed_by_it=yes', 'listed by it = true'],
      ['has.purpose=Mail', 'contains(lower case(purpose), "mail")'], ['min.live_since=1+Jan+2020', 'live since >= @"2020-01-01"'],
      ['max.utilisation=50+%25', 'utilisation <= 0.50'], ['is.vendor=Adobe&is.vendor=Braze', 'vendor.name in ("Adobe", "Braze")'],
      ['is.realises=Social+publishing', '(some x in realises satisfies x.name = "Social publishing")']]) {
      await page.goto(`${base}${path}?${query}`);
      same(await asked(page), condition, query);
      same(await found(page), listed(condition).length, `${query}: as many as the command line finds`);
    }
    same(page.complaints.length, 0, `no complaints: ${page.complaints}`);
    await page.context().close();
  });

  await group('a condition in FEEL, with its caret', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}${path}?add=where`);
    await page.waitForSelector('#where:focus');
    await page.keyboard.type('anual cost > 50000');
    await page.waitForFunction(() => document.querySelector('#problem pre')?.innerText.includes('anual cost > 50000'));
    check((await page.locator('#problem .error').innerText()).includes("did you mean 'annual cost'"), 'the message');
    check(/anual cost > 50000\n\s*\^~+/.test(await page.locator('#problem pre').innerText()), 'the caret');
    await page.fill('#where', 'annual cost > 50000');
    await settled(page, 'annual cost > 50000');
    same(await page.locator('#problem pre').count(), 0, 'gone when it is right');
    same((await names(page)).sort().join('|'), listed('annual cost > 50000').sort().join('|'), 'as the command line');
    await page.goto(`${base}${path}?where=${encodeURIComponent('"><script>alert(1)</script>')}`);
    same(await page.locator('script:not([src])').count(), 0, 'text stays text');
    same(page.complaints.length, 0, `no complaints: ${page.complaints}`);
    await page.context().close();
  });

  await group('columns and order', async () => {
    const page = await open(browser, base);
    await page.goto(base + path);
    await page.locator('.query .picker summary').focus();
    await page.keyboard.press('Enter');
    await page.focus('.picker input[value=seats_paid]');
    await page.keyboard.press('Space');
    await page.waitForSelector('#rows thead a:has-text("Seats paid")');
    await page.click('#rows thead a:has-text("Seats paid")');
    const seats = (await page.locator('#rows td[data-title="Seats paid"]').allInnerTexts()).map((t) => Number(t.replace(/\D/g, ''))).filter(Boolean);
    check(seats.length > 10 && seats.every((n, i) => !i || n <= seats[i - 1]), 'the largest first');
    await page.locator('.query .picker summary').click();
    await page.click('.picker a[aria-label="Move Purpose to the left"]');
    same((await page.locator('#rows thead th').allInnerTexts()).slice(2, 4).join(), 'Purpose,Status', 'another order of columns');
    check(await page.locator('#rows thead [aria-sort=descending]').count() === 1, 'sorted as before');
    await page.context().close();
  });

  await group('lists hold what is long, and what is chosen covers nothing', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/vendors/new`);
    await page.fill('[name=f1]', `Long ${'x'.repeat(400)}`);
    await Promise.all([page.waitForNavigation(), page.click('.edit button.main')]);
    for (const width of [1440, 390]) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${base}/types/vendors?q=long`);
      const [card, name] = [await page.locator('#rows .table-card').boundingBox(), await page.locator('#rows tbody th a').first().boundingBox()];
      check(name.x + name.width <= card.x + card.width && await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `a name without blanks stays inside at ${width}`);
      if (width > 1000) continue;
      const [box, link] = [await page.locator('#rows tbody .pick input').first().boundingBox(), await page.locator('#rows tbody th a').first().boundingBox()];
      check(box.x + box.width < link.x && box.y < link.y + 20, 'on a phone the box stands beside the name');
      await page.locator('#rows thead a', { hasText: 'Country' }).click({ timeout: 5000 });
      check(await follows(page, 'sort=country') && await page.locator('#rows thead [data-all]').isVisible(), 'and it can be sorted, and all be chosen');
      await page.goBack();
      check(await page.evaluate(() => { const [n, a] = ['.side-bar nav', '.side-bar nav [aria-current]'].map((s) => document.querySelector(s).getBoundingClientRect()); return a.left >= n.left && a.right <= n.right; }), 'and the menu shows where one is');
    }
    await page.setViewportSize({ width: 1440, height: 900 });
    await page.goto(`${base}${path}?add=vendor`);
    await page.fill('[name="is.vendor"]', 'ado');
    await page.waitForSelector('.filter .choices:not([hidden]) li');
    const [field, list] = [await page.locator('[name="is.vendor"]').boundingBox(), await page.locator('.filter .choices:not([hidden])').boundingBox()];
    check(list.y >= field.y + field.height, 'the names to choose from stand below what is typed');
    same(page.complaints.join('; '), '', 'no complaints');
    await page.context().close();
  });

  await group('lists without script', async () => {
    const page = await open(browser, base, { script: false });
    await page.goto(base + path);
    await page.selectOption('#add', 'bought');
    await page.click('.query .only-plain');
    await page.check('input[name="is.bought"][value=card]');
    await page.click('.query .only-plain');
    same(await asked(page), 'bought = "card"', 'a filter');
    same(await found(page), listed('bought = "card"').length, 'what it finds');
    await page.context().close();
  });
}

// SPDX-License-Identifier: Apache-2.0
// Every page, in both colour schemes, wide and narrow.
import { mkdirSync } from 'node:fs';
import { check, follows, group, open, same, serious } from './help.mjs';

async function paths(page, base) {
  await page.goto(`${base}/stack?q=canva`);
  const fact = await page.getAttribute('#rows tbody th a', 'href');
  await page.goto(`${base}/types/objectives?q=single+customer`);
  const line = (await page.getAttribute('#rows tbody th a', 'href')).replace('/facts/', '/direction/');
  await page.goto(`${base}/`);
  const finding = await page.getAttribute('.finding p a', 'href');
  await page.goto(`${base}/workspace/people`);
  const person = await page.getAttribute('tbody th a', 'href');
  await page.goto(`${base}/stack?status=shadow`);
  return {
    api: '/api', account: '/account', people: '/workspace/people', person,
    today: '/', direction: '/direction', line, practice: '/?practice=governance', 'capabilities': '/capabilities', cost: '/capabilities?lens=cost',
    maturity: '/capabilities?lens=maturity', importance: '/capabilities?lens=importance', use: '/capabilities?lens=use', blueprint: '/blueprint', stack: '/stack',
    filtered: '/stack?status=shadow&sort=-people', finding, fact, edit: `${fact}/edit`, 'delete': `${fact}/delete`, types: '/facts',
    list: '/types/applications', filters: '/types/applications?is.status=shadow&min.annual_cost=1000&sort=-annual_cost&col=annual_cost&col=purpose&col=vendor&col=marketing_owner', asked: '/types/applications?is.status=shadow&min.annual_cost=1000&add=vendor&where=anual+cost+%3E+1&open=columns', 'new': '/types/requests/new', find: '/find?q=loyalty', missing: '/nothing',
  };
}
// Those that are committed: few, and as README and the docs show them.
const pictures = ['today-light-1440', 'today-dark-1440', 'today-light-390', 'capabilities-light-1440', 'blueprint-light-1440',
  'stack-light-1440', 'stack-light-390',
  'finding-light-1440', 'fact-light-1440', 'keys-light-1440', 'filters-light-1440'];

// Both schemes and both widths are seen by two looks; all four are for the long check, and where pictures are asked for.
const looks = process.env.PICTURES || process.env.ENTENTE_LONG ? [['light', 1440], ['light', 390], ['dark', 1440], ['dark', 390]] : [['light', 1440], ['dark', 390]];
// Each of these pages: nothing too wide, nothing serious, one heading; and its picture, where one is asked for.
export async function look(browser, base, named, { who = 'marketing' } = {}) {
  const folder = process.env.PICTURES;
  if (folder) mkdirSync(folder, { recursive: true });
  for (const [scheme, width] of looks) {
    await group(`pages, ${scheme}, ${width} wide`, async () => {
      const page = await open(browser, base, { who, scheme, width, height: width === 390 ? 844 : 1000 });
      for (const [name, path] of Object.entries(typeof named === 'function' ? await named(page, base) : named)) {
        const answer = await page.goto(base + path);
        same(answer.status(), name === 'missing' ? 404 : 200, path);
        await page.waitForLoadState('load');
        const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        check(over <= 0, `${path} at ${width}: ${over} px too wide`);
        const found = await serious(page);
        check(!found.length, `${path}, ${scheme}, ${width}: ${found.join('\n    ')}`);
        same(await page.locator('h1').count(), 1, `${path}: one heading`);
        const picture = `${name}-${scheme}-${width}`;
        if (folder && pictures.includes(picture)) await page.screenshot({ path: `${folder}/${picture}.png` });
      }
      const odd = page.complaints.filter((c) => !c.includes('404'));
      check(!odd.length, `the browser complains: ${odd.join('; ')}`);
      await page.context().close();
    });
  }
}

export async function pages(browser, base) {
  await look(browser, base, paths);

  await group('what the blueprint says', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/blueprint`);
    same(await page.textContent('h1'), 'Map of the future 2028', 'the map is named');
    const steps = await page.locator('.step > h2').allInnerTexts();
    same(steps[0], 'By 2027-Q1', 'the first step');
    check(steps.length > 4 && steps.every((s, i) => !i || steps[i - 1] < s), `steps in the order of time: ${steps}`);
    const offers = page.locator('.way', { hasText: 'Offers and pricing' });
    same((await offers.locator('.loose li').allInnerTexts()).join(' | '), 'No team carries it | "Personal offers in every channel" needs it by 31 December 2027', 'what hangs loose');
    check((await page.locator('.rows a').allInnerTexts()).includes('Checkout and payment'), 'what objectives need and the map leaves out');
    await offers.locator('h3 a').click();
    same(await page.textContent('h1'), 'Offers and pricing', 'an entry leads to its fact');
    await page.context().close();
  });

  await group('the map shows by colour where much is', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/capabilities`);
    const colour = (name) => page.locator('a.cell', { hasText: name }).evaluate((e) => getComputedStyle(e).backgroundColor);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const all = [await colour('Brand planning'), await colour('Business reporting'), await colour('Creative production')];
      same(new Set(all).size, 3, `one, four and seven applications look different, ${colorScheme}`);
    }
    await page.context().close();
  });

  await group('what Today says', async () => {
    const page = await open(browser, base);
    check(/^\d+ places where marketing and IT have drifted apart$/.test(await page.textContent('h1')), 'the title counts');
    check(/\d+ facts, .*log lines/.test(await page.textContent('main header')), 'facts and log lines');
    const words = await page.locator('.finding .pill').allInnerTexts();
    const rank = (w) => ['High', 'Medium', 'Low'].indexOf(w.trim().replace(/^\W+/, ''));
    check(words.length > 5 && words.every((w, i) => rank(w) >= 0 && (!i || rank(w) >= rank(words[i - 1]))), 'worst first');
    await page.click('.scores a >> nth=4');
    check((await page.textContent('#findings h2')).includes('worst first'), 'one practice');
    await page.click('.finding p a >> nth=0');
    check((await page.textContent('pre')).includes('for each:'), "the evidence shows the check's text");
    await page.click('.evidence h3 a >> nth=0');
    check(await page.locator('.message.note').count() > 0, 'the fact shows what was found');
    await page.keyboard.press('Tab');
    same(await page.evaluate(() => document.activeElement.className), 'skip', 'the first key stop skips to the content');
    await page.context().close();
  });

  await group('the stack, with and without script', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/stack`);
    const all = await page.locator('#rows tbody tr').count();
    await page.locator('#q').pressSequentially('mailchimp', { delay: 10 });
    await page.waitForFunction((n) => document.querySelectorAll('#rows tbody tr').length < n, all);
    check((await page.locator('#rows tbody th').first().innerText()).includes('Mailchimp'), 'search as you type');
    check(await follows(page, 'q=mailchimp'), 'the address follows');
    await page.goto(`${base}/stack`);
    await page.selectOption('#filter-status', 'shadow');
    await page.waitForFunction((n) => document.querySelectorAll('#rows tbody tr').length < n, all);
    check((await page.locator('#rows tbody .tag').allInnerTexts()).every((s) => s === 'shadow'), 'filter');
    same(page.complaints.length, 0, `no complaints: ${page.complaints}`);
    await page.context().close();

    const plain = await open(browser, base, { script: false });
    await plain.goto(`${base}/stack`);
    await plain.fill('#q', 'mailchimp');
    await plain.click('.only-plain');
    check(await plain.locator('#rows tbody tr').count() < all, 'search without script');
    await plain.goto(`${base}/stack`);
    await plain.click('thead a:has-text("Annual cost")');
    const cost = (await plain.locator('#rows tbody td:nth-child(5)').allInnerTexts()).map((t) => Number(t.replace(/\D/g, ''))).filter(Boolean);
    check(cost.length > 20 && cost.every((c, i) => !i || c <= cost[i - 1]), 'dearest first');
    await plain.goto(`${base}/stack`);
    const first = await plain.locator('#rows tbody th').first().innerText();
    await plain.click('.pages a[rel=next]');
    check(await plain.locator('#rows tbody th').first().innerText() !== first && plain.url().includes('page=2'), 'a second page');
    await plain.click('thead a:has-text("Seats")');
    check(!plain.url().includes('page='), 'another order begins at its start');
    check(/^€\s[\d,]+$/.test((await plain.locator('tfoot td[data-title="Annual cost"]').innerText()).trim()), 'a total');
    await plain.context().close();
  });
}

// SPDX-License-Identifier: Apache-2.0
// Writing: forms, what is wrong with them, two people at once, other processes.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { check, group, open, same, seen, serious } from './help.mjs';

const field = (page, label) => page.locator('.field', { has: page.locator(`label:text-is("${label}"), label:has-text("${label} (")`) }).first();
const input = (page, label) => field(page, label).locator('input, textarea, select').first();
const save = (page) => Promise.all([page.waitForNavigation(), page.click('.edit button.main')]);
const value = (page, label) => page.locator('.fields > div', { has: page.locator(`dt:text-is("${label}")`) });

async function find(page, base, name) {
  await page.goto(`${base}/types/applications?q=${encodeURIComponent(name)}`);
  await page.click(`#rows tbody th a:text-is("${name}")`);
  return new URL(page.url()).pathname;
}

export async function edit(browser, base) {
  await group('changing a fact', async () => {
    const page = await open(browser, base);
    const path = await find(page, base, 'Canva');
    await page.click('header .button.main');
    await input(page, 'Annual cost').fill('€ 12.500,50');
    await input(page, 'Live since').fill('1 March 2025');
    await input(page, 'Marketing owner').fill('carla esposito');
    await input(page, 'Reason').fill('Asked the shops');
    await save(page);
    same(new URL(page.url()).pathname, path, 'back on the fact');
    check((await value(page, 'Annual cost').innerText()).includes('12,50'), 'the money');
    check((await value(page, 'Live since').innerText()).includes('1 March 2025'), 'the date');
    same(await value(page, 'Marketing owner').locator('a').innerText(), 'Carla Esposito', 'the link, by name');
    check((await value(page, 'Annual cost').innerText()).includes('typed by marketing@northlight.example'), 'where it came from');
    check((await value(page, 'Annual cost').innerText()).includes('1,440'), 'what the import said stands beside it');
    const entry = await page.locator('.history li').first().innerText();
    check(entry.includes('Asked the shops') && entry.includes('12,50') && entry.includes('1,440'), 'the history');
    await page.context().close();
  });

  await group('what is wrong stands beside the field, and what was typed stays', async () => {
    const page = await open(browser, base);
    await find(page, base, 'Canva');
    await page.click('header .button.main');
    await input(page, 'Seats paid').fill('n/a');
    await input(page, 'Purpose').fill('typed and not lost');
    await input(page, 'IT owner').fill('Nobody Atall');
    await input(page, 'Name').fill('');
    await save(page);
    check((await field(page, 'Seats paid').locator('.error').innerText()).includes('"n/a" is not a whole number'), 'the number');
    check((await field(page, 'IT owner').locator('.error').innerText()).includes('no person called "Nobody Atall"'), 'the link');
    check((await field(page, 'Name').locator('.error').innerText()).includes('cannot be empty'), 'the required one');
    same(await input(page, 'Purpose').inputValue(), 'typed and not lost', 'what was typed');
    same(await input(page, 'Seats paid').inputValue(), 'n/a', 'also what is wrong');
    await input(page, 'Name').fill('Mailchimp');
    await input(page, 'Seats paid').fill('10');
    await input(page, 'IT owner').fill('');
    await save(page);
    check((await page.locator('.error, .message.bad').allInnerTexts()).join(' ').includes('Mailchimp'), 'a name that is taken');
    await input(page, 'Name').fill('Adobe Analytic');
    await page.keyboard.press('Tab');
    await page.waitForFunction(() => document.querySelector('.field .says').innerText.includes('Adobe'));
    same(await field(page, 'Name').locator('.says').innerText(), 'There is already: Adobe Analytics', 'one that is nearly so called, and none that only speaks of it');
    same(await input(page, 'Purpose').inputValue(), 'typed and not lost', 'what was typed, again');
    await page.context().close();
  });

  await group('hostile text is text', async () => {
    const page = await open(browser, base);
    const hostile = `"><script>alert(1)</script><img src=x onerror=alert(2)> {1+1} ' \u202E العربية 𝔘 & < >`;
    await page.goto(`${base}/types/applications/new`);
    await input(page, 'Name').fill(`Hostile ${hostile}`);
    await input(page, 'Notes').fill(`${hostile}\n</textarea><script>alert(3)</script>\n  indented`);
    await input(page, 'Status').selectOption('shadow');
    await input(page, 'Domains').fill('javascript:alert(4)');
    await save(page);
    check((await page.textContent('h1')).includes('<script>alert(1)</script>'), 'shown as it was typed');
    same((await value(page, 'Notes').locator('.long').textContent()), `${hostile}\n</textarea><script>alert(3)</script>\n  indented`, 'to the letter');
    const fact = page.url();
    for (const path of ['/stack?q=hostile', '/types/applications?q=hostile', '/find?q=hostile', `/find?q=${encodeURIComponent(hostile)}`,
      `/stack?q=${encodeURIComponent(hostile)}&sort=${encodeURIComponent(hostile)}&status=${encodeURIComponent(hostile)}`, '/?all=yes', new URL(fact).pathname + '/edit']) {
      await page.goto(base + path);
      same(await page.locator('script:not([src]), img').count(), 0, `nothing became an element: ${path}`);
    }
    same((await input(page, 'Notes').inputValue()).split('\n').length, 3, 'lines stay lines');
    await save(page);
    check(!(await page.locator('.history li').count() > 1), 'saving without a change writes nothing');
    same(page.complaints.length, 0, `no dialog, no complaint: ${page.complaints}`);
    await page.context().close();
  });

  await group('two people at once', async () => {
    const one = await open(browser, base), two = await open(browser, base, { who: 'it' });
    const path = await find(one, base, 'Mailchimp');
    await one.goto(`${base}${path}/edit`);
    await two.goto(`${base}${path}/edit`);
    const seats = await input(two, 'Seats paid').inputValue();
    await input(one, 'Purpose').fill('what marketing says');
    await input(one, 'Category').fill('Only marketing touched it');
    await save(one);
    await two.waitForSelector('#meanwhile .message');
    check((await two.locator('#meanwhile').innerText()).includes('marketing@northlight.example'), 'the second is told as soon as it happens');
    await input(two, 'Purpose').fill('what IT says');
    await input(two, 'Seats paid').fill('77');
    await save(two);
    check((await two.textContent('h1')).includes('Two of you changed Mailchimp'), 'the conflict has a page');
    same(await two.locator('.decide').count(), 1, 'one field is to be decided');
    const decide = await two.locator('.decide').innerText();
    check(decide.includes('what marketing says') && decide.includes('what IT says') && /It was/.test(decide), 'theirs, mine, and what it was');
    const all = await two.locator('form.conflict').innerText();
    check(all.includes('Only they changed') && all.includes('Only marketing touched it'), 'what only they touched needs no choice');
    check(all.includes('Only you changed') && all.includes('77'), 'nor what only I did');
    check(!(await serious(two)).length, `nothing serious about the conflict page: ${await serious(two)}`);
    await save(two);
    check((await two.locator('.decide .error').innerText()).includes('Choose'), 'nothing is decided silently');
    await two.focus('.decide input[value=mine]');
    await two.keyboard.press('Space');
    await save(two);
    check((await value(two, 'Purpose').innerText()).includes('what IT says'), 'mine');
    check((await value(two, 'Category').innerText()).includes('Only marketing touched it'), 'theirs stays');
    check((await value(two, 'Seats paid').innerText()).includes('77') && seats !== '77', 'mine goes in');
    await one.goto(base + path);
    check((await one.locator('.history').innerText()).includes('what marketing says'), 'nothing is lost');

    await one.goto(`${base}${path}/edit`);
    await two.goto(`${base}${path}/edit`);
    await input(one, 'Purpose').fill('a third');
    await save(one);
    await input(two, 'Purpose').fill('a fourth');
    await save(two);
    await two.check('.decide input[value=other]');
    await two.fill('.decide textarea', 'both together');
    await input(one, 'Purpose');
    await save(two);
    check((await value(two, 'Purpose').innerText()).includes('both together'), 'something else');
    await one.context().close();
    await two.context().close();
  });

  await group('deleted while it is being edited', async () => {
    const one = await open(browser, base), two = await open(browser, base, { who: 'it' });
    const path = await find(one, base, 'Canva');
    await two.goto(`${base}${path}/edit`);
    await input(two, 'Purpose').fill('typed and not lost');
    await one.goto(`${base}${path}/delete`);
    await Promise.all([one.waitForNavigation(), one.click('.edit button.main')]);
    await two.waitForSelector('#meanwhile .message');
    check((await two.locator('#meanwhile').innerText()).includes('deleted'), 'it is told');
    await save(two);
    check((await two.textContent('h1')).includes('deleted while you were editing'), 'a page for it');
    check((await two.locator('form.conflict').innerText()).includes('typed and not lost'), 'with what was typed');
    await save(two);
    same(new URL(two.url()).pathname, path, 'brought back under its number');
    check((await value(two, 'Purpose').innerText()).includes('typed and not lost'), 'with what was typed');
    check((await value(two, 'Vendor').innerText()).includes('Canva'), 'and what it had');
    await one.context().close();
    await two.context().close();
  });

  await group('a megabyte of text is saved, and kept in a conflict', async () => {
    const { client } = await import('./people.mjs'), { port } = new URL(base), she = client(port);
    await she.signIn('it@northlight.example');
    const page = (await she.get('/types/obstacles/new')).body, name = page.match(/<label for="(f\d+)">Name/)[1], words = page.match(/<label for="(f\d+)">Statement/)[1];
    const text = (letter) => letter.repeat(1 << 19), made = await she.send('/types/obstacles/new', '/types/obstacles', { [name]: 'Long story', [words]: text('ü') });
    same(made.status, 303, 'made');
    const fact = made.head.match(/Location: (\/facts\/\d+)/)[1];
    same((await she.send(`${fact}/edit`, fact, { version: '1', [name]: 'Long story', [words]: text('ö') })).status, 303, 'changed');
    const two = await she.send(`${fact}/edit`, fact, { version: '1', [name]: 'Long story', [words]: text('ä') });
    const many = (letter) => two.body.split(letter).length > 500000; // but for those between two pieces of the answer
    check(two.status === 409 && many('ä') && many('ö'), `both stand in the conflict: ${two.status}`);
    const hidden = (field) => two.body.match(new RegExp(`name="${field}" value="([^"]*)"`))[1];
    const kept = await she.send(`${fact}/edit`, fact, { version: hidden('version'), base: hidden('base'), [name]: 'Long story', [words]: text('ä'), [`decide.${words}`]: 'yes', [`take.${words}`]: 'mine', [`other.${words}`]: text('ä') });
    same(kept.status, 303, 'and one is chosen');
    const list = (await she.get('/types/obstacles?q=long+story&col=statement')).body;
    check(list.includes('ä…') && list.length < 100000, 'a list shows its beginning');
  });

  await group('help as one types', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/applications/new`);
    await input(page, 'Name').fill('mailchimp');
    await input(page, 'Annual cost').fill('1.234,5');
    await page.waitForSelector('.field:has(label:text-is("Annual cost")) .says p');
    check((await field(page, 'Annual cost').locator('.says').innerText()).includes('1234.5 EUR'), 'how it is read');
    check((await field(page, 'Name').locator('.says').innerText()).includes('There is already an application'), 'a name that is taken');
    await input(page, 'Name').fill('Mailchimp Transactional');
    await input(page, 'Seats paid').fill('n/a');
    await page.keyboard.press('Tab');
    await page.waitForSelector('.field:has(label:text-is("Seats paid")) .error');
    same(await input(page, 'Seats paid').getAttribute('aria-invalid'), 'true', 'heard as well as seen');
    await input(page, 'Seats paid').fill('10');
    await page.keyboard.press('Tab');
    await page.waitForSelector('.field:has(label:text-is("Seats paid")) .error', { state: 'detached' });
    same(await input(page, 'Seats paid').getAttribute('aria-invalid'), null, 'right again');
    await input(page, 'Name').fill('');
    await save(page);
    same(await page.evaluate(() => document.activeElement.className), 'message bad summary', 'the summary has the focus');
    await page.click('.summary a');
    same(await page.evaluate(() => document.activeElement.name), await input(page, 'Name').getAttribute('name'), 'and leads to the field');
    same(page.complaints.filter((c) => !c.includes('422')).length, 0, `no complaints: ${page.complaints}`);
    await page.context().close();
  });

  await group('links by typing, and a target that is missing', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/applications/new`);
    await input(page, 'Name').fill('Brand new');
    const vendor = input(page, 'Vendor');
    await vendor.focus();
    await page.keyboard.type('adob');
    await page.waitForSelector('[role=listbox]:not([hidden]) [role=option]');
    same(await vendor.getAttribute('role'), 'combobox', 'a combobox');
    same(await vendor.getAttribute('aria-expanded'), 'true', 'that is open');
    await page.keyboard.press('ArrowDown');
    check((await vendor.getAttribute('aria-activedescendant')) !== null, 'says what is marked');
    await page.keyboard.press('Enter');
    same(await vendor.inputValue(), 'Adobe', 'chosen with the keyboard');
    await page.keyboard.press('ArrowDown');
    await page.waitForSelector('[role=listbox]:not([hidden])');
    await page.keyboard.press('Escape');
    same(await vendor.getAttribute('aria-expanded'), 'false', 'Escape closes it');
    await vendor.fill('Entirely New Inc');
    await page.waitForSelector('[role=option]:has-text("Add “Entirely New Inc”")');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog[open] form');
    same(await page.locator('dialog [name=f1]').inputValue(), 'Entirely New Inc', 'with the name that was typed');
    check(!(await serious(page)).length, `nothing serious about the dialog: ${await serious(page)}`);
    await page.fill('dialog [name=f1]', '');
    await page.click('dialog .buttons .main');
    await page.waitForSelector('dialog .error');
    await page.fill('dialog [name=f1]', 'Entirely New Inc');
    await page.click('dialog .buttons .main');
    await page.waitForSelector('dialog', { state: 'detached' });
    same(await vendor.inputValue(), 'Entirely New Inc', 'made and chosen, without leaving');
    same(await input(page, 'Name').inputValue(), 'Brand new', 'what was typed before stays');
    const realises = field(page, 'Realises').locator('input');
    const lines = await realises.count();
    for (let i = 0; i < lines; i++) {
      await realises.nth(i).fill(['Social publishing', 'Email marketing', 'Web analytics'][i]);
      await page.keyboard.press('Tab');
    }
    same(await realises.count(), lines + 1, 'another line when the last is used');
    await page.keyboard.press('Escape');
    await page.click('a[data-add-to]:has-text("Add a person") >> nth=0');
    await page.waitForSelector('dialog[open] form');
    await page.keyboard.press('Escape');
    await page.waitForSelector('dialog', { state: 'detached' });
    same(page.complaints.filter((c) => !c.includes('422')).length, 0, `no complaints: ${page.complaints}`);
    await page.context().close();
  });

  await group('links, many and new', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/courses/new`);
    await input(page, 'Name').fill('Canva for shops');
    const many = field(page, 'Applications').locator('input');
    await many.nth(0).fill('Canva');
    await many.nth(1).fill('Mailchimp');
    await save(page);
    same(await value(page, 'Applications').locator('a').count(), 2, 'two links');
    await value(page, 'Applications').locator('a').first().click();
    check((await page.locator('.card', { hasText: 'Courses' }).innerText()).includes('Canva for shops'), 'seen from the other end');
    await page.context().close();
  });

  await group("another process's commit", async () => {
    const page = await open(browser, base);
    const file = `${process.env.WORK}/more.csv`;
    writeFileSync(file, 'vendor,country\nLate Vendor,DE\n');
    execFileSync(process.env.ENTENTE, ['import', 'vendors', file, '--source', 'test', '--workspace', `${process.env.WORK}/web.entente`, '--today', '2026-11-22']);
    await seen(page, `${base}/find?q=late+vendor`, 'main :text("Late Vendor")');
    check(true, 'is seen');
    await page.context().close();
  });
}

export async function empty(browser, base) {
  await group('an empty workspace says what to do', async () => {
    const page = await open(browser, base);
    check((await page.textContent('main')).includes('entente import'), 'Today');
    for (const path of ['/capabilities', '/stack', '/types/applications']) {
      await page.goto(base + path);
      check((await page.textContent('main')).includes('Write the first one') || (await page.textContent('main')).includes('write the first one'), path);
    }
    same(page.complaints.length, 0, `no complaints: ${page.complaints}`);
    for (const one of [page, await open(browser, base, { who: 'viewer' })]) {
      const get = (path) => one.request.get(base + path), links = new Set(), paths = ['/', '/direction', '/capabilities', '/blueprint', '/stack', '/rulings', '/rulings/times', '/forums', '/sources'];
      for (const answer of await Promise.all(paths.map(get)))
        for (const [, href] of (await answer.text()).matchAll(/<a[^>]* href="(\/[^"#?]+)/g)) if (!/^\/types\/[^/]+$/.test(href) && !paths.includes(href)) links.add(href);
      const dead = await Promise.all([...links].map(async (href) => (await get(href)).status() === 200 ? '' : href));
      check(links.size > 3 && !dead.join(''), `every way from an empty page leads on: ${dead.filter(Boolean)}`);
      await one.context().close();
    }
  });
}

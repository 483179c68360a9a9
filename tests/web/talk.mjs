// SPDX-License-Identifier: Apache-2.0
// Comments and mentions, taking commits back, deleting.
import { check, group, open, same, serious } from './help.mjs';

async function fact(page, base, type, name) {
  await page.goto(`${base}/types/${type}?q=${encodeURIComponent(name)}`);
  await page.click(`#rows tbody th a:text-is("${name}")`);
  return new URL(page.url()).pathname;
}
const input = (page, label) => page.locator('.field', { has: page.locator(`label:text-is("${label}"), label:has-text("${label} (")`) }).first().locator('input, textarea, select').first();
const submit = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);
const value = (page, label) => page.locator('.fields > div', { has: page.locator(`dt:text-is("${label}")`) });
async function change(page, base, path, label, text) {
  await page.goto(`${base}${path}/edit`);
  await input(page, label).fill(text);
  await submit(page, '.edit button.main');
}

export async function talk(browser, base) {
  await group('comments', async () => {
    const one = await open(browser, base), two = await open(browser, base, { who: 'it' });
    const path = await fact(one, base, 'vendors', 'Adobe');
    await one.locator('#say-text').pressSequentially('Still ours, @it');
    await one.waitForSelector('[role=listbox] [role=option]');
    await one.keyboard.press('ArrowDown');
    await one.keyboard.press('Enter');
    check((await one.inputValue('#say-text')).includes('@it@northlight.example '), 'a person chosen by typing');
    await one.locator('#say-text').pressSequentially('? See https://example.com/x?a=1&b=2. <b>No</b>');
    await submit(one, '#say button');
    const said = one.locator('.comments .said').last();
    same(await said.locator('a').getAttribute('href'), 'https://example.com/x?a=1&b=2', 'a link');
    check((await said.innerText()).includes('<b>No</b>'), 'text stays text');
    same(await said.locator('.mention').count(), 1, 'the mention stands out');
    check(await one.locator('.comments details').count() === 1, 'the author can change it');
    await two.goto(`${base}/`);
    check((await two.locator('#mentions').innerText()).includes('Still ours'), 'who is mentioned sees it on Today');
    await two.click('#mentions a');
    same(new URL(two.url()).pathname, path, 'and goes there');
    same(await two.locator('.comments details').count(), 0, "another's comment cannot be changed");
    await two.goto(`${base}/`);
    same(await two.locator('#mentions').count(), 0, 'seen');
    await one.click('.comments summary');
    await one.fill('.comments details textarea', 'Not ours any more.');
    await submit(one, '.comments details button[value=save]');
    check((await one.locator('.comments').innerText()).includes('edited'), 'an edited one says so');
    await one.click('.comments summary');
    await submit(one, '.comments details button[value=delete]');
    check((await one.locator('.comments').innerText()).includes('Deleted by its author'), 'a deleted one too');
    same(one.complaints.concat(two.complaints).length, 0, 'no complaints');
    await one.context().close();
    await two.context().close();
  });

  await group('taking back', async () => {
    const page = await open(browser, base);
    const path = await fact(page, base, 'vendors', 'Adobe');
    const before = await value(page, 'Country').count() ? await value(page, 'Country').innerText() : '';
    await change(page, base, path, 'Country', 'NL');
    check((await page.locator('.message.good').innerText()).includes('Saved'), 'it says that it is saved');
    await submit(page, '.message.good button');
    const after = await value(page, 'Country').count() ? await value(page, 'Country').innerText() : '';
    same(after, before, 'as it was, and from where it was');
    check((await page.locator('.history li').first().innerText()).includes('takes back commit'), 'the journal says so');
    await submit(page, '.message.good button');
    check((await value(page, 'Country').innerText()).includes('NL'), 'and back again');
    await change(page, base, path, 'Country', 'BE');
    const third = page.locator('.history li', { hasText: 'takes back' }).first().locator('button');
    await Promise.all([page.waitForNavigation(), third.click()]);
    check((await page.textContent('h1')).includes('cannot be taken back'), 'refused where somebody changed it since');
    check(!(await serious(page)).length, `nothing serious about the page: ${await serious(page)}`);
    const why = await page.locator('main').innerText();
    check(why.includes('Country') && why.includes('“NL”') && why.includes('“BE”') && why.includes('marketing@northlight.example'), 'field by field');
    await page.context().close();
  });

  await group('deleting', async () => {
    const page = await open(browser, base);
    const path = await fact(page, base, 'vendors', 'Adobe');
    const pointing = await page.locator('.card:has(h2:text-is("Applications")) ul.plain li').count();
    await page.click('a:text-is("Delete")');
    check(pointing > 0 && (await page.locator('main').innerText()).includes('by “vendor”'), 'it says what goes with it');
    await page.fill('#reason', 'a test');
    await submit(page, '.edit button.main');
    check((await page.goto(base + path)).status() === 404, 'gone');
    await page.goBack();
    await submit(page, '.message.good button');
    await page.goto(base + path);
    same(await page.locator('.card:has(h2:text-is("Applications")) ul.plain li').count(), pointing, 'taken back, with the links to it');
    check((await page.locator('.comments').innerText()).includes('Deleted by its author'), 'and what was said');
    await page.context().close();
    const viewer = await open(browser, base, { who: 'viewer' });
    await viewer.goto(base + path);
    same(await viewer.locator('a:text-is("Delete"), button:text-is("Undo")').count(), 0, 'a viewer has no such buttons');
    await viewer.fill('#say-text', 'A viewer may speak.');
    await submit(viewer, '#say button');
    check((await viewer.locator('.comments').innerText()).includes('A viewer may speak.'), 'but can comment');
    await viewer.context().close();
  });
}

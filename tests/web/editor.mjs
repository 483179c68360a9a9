// SPDX-License-Identifier: Apache-2.0
// dmn-js on a stored rulebook: opened, checked as it is written, saved beside what is in force; nothing is lost to what the
// editor does not know, nor to somebody who saves meanwhile.
import { check, group, open, same, serious } from './help.mjs';

const ready = (page) => page.waitForSelector('#editor[data-ready]');
// Types into a cell of the table that is shown.
async function type(page, cell, text) {
  await cell.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.type(text);
}
const told = (page, text) => page.waitForSelector(`#told :text("${text}")`);
// Saves, whatever the draft leaves open.
async function save(page, button) {
  const there = page.waitForURL('**did=taken&of=draft');
  await page.click(button);
  page.waitForSelector('[data-sure]').then((sure) => sure.click(), () => {});
  await there;
}
async function stored(page, address) {
  const answer = await page.request.get(address);
  return (await answer.body()).toString();
}

export async function editor(browser, base, id) {
  await group('the editor: checked while it is written, saved beside what is in force', async () => {
    const page = await open(browser, base, { who: 'it' }), late = await open(browser, base, { who: 'rules-it' });
    await page.goto(`${base}/rulebooks/${id}?of=draft`);
    await page.click('a:text-is("Edit tables and picture")');
    await ready(page);
    const before = await stored(page, `${base}/rulebooks/${id}/model?of=draft`);
    check(await page.locator('.bjs-powered-by, .powered-by').first().isVisible(), 'the mark of its makers is visible');
    same(await page.evaluate(() => document.fonts.load('16px dmn').then((fonts) => fonts.length)), 1, 'its icons are there');
    await late.route('**/*-dmn-tables.min.js', (route) => route.abort());
    await late.goto(`${base}/rulebooks/${id}/edit`);
    await ready(late);
    await told(late, 'The tables did not come: the server cannot be reached');
    await late.unroute('**/*-dmn-tables.min.js');
    // Opened and written again by dmn-js itself, without a change: the server sees none.
    const unchanged = await page.evaluate(async () => {
      const modeler = new DmnJS({ container: document.createElement('div') });
      await modeler.importXML(document.getElementById('copy').value);
      const form = new FormData(), { href, base: at, csrf } = document.getElementById('editor').dataset;
      const [opened, saved] = [true, false].map((format) => modeler.saveXML({ format }));
      for (const [name, value] of Object.entries({ csrf, base: at, opened: (await opened).xml, saved: (await saved).xml })) form.set(name, value);
      return await (await fetch(href, { method: 'POST', body: form })).text();
    });
    check(unchanged.includes('Nothing is different'), `as it was opened: ${unchanged.slice(0, 300)}`);
    await page.focus('#views button:text-is("zone")');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#views button[aria-current]:text-is("zone")');
    const first = page.locator('#canvas td.input-cell').first();
    await type(page, first, 'low and');
    await page.click('#found button:has-text("decision \'zone\', rule 1, input 1")');
    check(await page.evaluate(() => document.activeElement.closest('td.input-cell') !== null), 'a finding leads to its cell');
    await page.click('#save');
    await told(page, 'cannot be read as a rulebook yet');
    await type(page, first, '"high');
    await page.waitForSelector('#found li:has-text("gap")');
    await page.click('#save');
    await told(page, 'that no rule covers');
    await type(page, first, '"low');
    await type(page, page.locator('#canvas td.annotation').first(), 'Little can go wrong here.');
    await page.waitForSelector('#save:not([disabled])');
    await page.waitForFunction(() => !document.querySelector('#found').innerText.includes('error'));
    check(!(await serious(page)).length, `nothing serious: ${await serious(page)}`);
    await page.waitForFunction(() => !/zone/.test(document.querySelector('#found').innerText));
    await page.evaluate(() => document.getElementById('told').replaceChildren());
    await save(page, '#save');
    same((await page.locator('#zone .rule-changed .why ins').allInnerTexts())[0], 'Little can go wrong here.', 'the reason that it shows is the annotation');
    const after = await stored(page, `${base}/rulebooks/${id}/model?of=draft`);
    const line = (text, other) => text.split('\n').filter((l) => !other.includes(l)).map((l) => l.trim()).join(' ');
    same(line(after, before), '<annotationEntry><text>Little can go wrong here.</text></annotationEntry>', 'only that sentence is another one');
    check(after.length - before.length === line(after, before).length - line(before, after).length, 'and nothing is gone');
    const complaints = page.complaints.filter((text) => !text.includes('status of 422'));
    check(!complaints.length, `the browser complains of nothing: ${complaints}`);
    await page.context().close();

    await late.click('#views button:text-is("zone")');
    await type(late, late.locator('#canvas td.annotation').nth(1), 'It is how people learn.');
    await late.waitForSelector('#save:not([disabled])');
    await late.click('#save');
    await told(late, 'Somebody else has saved');
    check((await late.locator('#canvas').innerText()).includes('It is how people learn.'), 'and has lost nothing');
    await save(late, '[data-over]');
    same((await late.locator('#zone .rule-changed .why ins').allInnerTexts())[0], 'It is how people learn.', 'it may take its place');
    await late.context().close();
  });

  await group('the editor on a phone, in the dark, and for those who may not', async () => {
    const phone = await open(browser, base, { who: 'it', width: 390, height: 844, scheme: 'dark' });
    await phone.goto(`${base}/rulebooks/${id}/edit#zone`);
    await ready(phone);
    check(await phone.locator('.small-screen').isVisible() && await phone.locator('#canvas td').first().isVisible(), 'it says that it wants more room, and is there');
    check(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is not wider than the screen');
    check(!(await serious(phone)).length, `nothing serious: ${await serious(phone)}`);
    await phone.goto(`${base}/rulebooks/safe-zones/edit`);
    same(new URL(phone.url()).pathname, '/rulebooks/safe-zones', 'the program\'s own is taken over first');
    await phone.context().close();
    const viewer = await open(browser, base, { who: 'viewer' });
    same((await viewer.goto(`${base}/rulebooks/${id}/edit`)).status(), 403, 'a viewer changes nothing');
    await viewer.context().close();
  });
}

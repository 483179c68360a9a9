// SPDX-License-Identifier: Apache-2.0
// Comments and mentions, taking commits back, deleting.
import { attach, check, group, open, same, serious } from './help.mjs';

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

  await group('files on a fact', async () => {
    const page = await open(browser, base), viewer = await open(browser, base, { who: 'viewer' });
    const path = await fact(page, base, 'requests', 'RQ-1051'), all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    await attach(page, `${base}${path}`, { name: 'Angebot "für" <b>%.html', mimeType: 'text/html', buffer: all });
    same(new URL(page.url()).hash, '#files', 'back at the files');
    const link = page.locator('#files li a');
    same(await link.innerText(), 'Angebot "für" <b>%.html', 'the name stays text');
    check(/256 bytes · marketing@northlight.example/.test(await page.locator('#files li').innerText()), 'how large, and who');
    same((await serious(page)).join(), '', 'nothing serious');
    const newest = async (of) => (await of.locator('.history li').first().innerText()).replace(/\s+/g, ' ');
    check(/^marketing@northlight.example .* File attached Angebot "für" <b>%.html 256 bytes$/.test(await newest(page)), `the history knows: ${await newest(page)}`);
    await viewer.goto(`${base}${path}`);
    same(await viewer.locator('#files form').count(), 0, 'a viewer has no form');
    const href = await viewer.locator('#files li a').getAttribute('href'), got = await viewer.request.get(`${base}${href}`), head = got.headers();
    check(got.status() === 200 && all.equals(await got.body()), 'a viewer gets the same bytes');
    same(head['content-disposition'], `attachment; filename="Angebot _f__r_ <b>_.html"; filename*=UTF-8''Angebot%20%22f%C3%BCr%22%20%3Cb%3E%25.html`, 'saved under its name');
    check(head['content-type'] === 'application/octet-stream' && head['x-content-type-options'] === 'nosniff', 'never shown as a page');
    const send = async (who, name, buffer) => (await who.request.post(`${base}${path}/files`, {
      multipart: { csrf: await who.locator('#say [name=csrf]').inputValue(), file: { name, mimeType: 'text/plain', buffer } } }));
    same((await send(viewer, 'a.txt', all)).status(), 403, 'a viewer attaches nothing');
    same((await viewer.request.post(`${base}${href}`, { form: { csrf: await viewer.locator('#say [name=csrf]').inputValue() } })).status(), 403, 'nor removes');
    const large = await send(page, 'large.bin', Buffer.alloc(10 * 1024 * 1024 + 1));
    check(large.status() === 413 && (await large.text()).includes('Large.bin is too large: a file has 10 MB at most'), 'too large');
    same((await send(page, 'a\u202Efdp.exe', all)).status(), 422, 'a name that reads as another');
    same((await send(page, 'empty.txt', Buffer.alloc(0))).status(), 422, 'nothing in it');
    check((await send(page, `../${'ü'.repeat(150)}.pdf`, all)).ok(), 'a long name with a path');
    await page.reload();
    same(await page.locator('#files li a').last().innerText(), `${'ü'.repeat(98)}.pdf`, 'is cut before its end');
    same((await page.request.get(`${base}${path.replace(/\d+$/, 1)}${href.slice(path.length)}`)).status(), 404, 'not under another fact');
    for (let left = 2; left-- > 0;) {
      await page.locator('#files summary').first().click();
      await Promise.all([page.waitForNavigation(), page.locator('#files li button').first().click()]);
      same(await page.locator('#files li a').count(), left, 'removed');
    }
    same((await viewer.request.get(`${base}${href}`)).status(), 404, 'gone');
    check(/File removed ü+.pdf 256 bytes$/.test(await newest(page)), `and by whom: ${await newest(page)}`);
    same(await page.locator('.history li', { hasText: 'File ' }).locator('button').count(), 0, 'which is not taken back');
    same(page.complaints.length, 0, 'no complaints');
    await page.context().close();
    await viewer.context().close();
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

// SPDX-License-Identifier: Apache-2.0
// A file in the browser: what would change, correcting the columns, confirming; and lists as files.
import { readFileSync, writeFileSync } from 'node:fs';
import { check, group, open, raw, same } from './help.mjs';

const work = process.env.WORK;
const look = (page) => Promise.all([page.waitForNavigation(), page.click('button[value=look]')]);
const commit = (page) => Promise.all([page.waitForNavigation(), page.click('button[value=commit]')]);
async function choose(page, base, text, name = 'tools.csv', source = 'browser') {
  writeFileSync(`${work}/${name}`, text);
  await page.goto(`${base}/types/applications/import`);
  await page.setInputFiles('#file', `${work}/${name}`);
  await page.fill('#source', source);
  await look(page);
}

export async function files(browser, web) {
  const { base } = web;
  await group('importing a file', async () => {
    const page = await open(browser, base);
    await choose(page, base, 'Werkzeug;Hersteller;Kosten\nBraze;Braze;3 €\nMailchimp;Intuit;1 €\n');
    check((await page.locator('.preview').innerText()).includes('vendors here'), 'the guess has its reason');
    await choose(page, base, 'Tool;Vendor;Kosten\nMiro Board;Braze;12,50 €\nPadlet;Nobody;1 €\nBraze;Braze;3 €\n');
    check((await page.locator('.preview .error').first().innerText()).includes('Nobody'), 'an error with its place');
    same(await page.locator('button[value=commit]').count(), 0, 'not to be confirmed yet');
    await page.locator('label:has(b:text-is("Vendor")) select').selectOption('-');
    await look(page);
    check((await page.locator('.planned', { hasText: 'Miro Board' }).innerText()).includes('new'), 'what would be new');
    check((await page.locator('.planned', { hasText: 'Braze' }).count()) <= 1, 'what would change');
    await page.goto(`${base}/types/applications?q=Miro+Board`);
    check((await page.locator('#rows').innerText()).includes('Nothing fits'), 'nothing is written before');
    await choose(page, base, 'Tool;Vendor;Kosten\nMiro Board;Braze;12,50 €\nPadlet;Nobody;1 €\n');
    await page.locator('input[name=skip]').check();
    await look(page);
    check((await page.locator('.preview').innerText()).includes('1 row left out'), 'a row is left out');
    await commit(page);
    check((await page.inputValue('#bad')).includes('Padlet;Nobody;1 €;"'), 'it is handed back with its reason');
    await page.goto(`${base}/types/applications?q=Miro+Board`);
    same(await page.locator('#rows tbody th').count(), 1, 'the other is imported');
    await page.locator('#rows tbody th a').click();
    check((await page.locator('#annual_cost').innerText()).includes('browser, line 2'), 'where it came from');
    await choose(page, base, 'Tool;Vendor;Kosten\nMiro Board;Braze;13 €\n');
    check((await page.locator('.preview').innerText()).includes('remembered'), 'what was said of a column is remembered');
    await commit(page);
    check(new URL(page.url()).pathname === '/types/applications', 'back on the list');
    const complaints = page.complaints.filter((c) => !c.includes('422')); // what is refused is said with that status
    same(complaints.length, 0, `complaints of the browser: ${complaints}`);
    await page.context().close();
  });

  await group('a list as a file, and in again', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/applications?q=sales`);
    for (const [name, first] of [['CSV', 'id,name'], ['JSON lines', '{"type":"application"'], ['XLSX', 'PK']]) {
      const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#rows a:text-is("${name}")`)]);
      const text = readFileSync(await download.path());
      check(text.toString('latin1').startsWith(first), `${name} begins with ${first}`);
      if (name !== 'XLSX') continue;
      writeFileSync(`${work}/list.xlsx`, text);
      await page.goto(`${base}/types/applications/import`);
      await page.setInputFiles('#file', `${work}/list.xlsx`);
      await page.fill('#source', 'again');
      await look(page);
      check((await page.locator('.preview').innerText()).includes('0 would be made, 0 changed'), 'it changes nothing');
    }
    const shown = await page.goto(`${base}/types/applications?q=sales`).then(() => page.locator('#rows tbody tr').count());
    const lines = await page.request.get(`${base}/types/applications/export?q=sales&format=jsonl`).then((a) => a.text());
    same(lines.trim().split('\n').length, shown, 'as many as the list shows');
    same((await page.request.get(`${base}/types/applications/export?q=nothingatall&format=csv`).then((a) => a.text())).trim().split('\n').length, 1, 'a list of nothing is the header');
    same((await page.request.get(`${base}/types/applications/export?format=pdf`)).status(), 404, 'no other form');
    await page.context().close();
  });

  await group('uploads that are none', async () => {
    const viewer = await open(browser, base, { who: 'viewer' });
    same((await viewer.goto(`${base}/types/applications/import`)).status(), 403, 'a viewer does not import');
    await viewer.context().close();
    const page = await open(browser, base);
    await page.goto(`${base}/types/applications/import`);
    const cookie = (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join('; ');
    const csrf = await page.inputValue('form.edit input[name=csrf]');
    const send = (body, more = '', type = 'multipart/form-data; boundary=xx') =>
      raw(web.port, `POST /types/applications/import HTTP/1.1\r\nHost: localhost:${web.port}\r\nContent-Type: ${type}\r\n` +
        `Content-Length: ${Buffer.byteLength(body)}\r\nCookie: ${cookie}\r\n${more}Connection: close\r\n\r\n${body}`);
    const part = (name, text, more = '') => `--xx\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${text}\r\n`;
    const whole = (...parts) => `${parts.join('')}--xx--\r\n`;
    same((await send(whole(part('csrf', csrf), part('file', 'Tool\nX\n', '; filename="x.csv"')))).status, 200, 'a sound one');
    same((await send(whole(part('csrf', 'no'), part('file', 'Tool\nX\n', '; filename="x.csv"')))).status, 403, 'a forged token');
    same((await send(whole(part('csrf', csrf)), 'Origin: https://evil.example\r\n')).status, 403, 'another origin');
    same((await send('csrf=1', '', 'application/x-www-form-urlencoded')).status, 415, 'another kind of form');
    for (const body of ['', '--xx', '--xx--', '--xx\r\n', `${part('csrf', csrf)}--xy--`, '--xx\r\nContent-Disposition: form-data\r\n\r\nx\r\n--xx--',
      `--xx\r\n${'a'.repeat(5000)}\r\n\r\nx\r\n--xx--`]) {
      const { status } = await send(body);
      check(status === 400 || status === 403, `broken: ${JSON.stringify(body.slice(0, 40))}: ${status}`);
    }
    same((await send(whole(part('csrf', csrf), part('file', '', '; filename="x.csv"')))).status, 422, 'an empty file');
    same((await send(whole(part('csrf', csrf), part('data', 'not*base64')))).status, 422, 'damaged data');
    same((await send(whole(part('csrf', csrf), part('file', 'PK\x03\x04 and nothing', '; filename="x.xlsx"')))).status, 422, 'a broken workbook');
    same((await raw(web.port, `POST /types/applications/import HTTP/1.1\r\nHost: localhost:${web.port}\r\nContent-Type: multipart/form-data; boundary=xx\r\n` +
      `Content-Length: 99000000\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`)).status, 413, 'far too much');
    same((await raw(web.port, `POST /types/applications/import HTTP/1.1\r\nHost: localhost:${web.port}\r\nContent-Type: multipart/form-data; boundary=xx\r\n` +
      `Content-Length: 10\r\nConnection: close\r\n\r\n0123456789`)).status, 403, 'nobody is signed in');
    await page.context().close();
  });
}

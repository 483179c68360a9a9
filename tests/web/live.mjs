// SPDX-License-Identifier: Apache-2.0
// Pages that follow what others commit: several tabs and browsers, one stream each, nothing that is typed is lost.
import net from 'node:net';
import { check, cookie, group, open, post, same, signIn, token, get, password } from './help.mjs';
import { client } from './people.mjs';
import { program, request, token as secret } from './program.mjs';

// A wire between browser and server that counts the streams that are open over it.
async function wire(port) {
  const open = new Set(), sockets = new Set();
  let asked = 0;
  const server = net.createServer((client) => {
    const upstream = net.connect(port, '127.0.0.1');
    sockets.add(client).add(upstream);
    client.on('data', (data) => {
      if (data.toString('latin1').includes('GET /events')) asked++, open.add(client);
    });
    for (const [a, b] of [[client, upstream], [upstream, client]]) {
      a.pipe(b);
      a.on('error', () => b.destroy());
      a.on('close', () => (open.delete(client), b.destroy()));
    }
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    base: `http://127.0.0.1:${server.address().port}`, open: () => open.size, asked: () => asked,
    close: () => (sockets.forEach((s) => s.destroy()), server.close()),
  };
}
const until = async (test, what, tries = 60) => {
  for (let i = 0; i < tries; i++) if (await test()) return check(true, what); else await new Promise((done) => setTimeout(done, 100));
  check(false, what);
};
const input = (page, label) => page.locator('.field', { has: page.locator(`label:text-is("${label}"), label:has-text("${label} (")`) }).first().locator('input, textarea, select').first();
const submit = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);
// What somebody else does, without a browser.
async function somebody(port) {
  const own = `Cookie: ${cookie((await signIn(port, 'it@northlight.example', password)).head, 'entente_session')}\r\n`;
  const csrf = token((await get(port, '/types/vendors/new', own)).body);
  return async (name) => same((await post(port, '/types/vendors', { csrf, f1: name }, own)).status, 303, `${name} is written`);
}

// Streams that stay open, each with its first event.
export async function listen(web, who, count) {
  const own = `Cookie: ${cookie((await signIn(web.port, `${who}@northlight.example`, password)).head, 'entente_session')}\r\n`;
  return Promise.all(Array.from({ length: count }, () => new Promise((done) => {
    const socket = net.connect(web.port, '127.0.0.1', () => socket.write(`GET /events HTTP/1.1\r\nHost: localhost:${web.port}\r\n${own}\r\n`));
    socket.on('error', () => {});
    socket.on('data', (data) => data.toString().includes('"number"') && done(socket));
  })));
}

export async function live(browser, web) {
  await group('one stream a browser', async () => {
    const proxy = await wire(web.port);
    const first = await open(browser, proxy.base), context = first.context();
    await until(() => proxy.open() === 1, 'a stream');
    const second = await context.newPage();
    await second.goto(`${proxy.base}/types/vendors`);
    await second.waitForTimeout(500);
    same(proxy.open(), 1, 'two tabs share it');
    await first.close();
    await second.waitForTimeout(300);
    same(proxy.open(), 1, 'it stays for the one that is left');
    const write = await somebody(web.port);
    await write('Seen in a shared tab');
    await second.goto(`${proxy.base}/types/vendors?q=seen+in`);
    await write('Seen in the same tab');
    await second.waitForFunction(() => document.querySelectorAll('#rows tbody th').length === 2);
    check(true, 'the list follows');
    await second.goto('about:blank');
    await until(() => proxy.open() === 0, 'closed when no tab is left');
    await context.close();
    proxy.close();
  });

  await group('nothing that is typed is lost', async () => {
    const page = await open(browser, web.base), write = await somebody(web.port);
    await page.goto(`${web.base}/types/vendors?q=typed+v`);
    await page.fill('#q', 'typed vendor');
    await page.waitForFunction(() => location.search.includes('typed+vendor') || location.search.includes('typed%20vendor'));
    await page.focus('#q');
    await write('Typed Vendor A');
    await page.waitForFunction(() => document.querySelectorAll('#rows tbody th').length === 1);
    same(await page.evaluate(() => document.activeElement.id), 'q', 'the focus stays');
    same(await page.inputValue('#q'), 'typed vendor', 'and what is typed');
    await page.check('#rows tbody input[name=id]');
    await page.focus('#rows tbody a');
    await write('Typed Vendor B');
    await page.waitForFunction(() => document.querySelectorAll('#rows tbody th').length === 2);
    same(await page.locator('#rows tbody input[name=id]:checked').count(), 1, 'what is chosen stays chosen');
    check(await page.evaluate(() => document.activeElement.matches('#rows tbody a')), 'and the focus, in what was drawn anew');
    await page.click('#rows tbody th a');
    await page.waitForSelector('#say-text');
    await page.fill('#say-text', 'half a comm');
    await page.evaluate(() => document.querySelector('#say-text').setSelectionRange(4, 4));
    const two = await open(browser, web.base, { who: 'it' });
    await two.goto(`${page.url().split('?')[0]}/edit`);
    await input(two, 'Country').fill('Latvia');
    await submit(two, '.edit button.main');
    await page.waitForFunction(() => document.querySelector('#known').innerText.includes('Latvia'));
    same(await page.inputValue('#say-text'), 'half a comm', 'a comment that is being written');
    same(await page.evaluate(() => `${document.activeElement.id} ${document.activeElement.selectionStart}`), 'say-text 4', 'and the place in it');
    same(page.complaints.length, 0, `no complaints: ${page.complaints}`);
    await two.context().close();
    await page.context().close();
  });

  await group('the page of a request follows its rulings', async () => {
    const it = program(web.port, secret('live rulings', 'it', '--scope', 'write')), page = await open(browser, web.base);
    const asked = (await it('POST', '/api/v1/facts/requests', { name: 'Ruled elsewhere', number: 'RQ-4711', state: 'waiting', asked_on: '2026-11-20' })).json.id;
    await page.goto(`${web.base}/facts/${asked}`);
    same(await page.locator('#promise').count(), 0, 'it is not ruled yet');
    await page.fill('#say-text', 'half a comm');
    const list = await page.context().newPage(), times = await page.context().newPage();
    await Promise.all([list.goto(`${web.base}/rulings`), times.goto(`${web.base}/rulings/times`)]);
    const amber = async () => Number((await times.locator('#zone tr', { hasText: /^Amber/ }).locator('[data-title=Requests]').allInnerTexts())[0] ?? 0), before = await amber();
    await page.bringToFront();
    const zone = (await it('POST', '/api/v1/rulings', { input: request, request: asked })).json.zone;
    await page.waitForSelector('#promise', { timeout: 10000 });
    same((await page.textContent('#promise .zone')).toLowerCase(), zone, 'it shows what was ruled, though nothing was committed');
    same(await page.inputValue('#say-text'), 'half a comm', 'and keeps what is being written');
    await list.locator('#kept', { hasText: 'RQ-4711' }).waitFor({ timeout: 10000 });
    await until(async () => (await amber()) === before + 1, 'so do what rulings took over time', 300); // made anew only after a while
    same(page.complaints.join('; '), '', 'no complaints');
    await page.context().close();
  });

  await group('forms in what is drawn anew stay as they were typed', async () => {
    const it = program(web.port, secret('live forms', 'it', '--scope', 'write')), page = await open(browser, web.base, { who: 'signs-marketing' });
    const objective = (await it('POST', '/api/v1/facts/objectives', { name: 'Drawn anew', it_restatement: 'Ship 40 releases by 2027-06-30' })).json.id;
    await page.goto(`${web.base}/direction/${objective}`);
    await page.fill('#text-marketing', 'Ship 30 campaigns by 2027-03-31');
    await submit(page, 'button:has-text("Save our words")');
    const last = page.locator('form.answer:has(details)').last(), at = async () => [await last.locator('[name=text]').inputValue(), await last.locator('[name=holds]').inputValue()].join(': ');
    await last.locator('summary').click();
    await last.locator('[name=holds]').fill('what holds');
    await page.fill('#text-marketing', 'Ship 31 campaigns');
    const was = await at(), version = await page.inputValue('[name=version]');
    same((await it('PATCH', `/api/v1/facts/objectives/${objective}`, { horizon: '2027-Q2' }, { 'If-Match': '*' })).status, 200, 'somebody changes the objective');
    await page.waitForFunction(() => document.querySelector('header .soft').innerText.includes('2027-Q2'), undefined, { timeout: 10000 });
    same(await at(), was, 'an answer stands at the point that it is about');
    same(await page.inputValue('#text-marketing'), 'Ship 31 campaigns', 'words stay');
    same(await page.inputValue('[name=version]'), version, 'beside the version that they were written to');
    await page.goto(`${web.base}/facts/${objective}`);
    await page.setInputFiles('#attach-file', { name: 'note.txt', mimeType: 'text/plain', buffer: Buffer.from('chosen') });
    await it('PATCH', `/api/v1/facts/objectives/${objective}`, { horizon: '2027-Q3' }, { 'If-Match': '*' });
    await page.waitForFunction(() => document.querySelector('#known').innerText.includes('2027-Q3'), undefined, { timeout: 10000 });
    same(await page.evaluate(() => document.querySelector('#attach-file').files[0]?.name), 'note.txt', 'a file that was chosen too');
    same(page.complaints.join('; '), '', 'no complaints');
    await page.context().close();
  });

  await group('a part of a part follows its whole', async () => {
    const made = await program(web.port, secret('live', 'it', '--scope', 'write'))('POST', '/api/v1/changes', { changes: [
      { op: 'create', type: 'business case', ref: 'c', fields: { name: 'Seen from below' } },
      { op: 'create', type: 'case option', ref: 'o', fields: { name: 'Do it', case: { ref: 'c' } } },
      { op: 'create', type: 'cash flow', fields: { name: 'Licences', option: { ref: 'o' }, period: '2027' } }] });
    const [whole, , part] = made.json.facts.map((f) => `/facts/${f.id}`);
    const page = await open(browser, web.base), anna = client(web.port);
    await page.goto(`${web.base}${part}`);
    const shows = (words) => page.waitForFunction((w) => document.querySelector('#known .keys').innerText.includes(w), words, { timeout: 10000 });
    await shows('Draft');
    await anna.signIn('signs-marketing@northlight.example');
    const hash = async () => (await anna.get(`${whole}/keys`)).body.match(/name="hash" value="([0-9a-f]+)"/)[1];
    same((await anna.send(`${whole}/keys`, `${whole}/keys`, { act: 'propose', hash: await hash() })).status, 303, 'the whole is proposed');
    await shows('Proposed');
    same((await anna.send(`${whole}/keys`, `${whole}/sign`, { hash: await hash(), password })).status, 303, 'and signed');
    await shows('Signed by Anna Berg');
    check((await page.locator('#known .keys').innerText()).includes('Seen from below'), 'on the page that was open all the time');
    same(page.complaints.length, 0, `no complaints: ${page.complaints}`);
    await page.context().close();
  });

  await group('streams have their limits', async () => {
    const own = `Cookie: ${cookie((await signIn(web.port, 'viewer@northlight.example', password)).head, 'entente_session')}\r\n`;
    const sockets = [], heads = [];
    for (let i = 0; i < 14; i++) {
      const socket = net.connect(web.port, '127.0.0.1', () => socket.write(`GET /events HTTP/1.1\r\nHost: localhost:${web.port}\r\n${own}\r\n`));
      socket.on('error', () => {});
      socket.once('data', (data) => (heads[i] = data.toString()));
      sockets.push(socket);
    }
    await until(() => heads.filter(Boolean).length === 14, 'each is answered');
    same(heads.filter((h) => h.includes(' 200 ') && h.includes('text/event-stream')).length, 12, 'twelve of one person');
    check(heads.filter((h) => h.includes(' 503 ')).every((h) => h.includes('Retry-After')), 'the rest may come later');
    same((await get(web.port, '/events')).status, 303, 'nobody listens without an account');
    same((await get(web.port, '/health')).status, 200, 'and the server answers');
    sockets.forEach((s) => s.destroy());
  });
}

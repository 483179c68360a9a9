// SPDX-License-Identifier: Apache-2.0
// Outgoing events, with a receiver that is sometimes out of order.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { isFromEntente } from '../../docs/receiver.mjs';
import { check, group, open, same, serious } from './help.mjs';
import { program, request, run, token } from './program.mjs';

// What came, in order; by its path it answers well, or badly once, or elsewhere, or not at all.
async function receiver() {
  const came = [];
  const server = createServer(async (q, r) => {
    const pieces = [];
    for await (const piece of q) pieces.push(piece);
    const body = Buffer.concat(pieces);
    const seen = came.filter((c) => c.path === q.url).length;
    came.push({ path: q.url, method: q.method, headers: q.headers, body, event: JSON.parse(body), at: Date.now() });
    if (q.url === '/in' && !seen) r.writeHead(500).end('<b>oh</b>\nmore');
    else if (q.url === '/moved') r.writeHead(302, { Location: '/elsewhere' }).end();
    else if (q.url === '/gone') r.writeHead(410).end('no more');
    else if (q.url === '/long') r.end('x'.repeat(1 << 20));
    else if (q.url !== '/silent') r.end('thanks\n');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { came, at: (path) => `http://127.0.0.1:${server.address().port}${path}`, stop: () => (server.closeAllConnections(), server.close()) };
}
// Waits for the thing; an event is seen within a fifth of a second after it was written.
async function until(what, says) {
  for (const end = Date.now() + 20000; Date.now() < end; await new Promise((done) => setTimeout(done, 40))) {
    const found = await what();
    if (found) return found;
  }
  throw new Error(`never: ${says}`);
}

export async function hooks(browser, { base, port, errors }) {
  const to = await receiver();
  const steward = program(port, token('hooks', 'marketing', '--scope', 'write'));
  const came = (path, type) => to.came.filter((c) => c.path === path && (!type || c.event.type === type));
  const log = async (id) => (await steward('GET', `/api/v1/hooks/${id}`)).json.deliveries;
  const page = await open(browser, base);
  let secret, id;

  await group('a subscription on the page: made, tried, paused', async () => {
    await page.goto(`${base}/workspace/people`);
    await page.click('a:has-text("Outgoing events")');
    await page.fill('#name', 'Purchase <tool>');
    await page.fill('#address', 'http://169.254.169.254/latest');
    await page.check('input[value="ruling.kept"]');
    await page.click('button.main:has-text("Add")');
    check((await page.textContent('[role=alert]')).includes('No receiver can be at 169.254.169.254'), 'refused');
    check(await page.inputValue('#name') === 'Purchase <tool>' && await page.isChecked('input[value="ruling.kept"]'), 'what was typed stays');
    await page.uncheck('input[value="ruling.kept"]');
    await page.fill('#address', to.at('/in'));
    await page.click('button.main:has-text("Add")');
    secret = await page.textContent('#secret');
    check(/^whsec_[A-Za-z0-9+/]{43}=$/.test(secret), 'the secret, once');
    same((await serious(page)).join(), '', 'the list');
    await page.click('th a:has-text("Purchase <tool>")');
    id = new URL(page.url()).pathname.split('/').pop();
    await page.click('button:has-text("Send a test")');
    await until(() => came('/in').length > 1, 'a test that failed comes again');
    const [first, second] = came('/in');
    check(first.event.type === 'test' && first.event.id === second.event.id && first.headers['webhook-id'] === first.event.id, 'the same event');
    check(second.at - first.at >= 700, 'after a pause');
    for (const c of [first, second]) {
      check(c.method === 'POST' && c.headers['content-type'].startsWith('application/cloudevents+json'), 'a CloudEvent');
      check(isFromEntente(secret, c.headers, c.body) && !isFromEntente(`whsec_${'A'.repeat(43)}=`, c.headers, c.body), 'signed');
      check(!isFromEntente(secret, c.headers, c.body, Date.now() / 1000 + 400), 'not for ever');
    }
    await until(async () => (await log(id))[0].state === 'arrived', 'it arrived');
    await page.reload();
    const row = await page.innerText('tbody tr');
    check(/test[^]*arrived[^]*2[^]*200 thanks/.test(row), `the log: ${row}`);
    same((await serious(page)).join(), '', 'one of them');
    await page.click('button:has-text("Send again")');
    await until(() => came('/in').length === 3, 'sent again');
    same(came('/in')[2].event.id, came('/in')[0].event.id, 'as the same event');
    await page.click('button:has-text("Pause")');
    check((await page.innerText('main')).includes('Paused: by hand'), 'paused');
    same((await steward('POST', `/api/v1/hooks/${id}/test`, {})).status, 409, 'nobody tries one that is paused');
    await page.click('button:has-text("Let it go on")');
  });

  await group('what happens is told, and no more of it than every viewer may see', async () => {
    const made = await steward('POST', '/api/v1/facts/requests', { number: 'RQ-HOOK', name: 'A quiet matter', state: 'waiting', budget: '77,777 EUR' });
    const path = made.headers.location;
    await steward('PATCH', path, { answer: 'quietly' }, { 'If-Match': '*' });
    await steward('PATCH', path, { state: 'answered' }, { 'If-Match': '*' });
    const ruled = (await steward('POST', '/api/v1/rulings', { input: request, request: made.json.id })).json;
    run('hook', 'test', 'purchase <TOOL>');
    const asked = await until(() => came('/in', 'request.made')[0] && came('/in', 'request.changed')[0] && came('/in', 'ruling.kept')[0] && came('/in', 'test').length > 3 && came('/in', 'request.changed'), 'all came');
    same(asked.length, 1, 'one change of its state');
    same(JSON.stringify(asked[0].event.data), JSON.stringify({ type: 'request', fact: made.json.id, api: path, state: 'answered' }), 'what it says');
    same(asked[0].event.subject, `/facts/${made.json.id}`, 'and about what');
    const { data } = came('/in', 'ruling.kept')[0].event;
    check(data.ruling === ruled.ruling && data.zone === ruled.zone && data.request === made.json.id, 'a ruling');
    const all = to.came.map((c) => c.body.toString() + JSON.stringify(c.headers)).join();
    for (const word of ['quiet', '77777', '77,777', 'marketing@', secret.slice(6)]) check(!all.includes(word), `${word} is not told`);
  });

  await group('receivers that do not do well', async () => {
    const ids = {};
    for (const path of ['moved', 'gone', 'long', 'silent']) {
      const { status, json } = await steward('POST', '/api/v1/hooks', { name: path, address: to.at(`/${path}`), events: ['ruling.overruled'] });
      check(status === 201 && json.secret.startsWith('whsec_'), path);
      ids[path] = json.id;
    }
    for (const one of Object.values(ids)) same((await steward('POST', `/api/v1/hooks/${one}/test`, {})).status, 200, 'tried');
    const state = async (path) => (await log(ids[path]))[0];
    const moved = await until(async () => { const d = await state('moved'); return d.status && d; }, 'an answer that is a redirect');
    check(moved.status === 302 && moved.state === 'waiting' && moved.says === 'redirects are not followed', 'which counts as none');
    const gone = await until(async () => { const d = await state('gone'); return d.state !== 'waiting' && d; }, 'gone');
    check(gone.state === 'given up' && gone.status === 410 && gone.says === 'no more', 'is given up');
    await until(async () => (await steward('GET', `/api/v1/hooks/${ids.gone}`)).json.paused === 'the receiver answered 410 Gone', 'and paused');
    const long = await until(async () => { const d = await state('long'); return d.state === 'arrived' && d; }, 'a long answer');
    same(long.says, 'x'.repeat(200), 'of which the beginning is kept');
    await until(() => came('/silent').length, 'one that never answers');
    await steward('POST', `/api/v1/hooks/${id}/test`, {});
    const before = came('/in').length;
    await until(() => came('/in').length > before, 'the others do not wait for it');
    same((await state('silent')).state, 'waiting', 'which still waits');
    same(came('/elsewhere').length, 0, 'no redirect was followed');
    for (const one of Object.values(ids)) same((await steward('DELETE', `/api/v1/hooks/${one}`)).status, 204, 'removed');
  });

  await group('the secret is nowhere else', async () => {
    const seen = [run('journal'), run('hook', 'list'), run('hook', 'log', 'Purchase <tool>'), JSON.stringify((await steward('GET', '/api/v1/hooks')).json),
      (await steward('GET', '/api/v1/journal?limit=1000')).body, errors.join('')];
    for (const address of ['/workspace/hooks', `/workspace/hooks/${id}`]) seen.push(await page.goto(`${base}${address}`).then((a) => a.text()));
    check(seen.every((text) => !text.includes(secret.slice(6))), 'not on a page, in the journal, in an answer');
    check(seen[0].includes('subscription "Purchase <tool>" made') && !seen[0].includes(to.at('/in')), 'the journal has the host, not the address');
    await page.click('summary:has-text("Remove it")');
    await page.click('button:has-text("Remove")');
    check((await page.textContent('[role=status]')).includes('The subscription is removed.'), 'removed');
    same((await page.goto(`${base}/workspace/hooks/${id}`)).status(), 404, 'and gone');
    check(!page.complaints.filter((c) => !/422|404/.test(c)).length, page.complaints.join('; '));
    await page.context().close();
    to.stop();
  });
}

// A server that was not told to send inside: by https, and to public addresses.
export async function guarded(workspace) {
  await group('an inner network is not reached', async () => {
    const to = await receiver();
    const here = (...words) => execFileSync(process.env.ENTENTE, [...words, '--workspace', workspace], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    for (const [name, address] of [['plain', to.at('/in')], ['name', to.at('/in').replace('http://127.0.0.1', 'https://localhost')]]) {
      here('hook', 'add', name, '--to', address);
      here('hook', 'test', name);
    }
    const says = (name) => until(() => here('hook', 'log', name).match(/not sent: .*/)?.[0], `${name} is refused`);
    check((await says('plain')).startsWith('not sent: by https only'), 'not by http');
    check((await says('name')).startsWith('not sent: its name stands for an inner network'), 'nor by a name that leads inside');
    same(to.came.length, 0, 'nothing came');
    to.stop();
  });
}

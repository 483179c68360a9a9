// SPDX-License-Identifier: Apache-2.0
// Looking back: every page as it was on an earlier day, read only; with the keyboard, without script, and by the API.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { check, follows, get, group, open, password, post, raw, same, serve, serious } from './help.mjs';
import { client } from './people.mjs';

const workspace = `${process.env.WORK}/past.entente`;
function run(day, words, input = '') {
  return execFileSync(process.env.ENTENTE, [...words, ...(words[0] === 'init' ? [] : ['--workspace', workspace]), '--today', day], { input, stdio: ['pipe', 'pipe', 'ignore'] }).toString();
}
function bring(day, type, rows) {
  const file = `${process.env.WORK}/past-${type}.csv`;
  writeFileSync(file, `${rows.join('\n')}\n`);
  run(day, ['import', type, file, '--source', 'it']);
}

export async function past(browser) {
  run('2026-11-02', ['init', workspace, '--name', 'Northlight', '--currency', 'EUR', '--zone', 'Europe/Berlin']);
  run('2026-11-02', ['user', 'add', 'marketing@northlight.example', '--side', 'marketing', '--role', 'steward', '--password-stdin'], `${password}\n`);
  const secret = run('2026-11-02', ['token', 'add', 'back', '--user', 'marketing@northlight.example', '--scope', 'write']).trim();
  bring('2026-11-02', 'vendors', ['name,country', 'Intuit,US', 'Braze,US']);
  bring('2026-11-02', 'capabilities', ['name', 'Email to customers']);
  bring('2026-11-02', 'applications', ['name,vendor,annual cost,status,realises', 'Mailchimp,Intuit,1000 EUR,shadow,Email to customers']);
  bring('2026-11-02', 'objectives', ['name,statement', 'Reach more people,Reach twice as many']);
  bring('2026-11-10', 'applications', ['name,vendor,annual cost,status,realises', 'Mailchimp,Braze,2000 EUR,sanctioned,Email to customers', 'Canvas,Braze,5 EUR,sanctioned,Email to customers']);
  const web = await serve(workspace);
  const { base, port } = web, then = 'as_of=2026-11-05';
  let fact;

  await group('looking back: the picker and the banner', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/applications?sort=-annual_cost&col=annual_cost&col=status&col=vendor`);
    same(await page.locator('#rows tbody tr').count(), 2, 'two today');
    same(await page.locator('.message.past').count(), 0, 'no banner today');
    await page.focus('.day summary');
    await page.keyboard.press('Enter');
    await page.fill('#as-of', '2026-11-05');
    await page.focus('#as-of');
    await Promise.all([page.waitForURL(/as_of=2026-11-05/), page.keyboard.press('Enter')]);
    check(page.url().includes('sort=-annual_cost') && page.url().includes('col=vendor'), 'what was asked for stays');
    check((await page.locator('.message.past').innerText()).startsWith('The book as it was on 5 November 2026.'), 'the banner');
    same((await page.locator('#rows tbody tr').allInnerTexts()).map((t) => t.replace(/\s+/g, ' ').trim()).join('|'), 'Mailchimp € 1,000 shadow Intuit', 'as it was');
    await page.click('#rows tbody th a');
    check(page.url().includes(then), 'the day is kept');
    fact = new URL(page.url()).pathname;
    check((await page.locator('#known').innerText()).includes('Intuit') && !(await page.locator('#known').innerText()).includes('Braze'), 'the fact as it was');
    same(await page.locator('.history > li').count(), 1, 'history up to then');
    await page.click('nav >> text=Today');
    check(page.url().includes(then), 'in the navigation too');
    await page.fill('#find', 'Mailchimp');
    await Promise.all([page.waitForURL(/\/find/), page.press('#find', 'Enter')]);
    check(page.url().includes(then), 'and in a search');
    await page.goto(`${base}/types/applications?${then}`);
    await page.fill('#q', 'canvas');
    await page.waitForFunction(() => document.querySelector('#rows .none'));
    check(await follows(page, then), 'and as one types');
    await page.locator('#q').blur();
    await page.waitForLoadState('networkidle');
    await page.click('.message.past a');
    check(!page.url().includes('as_of'), 'back to today');
    check(!page.complaints.length, page.complaints.join('; '));
    await page.context().close();
  });

  await group('looking back: nothing can be changed', async () => {
    const page = await open(browser, base);
    for (const path of ['/', '/direction', '/capabilities', '/stack', '/facts', '/types/applications', '/types/objectives', fact, '/find?q=mail', '/blueprint']) {
      const answer = await page.goto(`${base}${path}${path.includes('?') ? '&' : '?'}${then}`);
      same(answer.status(), 200, path);
      same(await page.locator('.message.past').count(), 1, `${path}: the banner`);
      same(await page.locator('form[method=post]:not([action="/sign-out"])').count(), 0, `${path}: no form that writes`);
      const away = await page.$$eval('main a[href^="/"], nav a[href^="/"]', (links) => links.filter((a) => !/as_of=/.test(a.href) && !('now' in a.dataset)).map((a) => a.getAttribute('href')));
      same(away.filter((a) => !['/workspace/people', '/sources'].includes(a)).join(), '', `${path}: every link stays there`);
      const found = await serious(page);
      check(!found.length, `${path}: ${found.join('\n    ')}`);
    }
    await page.context().close();
    const me = client(port);
    await me.signIn('marketing@northlight.example');
    for (const path of ['/account', `${fact}/edit`, '/types/vendors/new', '/types/vendors/import', `${fact}/delete`, '/workspace/people', `${fact}/keys`])
      same((await me.get(`${path}?${then}`)).status, 400, `${path} has no past`);
    const form = await me.send(`${fact}/edit`, `${fact}?${then}`, { name: 'Mailchimp 2', version: '2' });
    check(form.status === 400 && form.body.includes('The past cannot be changed'), 'a form is refused');
    check(!(await me.get(fact)).body.includes('Mailchimp 2'), 'and nothing was written');
    for (const [day, says] of [['2026-11-23', 'is still to come'], ['2026-10-31', 'was not there yet'], ['2026-02-30', 'neither a date'], ['x%3Cb%3E', 'neither a date'], ['%2399', 'there is no commit #99'.slice(1)], ['%230', 'is not a commit']]) {
      const answer = await me.get(`/?as_of=${day}`);
      check(answer.status === 400 && answer.body.includes(says), `${day}: ${answer.status}`);
    }
    same((await me.get('/?as_of=')).status, 200, 'no day is today');
    const anonymous = await get(port, `/stack?${then}`);
    check(anonymous.status === 303 && /to=\/stack%3Fas_of%3D2026-11-05/.test(anonymous.head), 'who signs in comes to that day');
    same((await post(port, `/sign-in?${then}`, {})).status, 403, 'a form of nobody is refused as ever');
  });

  await group('looking back: without script, on a phone, after one commit', async () => {
    const page = await open(browser, base, { script: false, width: 390, height: 844 });
    await page.goto(`${base}${fact}`);
    same(await page.locator('.history > li').count(), 2, 'two commits');
    await page.click('.history > li:last-child >> text=as it was then');
    check((await page.locator('.message.past').innerText()).includes('right after commit'), 'the fact after that commit');
    check((await page.locator('#known').innerText()).includes('shadow'), 'as it was');
    await page.click('.day summary');
    await page.fill('#as-of', '2026-11-12');
    await page.click('.day button');
    check(page.url().includes('as_of=2026-11-12') && (await page.locator('#known').innerText()).includes('sanctioned'), 'another day');
    check(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'not too wide');
    await page.context().close();
  });

  await group('looking back: more days than are remembered, at once', async () => {
    const me = client(port);
    await me.signIn('marketing@northlight.example');
    const days = Array.from({ length: 12 }, (_, i) => `2026-11-${String(i + 2).padStart(2, '0')}`);
    const answers = await Promise.all(days.flatMap((day) => [me.get(`/types/applications?as_of=${day}`), me.get(`/?as_of=${day}`)]));
    check(answers.every((a) => a.status === 200 || a.status === 503), answers.map((a) => a.status).join());
    for (const day of days) same((await me.get(`/types/applications?as_of=${day}`)).body.includes('Canvas'), day >= '2026-11-10', day);
  });

  await group('looking back: the API', async () => {
    const ask = async (method, path, body) => {
      const text = body ? JSON.stringify(body) : '';
      const more = body ? `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n` : '';
      const answer = await raw(port, `${method} ${path} HTTP/1.1\r\nHost: localhost:${port}\r\nAuthorization: Bearer ${secret}\r\n${more}Connection: close\r\n\r\n${text}`);
      return { status: answer.status, json: JSON.parse(answer.body || 'null') };
    };
    const apps = '/api/v1/facts/applications', id = fact.split('/').pop();
    const today = await ask('GET', `${apps}?filter=annual%20cost%20%3E%200`), before = await ask('GET', `${apps}?${then}&filter=annual%20cost%20%3E%200`);
    check(today.json.total === 2 && before.json.total === 1 && before.json.commit < today.json.commit, 'a list');
    const one = await ask('GET', `${apps}/${id}?${then}`);
    check(one.json.status === 'shadow' && one.json.vendor.name === 'Intuit' && one.json.version === 1, 'a fact');
    same((await ask('GET', `${apps}/${id}?as_of=%23${before.json.commit}&fields=status`)).json.status, 'shadow', 'after a commit');
    const late = today.json.items.find((a) => a.name === 'Canvas');
    same((await ask('GET', `${apps}/${late.id}?${then}`)).status, 404, 'one that was not there yet');
    const vendors = await ask('GET', `/api/v1/facts/vendors?${then}&limit=1`);
    same((await ask('GET', `/api/v1/facts/vendors?${then}&limit=1&cursor=${encodeURIComponent(vendors.json.next)}`)).json.items.length, 1, 'a cursor goes on');
    same((await ask('GET', `/api/v1/facts/vendors?as_of=2026-11-06&limit=1&cursor=${encodeURIComponent(vendors.json.next)}`)).status, 400, 'and is of its day');
    check((await ask('GET', `/api/v1/findings?${then}`)).json.items.length > 0, 'findings of that day');
    for (const [path, status] of [[`${apps}?as_of=2026-11-23`, 400], [`${apps}?as_of=2026-10-31`, 400], [`${apps}?as_of=`, 400], [`${apps}?as_of=yesterday`, 400], [`/api/v1/me?${then}`, 400]])
      same((await ask('GET', path)).status, status, path);
    const write = await ask('POST', `${apps}?${then}`, { name: 'Late' });
    check(write.status === 400 && write.json.title === 'The past cannot be changed', 'nothing is written there');
    same((await ask('POST', `/api/v1/changes?${then}`, { changes: [] })).status, 400, 'nor by a change set');
    const described = (await ask('GET', '/api/v1/openapi.json')).json.paths;
    const takes = Object.entries(described).filter(([, p]) => p.get?.parameters.some((q) => q.name === 'as_of')).map(([path]) => path);
    check(takes.includes(apps) && takes.includes(`${apps}/{id}`) && takes.includes('/api/v1/findings') && !takes.includes('/api/v1/me'), 'described where it is taken');
  });
  same(await web.stop(), 0, 'it stops');
  check(!web.errors.length, web.errors.join(''));
}

// SPDX-License-Identifier: Apache-2.0
// Accounts: invitations, roles, sessions, tokens; and what a role may not see.
import { check, get, group, open, password, post, raw, same } from './help.mjs';

const token = (body) => body.match(/name="csrf" value="([0-9a-f]{64})"/)?.[1];
const cookie = (head, name) => head.match(new RegExp(`Set-Cookie: (${name}=[0-9a-f]+)`))?.[1];

// A client that keeps its cookies, as a browser does.
export function client(port, more = '') {
  const cookies = {};
  const keep = (answer) => {
    for (const name of ['entente_visit', 'entente_session']) if (cookie(answer.head, name)) cookies[name] = cookie(answer.head, name);
    return answer;
  };
  const head = () => `Cookie: ${Object.values(cookies).join('; ')}\r\n${more}`;
  const self = {
    head,
    get: async (path) => keep(await get(port, path, head())),
    // The form of a page, with its token.
    send: async (page, path, form) => keep(await post(port, path, { csrf: token((await self.get(page)).body), ...form }, head())),
    signIn: (name, word = password) => self.send('/sign-in', '/sign-in', { name, password: word, to: '/' }),
  };
  return self;
}
const text = (body) => body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
const link = (body) => body.match(/id="link">http:\/\/[^/]+(\/welcome\/[0-9a-f]{64})</)?.[1];

export async function people(browser, { base, port }) {
  const steward = client(port, 'User-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0\r\n');
  await steward.signIn('marketing@northlight.example');
  const id = async (name) => (await steward.get('/workspace/people')).body.match(new RegExp(`/workspace/people/(\\d+)">[^<]*</a>(?:<span[^>]*>)?[^<]*${name}|/workspace/people/(\\d+)">${name}`))?.slice(1).find(Boolean);
  let mia;

  await group('inviting', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/workspace/people`);
    await page.fill('#name', 'mia@northlight.example');
    await page.fill('#shown', 'Mia <b>Holm</b>');
    await page.selectOption('#role', 'viewer');
    await page.click('button.main:has-text("Invite")');
    check((await page.textContent('[role=alert]')).includes('side'), 'the side is asked for');
    same(await page.inputValue('#name'), 'mia@northlight.example', 'what was typed stays');
    await page.selectOption('#side', 'it');
    await page.selectOption('#role', 'viewer');
    await page.click('button.main:has-text("Invite")');
    check((await page.textContent('[role=status]')).includes('Mia <b>Holm</b> is invited'), 'told, and escaped');
    const address = await page.textContent('#link');
    check(address.startsWith(`${base}/welcome/`), 'a link to this server');
    await page.reload();
    same(`${new URL(page.url()).pathname} ${await page.locator('#link, [role=alert]').count()} ${await page.locator('tbody a:has-text("Mia")').count()}`, '/workspace/people 0 1', 'reloading the page of a link invites nobody again');
    const fresh = await (await browser.newContext()).newPage();
    await fresh.goto(address);
    same(await fresh.textContent('h1'), 'Welcome, Mia <b>Holm</b>', 'the welcome');
    for (const [first, again, says] of [['short', 'short', '10'], ['correct horse', 'incorrect horse', 'differ'], ['mia@northlight.example', 'mia@northlight.example', 'your name']]) {
      await fresh.fill('#password', first);
      await fresh.fill('#again', again);
      await fresh.click('button.main');
      check((await fresh.textContent('[role=alert]')).includes(says), `refused: ${says}`);
    }
    await fresh.fill('#password', password);
    await fresh.fill('#again', password);
    await Promise.all([fresh.waitForURL(`${base}/`), fresh.click('button.main')]);
    check((await fresh.textContent('.account')).includes('Mia <b>Holm</b>'), 'and is in');
    const again = await fresh.goto(address);
    same(again.status(), 404, 'the link works once');
    check(!page.complaints.filter((c) => !c.includes('422')).length, page.complaints.join('; '));
    await fresh.context().close();
    await page.context().close();
    mia = await id('mia@northlight.example');
    check(mia, 'she stands on the list');
  });

  await group('links are for one account, one use, one browser', async () => {
    const stranger = client(port);
    same((await stranger.get(`/welcome/${'a'.repeat(64)}`)).status, 404, 'a made-up link');
    same((await stranger.get('/welcome/x')).status, 404, 'no link at all');
    const first = link((await steward.send('/workspace/people', `/workspace/people/${mia}`, { do: 'link' })).body);
    const second = link((await steward.send('/workspace/people', `/workspace/people/${mia}`, { do: 'link' })).body);
    same((await stranger.get(first)).status, 404, 'an older link');
    same((await post(port, second, { password, again: password })).status, 403, 'a form without a token');
    same((await stranger.get(second)).status, 200, 'the newest link');
    same((await stranger.send(second, second, { password, again: password })).status, 303, 'is used');
    same((await stranger.send('/account', second, { password, again: password })).status, 404, 'once');
    same((await stranger.get('/')).status, 200, 'and signs in');
  });

  await group('roles hold at once', async () => {
    const she = client(port);
    await she.signIn('mia@northlight.example');
    for (const path of ['/workspace/people', `/workspace/people/${mia}`]) same((await she.get(path)).status, 403, `a viewer at ${path}`);
    same((await she.get('/types/vendors/new')).status, 403, 'a viewer does not write');
    same((await steward.send('/workspace/people', `/workspace/people/${mia}`, { do: 'role', role: 'contributor' })).status, 303, 'made a contributor');
    same((await she.get('/types/vendors/new')).status, 200, 'a contributor writes');
    same((await she.send('/account', `/workspace/people/${mia}`, { do: 'role', role: 'steward' })).status, 403, 'but does not make herself a steward');
    for (const form of [{ do: 'role', role: 'king' }, { do: 'nothing' }, {}, { do: 'token', token: '1; DROP' }])
      same((await steward.send('/workspace/people', `/workspace/people/${mia}`, form)).status, 422, JSON.stringify(form));
    same((await steward.get('/workspace/people/99999')).status, 404, 'an account that is not there');
    same((await steward.send('/workspace/people', '/workspace/people/x', { do: 'close' })).status, 404, 'no account');
    const self = await id('marketing@northlight.example');
    const last = await steward.send('/workspace/people', `/workspace/people/${self}`, { do: 'role', role: 'viewer' });
    check(last.status === 422 && text(last.body).includes('only steward'), 'the only steward stays one');
    const taken = await steward.send('/workspace/people', '/workspace/people', { name: 'MIA@northlight.example', side: 'it', role: 'viewer' });
    check(taken.status === 422 && text(taken.body).includes('already a user'), 'a name is taken');
  });

  await group('sessions are listed and ended', async () => {
    const here = client(port, 'User-Agent: Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36\r\n'), there = client(port, 'User-Agent: curl/8.0\r\n');
    await here.signIn('mia@northlight.example');
    await there.signIn('mia@northlight.example');
    const page = (await here.get('/account')).body;
    check(text(page).includes('this machine, Chrome on Windows (this one)') && text(page).includes('this machine, curl'), 'both, roughly');
    const key = page.match(/this machine, curl<br>[\s\S]*?name="key" value="([0-9a-f]{16})"/)[1];
    same((await steward.send('/account', '/account/sessions', { key })).status, 422, "another's session is not mine to end");
    same((await there.get('/account')).status, 200, 'still there');
    same((await here.send('/account', '/account/sessions', { key })).status, 303, 'ended');
    same((await there.get('/account')).status, 303, 'signed out');
    await there.signIn('mia@northlight.example');
    await here.send('/account', '/account/sessions', { key: 'others' });
    same((await there.get('/account')).status, 303, 'everywhere else');
    same((await here.get('/account')).status, 200, 'but here');
    same((await here.send('/account', '/account/password', { current: 'wrong', password: 'another horse', again: 'another horse' })).status, 422, 'the current password is asked for');
    await there.signIn('mia@northlight.example');
    same((await here.send('/account', '/account/password', { current: password, password: 'another horse', again: 'another horse' })).status, 303, 'a new password');
    same((await here.get('/account')).status, 200, 'stays signed in here');
    same((await there.get('/account')).status, 303, 'and nowhere else');
    same((await client(port).signIn('mia@northlight.example')).status, 403, 'the old one is void');
    const asSteward = await steward.get(`/workspace/people/${mia}`);
    check(text(asSteward.body).includes('Chrome on Windows'), 'a steward sees where');
    const hers = asSteward.body.match(/name="key" value="([0-9a-f]{16})"/)[1];
    same((await steward.send('/workspace/people', `/workspace/people/${mia}`, { do: 'sessions', key: hers })).status, 303, 'and ends it');
    same((await here.get('/account')).status, 303, 'signed out by the steward');
  });

  await group('tokens', async () => {
    const she = client(port);
    await she.signIn('mia@northlight.example', 'another horse');
    const made = await she.send('/account', '/account/tokens', { name: 'Feed <i>', scope: 'write', type: 'vendor', days: '30' });
    const secret = made.body.match(/id="secret">(entente_[0-9a-f]{64})</)?.[1];
    check(made.status === 200 && secret, 'shown');
    const listed = (await she.get('/account')).body;
    check(!listed.includes(secret) && listed.includes('Feed &lt;i&gt;'), 'once, and escaped');
    for (const form of [{ name: '', scope: 'read', days: '1' }, { name: 'a', scope: 'sign', days: '1' }, { name: 'a', scope: 'read', days: '0' }, { name: 'a', scope: 'read', days: '9999' }, { name: 'a', scope: 'read', days: '1', type: 'nothing' }])
      same((await she.send('/account', '/account/tokens', form)).status, 422, JSON.stringify(form));
    const number = listed.match(/\/account\/tokens\/(\d+)/)[1];
    same((await steward.send('/account', `/account/tokens/${number}`, {})).status, 404, "another's token is not mine to revoke");
    same((await she.send('/account', `/account/tokens/${number}`, {})).status, 303, 'revoked');
    same((await she.send('/account', `/account/tokens/${number}`, {})).status, 404, 'once');
    const page = await open(browser, base, { who: 'viewer' });
    await page.goto(`${base}/account`);
    await page.fill('#token-name', 'Made once');
    await page.click('button:has-text("Make it")');
    same(await page.locator('#secret').count(), 1, 'the browser shows the secret');
    await page.reload();
    same(`${await page.locator('#secret').count()} ${await page.locator('.row:has-text("Made once")').count()}`, '0 1', 'reloading makes no second token');
    await page.click('.row:has-text("Made once") button');
    same(await page.textContent('[role=status]'), 'The token is revoked: it opens nothing any more.', 'what was done is told');
    await page.reload();
    same(new URL(page.url()).search, '?did=token', 'by a page that can be loaded again');
    await page.setViewportSize({ width: 390, height: 800 });
    check(await page.locator('.account a[href="/account"]').isVisible() && await page.evaluate(() => document.documentElement.scrollWidth <= 390), 'on a phone the account is within reach');
    same(page.complaints.join('; '), '', 'no complaints');
    await page.context().close();
  });

  await group("what is one's own is nobody else's", async () => {
    const one = client(port), two = client(port);
    await one.signIn('it@northlight.example');
    await two.signIn('viewer@northlight.example');
    const list = '/types/vendors', named = (body) => [...body.matchAll(/name="drop" value="(\d+)"/g)].map((m) => m[1]);
    same((await one.send(list, `${list}/views`, { name: 'Mine alone', query: 'sort=name' })).status, 303, 'a view is saved');
    const mine = `${list}?sort=name`, [view] = named((await one.get(mine)).body);
    check(view > 0, 'it is listed');
    check(!(await two.get(list)).body.includes('Mine alone'), 'for oneself only');
    check((await two.send(list, `${list}/views`, { drop: view })).status >= 400, 'another cannot drop it');
    check((await one.get(list)).body.includes('Mine alone'), 'it stays');
    const first = (body) => body.match(/href="(\/facts\/\d+)[^"]*"/)[1], fact = first((await one.get(list)).body);
    same((await one.send(fact, `${fact}/comments`, { text: 'Written by one.' })).status, 303, 'a comment is written');
    const comment = (await one.get(fact)).body.match(new RegExp(`${fact}/comments/(\\d+)`))[1];
    for (const form of [{ step: 'save', text: 'Written by another.' }, { step: 'delete' }])
      check((await two.send(fact, `${fact}/comments/${comment}`, form)).status >= 400, `another cannot ${form.step} it`);
    const elsewhere = first((await one.get('/types/applications')).body);
    same((await one.send(fact, `${elsewhere}/comments/${comment}`, { step: 'delete' })).status, 404, 'nor at another fact');
    check((await one.get(fact)).body.includes('Written by one.'), 'it says what it said');
    same((await one.send(list, `${list}/views`, { drop: view })).status, 303, 'one drops it oneself');
    check(!(await one.get(list)).body.includes('Mine alone'), 'and it is gone');
  });

  await group('closing ends all', async () => {
    const she = client(port);
    await she.signIn('mia@northlight.example', 'another horse');
    same((await steward.send('/workspace/people', `/workspace/people/${mia}`, { do: 'close' })).status, 303, 'closed');
    same((await she.get('/')).status, 303, 'signed out');
    same((await client(port).signIn('mia@northlight.example', 'another horse')).status, 403, 'and stays out');
    same((await steward.send('/workspace/people', `/workspace/people/${mia}`, { do: 'link' })).status, 422, 'a closed account gets no link');
    same((await steward.send('/workspace/people', `/workspace/people/${mia}`, { do: 'open' })).status, 303, 'opened again');
    same((await client(port).signIn('mia@northlight.example', 'another horse')).status, 303, 'and is back');
  });

  const viewer = client(port), contributor = client(port);
  let fact;
  await group('a field for few is nowhere to be seen by others', async () => {
    await viewer.signIn('viewer@northlight.example');
    await contributor.signIn('it@northlight.example');
    const form = (await steward.get('/types/contracts/new')).body;
    const field = (label) => form.match(new RegExp(`<label for="(f\\d+)">${label}`))[1];
    const vendor = (await steward.get('/types/vendors')).body.match(/<th scope="row"><a href="\/facts\/\d+">([^<]+)</)[1];
    const sent = { [field('Name')]: 'Hush contract', [field('Annual cost')]: '98761.43 EUR' };
    if (form.includes('>Vendor')) sent[field('Vendor')] = vendor;
    const made = await steward.send('/types/contracts/new', '/types/contracts', sent);
    same(made.status, 303, 'a contract');
    fact = made.head.match(/Location: (\/facts\/\d+)/)[1];
    check((await contributor.get(fact)).body.includes('98,761'), 'a contributor sees its price');
    for (const path of [fact, '/types/contracts', '/types/contracts?sort=-annual_cost', `/types/contracts?columns=name,annual_cost`, '/find?q=98761', '/'])
      check(!/98,?761/.test((await viewer.get(path)).body.replace(/q=98761|value="98761"/g, '')), `a viewer does not at ${path}`);
    check((await viewer.get(fact)).body.includes('Not open to your role: Annual cost'), 'and is told so');
    check(!(await viewer.get('/types/contracts?where=annual+cost+%3E+1')).body.includes('Hush contract'), 'nor by a condition');
    check((await contributor.get('/types/contracts?where=annual+cost+%3E+1')).body.includes('Hush contract'), 'which others may ask');
    check((await contributor.get('/find?q=98761')).body.includes('Hush contract') && !(await viewer.get('/find?q=98761')).body.includes('Hush contract'), 'nor by a search');
    const person = (await contributor.get('/types/persons/new')).body;
    check(!/>Notes/.test(person) && />Notes/.test((await steward.get('/types/persons/new')).body), 'a form has no field that one may not see');
  });

  await group('nor are the files of such a fact', async () => {
    const part = (name, more, value) => `--xx\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
    const send = async (who, to) => {
      const body = `${part('csrf', '', token((await who.get(to)).body))}${part('file', '; filename="quiet.pdf"', 'of few')}--xx--\r\n`;
      return raw(port, `POST ${to}/files HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: multipart/form-data; boundary=xx\r\nContent-Length: ${body.length}\r\n${who.head()}Connection: close\r\n\r\n${body}`);
    };
    same((await send(contributor, fact)).status, 303, 'a contributor attaches one to the contract');
    const href = (await contributor.get(fact)).body.match(/href="(\/facts\/\d+\/files\/\d+)"/)[1], id = href.match(/\d+$/)[0];
    const api = `/api/v1/facts/contracts/${fact.match(/\d+$/)[0]}/files`, journal = `/api/v1/journal?fact=${fact.match(/\d+$/)[0]}`;
    for (const [who, name] of [[contributor, 'a contributor'], [steward, 'a steward']]) {
      check((await who.get(href)).body === 'of few' && (await who.get(`/api/v1/files/${id}`)).body === 'of few', `${name} has it`);
      for (const path of [fact, api, journal]) check((await who.get(path)).body.includes('quiet.pdf'), `${name} sees it at ${path}`);
    }
    const page = (await viewer.get(fact)).body;
    check(page.includes('Not open to your role: Annual cost, Files.') && !page.includes('id="files"'), 'a viewer is told so');
    for (const path of [fact, `${fact}?history=all`, api, journal, '/', '/api/v1/journal'])
      check(!(await viewer.get(path)).body.includes('quiet.pdf'), `and does not see it at ${path}`);
    for (const path of [href, href.replace(/\d+$/, '999999'), api]) same((await viewer.get(path)).status, 403, `refused, whether there is one: ${path}`);
    const [there, none] = [await viewer.get(`/api/v1/files/${id}`), await viewer.get('/api/v1/files/999999')];
    check(there.status === 404 && there.body === none.body, 'by its number alone it is like one that there is not');
    const person = (await steward.get('/types/persons')).body.match(/<th scope="row"><a href="(\/facts\/\d+)"/)[1];
    check((await contributor.get(person)).body.includes('Not open to your role: Notes, Files.'), "a person's are for stewards");
    same((await send(contributor, person)).status, 403, 'who may not see them attaches none');
    same((await send(steward, person)).status, 303, 'a steward does');
    const its = (await steward.get(person)).body.match(/href="(\/facts\/\d+\/files\/\d+)"/)[1];
    same((await contributor.get(its)).status, 403, 'which others cannot have');
    same((await contributor.send(person, its, {})).status, 403, 'nor remove');
    same((await steward.send(person, its, {})).status, 303, 'it goes');
  });
}

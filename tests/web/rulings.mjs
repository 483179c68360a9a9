// SPDX-License-Identifier: Apache-2.0
// Rulings for programs: asked, kept, read again, set aside; what is missing or contradictory is told by name.
import { check, group, open as enter, same, serious } from './help.mjs';
import { program, request as good, run, token } from './program.mjs';

export async function rulings(browser, { base, port }) {
  const it = program(port, token('rule', 'it', '--scope', 'write')), head = program(port, token('aside', 'marketing', '--scope', 'write'));
  const reader = program(port, token('rules read', 'it')), viewer = program(port, token('rules seen', 'viewer'));
  const at = '/api/v1/rulings';
  let first;

  await group('a ruling is made and kept', async () => {
    const answer = await it('POST', at, { input: good });
    same(answer.status, 201, 'made');
    first = answer.json;
    check(first.zone === 'amber' && first.ruling > 0 && first.rulebook && first.version, 'zone, number, rulebook, version');
    for (const key of ['scope', 'conditions', 'why', 'lighter', 'missing', 'errors']) check(Array.isArray(first[key]), `${key} is a list`);
    check(first.why.length > 2 && first.why.every((w) => /^[A-Z].*\.$/.test(w)), 'reasons are sentences');
    same(answer.headers.location, `${at}/${first.ruling}`, 'its place');
    const again = await it('POST', at, { with: `{what: "report", "data class": "none", reads: "own systems", writes: "nothing", "annual cost": 0, "term months": 1, users: 3, builder: "own team", training: "basics", vendor: "no vendor", "public facing": false, "weeks until needed": 4, "way back": "within a day"}` });
    check(again.json.zone === 'green' && again.json.ruling > first.ruling && !again.json.lighter.length, 'from a FEEL context');
    same((await it('POST', at, Object.fromEntries(Object.entries(good).map(([k, v]) => [k.replaceAll(' ', '_'), v])))).json.zone, 'amber', 'the answers themselves, by their JSON keys');
  });

  await group('what it says of lighter zones is so', async () => {
    check(first.lighter.length > 0, 'something is lighter');
    for (const l of first.lighter) {
      const changed = await it('POST', at, { input: { ...good, ...l.changes } });
      same(changed.json.zone, l.zone, l.says);
    }
  });

  await group('what is missing, unknown or contradictory is told by name', async () => {
    const { vendor, ...rest } = good;
    const missing = await it('POST', at, { input: rest });
    check(missing.status === 422 && missing.json.errors.some((e) => e.pointer === '/input/vendor' && e.detail.startsWith('vendor is missing')), JSON.stringify(missing.json));
    const unknown = await it('POST', at, { input: { ...good, vendr: 'reviewed', users: 'many' } });
    check(unknown.status === 422 && unknown.json.errors.some((e) => e.detail.includes("did you mean 'vendor'")) && unknown.json.errors.some((e) => e.detail.startsWith('users:')), 'names and values');
    const against = await it('POST', at, { input: { ...good, vendor: 'no vendor' } });
    check(against.status === 422 && against.json.errors.length, `bought of no vendor: ${against.json.detail}`);
    for (const [body, what] of [[{ input: [] }, 'a list'], [{ with: '{' }, 'a broken context'], [{ with: '{}', input: {} }, 'both'], [{ rulebook: 'none', input: good }, 'no such rulebook'],
      [{ request: 999999, input: good }, 'no such request'], [{}, 'nothing']]) same((await it('POST', at, body)).status, 422, what);
    same((await it('POST', at, '{')).status, 400, 'no JSON');
    const steps = await it('POST', at, { with: '{what: sum(for i in 1..100000000 return i)}' });
    check([422, 400].includes(steps.status), `endless work is ended: ${steps.status}`);
  });

  await group('the same key is ruled once', async () => {
    const key = { 'Idempotency-Key': 'purchase-7' };
    const one = await it('POST', at, { input: good }, key), two = await it('POST', at, { input: good }, key);
    check(one.status === 201 && two.status === 201 && one.json.ruling === two.json.ruling, 'the same number');
    same(JSON.stringify(one.json), JSON.stringify(two.json), 'and answer');
    same((await it('POST', at, { input: { ...good, users: 16 } }, key)).status, 422, 'not for another question');
    check((await head('POST', at, { input: good }, key)).json.ruling > one.json.ruling, 'a key is its holder’s');
    same((await it('POST', at, { input: good }, { 'Idempotency-Key': 'x'.repeat(300) })).status, 400, 'a key that is too long');
    same((await it('POST', at, { input: good, request: 'RQ-1054' })).status, 201, 'for a request, by its number');
    const many = await Promise.all(Array.from({ length: 20 }, () => it('POST', at, { input: good }, { 'Idempotency-Key': 'at once' })));
    same(new Set(many.map((m) => m.json.ruling)).size, 1, 'also at once');
  });

  await group('many are asked at once, a line each', async () => {
    const type = { 'Content-Type': 'application/jsonl' }, ask = (lines, more) => it('POST', at, lines.join('\n') + '\n', { ...type, ...more });
    const rows = (answer) => answer.body.trim().split('\n').map((line) => JSON.parse(line)), line = JSON.stringify({ input: good });
    const asked = [line, '{"input": {"what": "report"}}', 'nonsense', '{"request": 999999, "input": {}}', JSON.stringify({ request: 'RQ-1054', with: '{what: "report"}', rulebook: 'none' }), JSON.stringify({ request: 'RQ-1054', input: good })];
    const answer = await ask(asked), told = rows(answer);
    check(answer.status === 200 && answer.headers['content-type'] === 'application/jsonl' && told.length === asked.length, 'a line for each');
    same(JSON.stringify(told[0]), JSON.stringify({ ...first, ruling: told[0].ruling }), 'the same answer as for one');
    same(told[5].ruling, told[0].ruling + 1, 'numbers in order');
    check(told.slice(1, 5).every((t) => t.ruling === null && t.zone === null), 'no number for what is not ruled');
    check(told[1].missing.includes('data class') && told[2].errors.length === 1 && told[3].errors[0].includes('"request"') && told[4].errors[0].includes('"rulebook"'), 'but why');
    same((await reader('GET', `${at}/${told[5].ruling}`)).json.request > 0, true, 'kept, for its request');
    const key = { 'Idempotency-Key': 'nightly' }, [one, two] = [await ask([line, line], key), await ask([line, line], key)];
    check(rows(one)[0].ruling + 1 === rows(one)[1].ruling && one.body === two.body && two.headers['idempotency-replayed'] === 'true', 'the same lines under one key are ruled once');
    const other = rows(await ask([line, JSON.stringify({ input: { ...good, users: 16 } })], key));
    check(other[0].ruling === rows(one)[0].ruling && other[1].ruling === null && other[1].errors[0].startsWith('The Idempotency-Key'), 'each line by itself');
    same((await it('POST', at, `${line}\n`.repeat(1001), type)).status, 413, 'too many');
    for (const [body, status, what] of [['', 400, 'none'], ['\n', 200, 'an empty one'], ['[]', 200, 'a list'], ['\u0000', 200, 'no text']]) same((await it('POST', at, body, type)).status, status, what);
    same((await it('POST', '/api/v1/ask', line, type)).status, 415, 'at this address only');
    same((await reader('POST', at, line, type)).status, 403, 'not by a token that reads');
  });

  await group('they are read, set aside, and stay', async () => {
    const list = await reader('GET', `${at}?limit=2&zone=amber`);
    check(list.status === 200 && list.json.items.length === 2 && list.json.items.every((i) => i.zone === 'amber') && list.json.before, 'a list');
    const one = (await viewer('GET', `${at}/${first.ruling}`)).json;
    check(one.same === true && one.answers.users === 15 && one.says.zone === 'amber' && one.actor.startsWith('it@'), 'made again, the same');
    same((await it('POST', `${at}/${first.ruling}`, { zone: 'green', reason: 'A trial' })).status, 403, 'a contributor sets nothing aside');
    same((await head('POST', `${at}/${first.ruling}`, { zone: 'green' })).status, 422, 'a reason is needed');
    same((await head('POST', `${at}/${first.ruling}`, { zone: 'blue', reason: 'x' })).status, 422, 'and a zone of the rulebook');
    const aside = await head('POST', `${at}/${first.ruling}`, { zone: 'green', reason: 'A trial of two weeks' });
    check(aside.status === 201 && aside.json.overrules === first.ruling, 'set aside');
    const holds = (await reader('GET', `${at}/${aside.json.ruling}`)).json, was = (await reader('GET', `${at}/${first.ruling}`)).json;
    check(holds.same === true && holds.says.zone === 'green' && holds.says.extent === 'none' && holds.extent === 'none' && !holds.due_on, `what follows from their zone: ${JSON.stringify(holds)}`);
    check(was.set_aside_by === aside.json.ruling && was.says.zone === 'amber' && was.due_on, 'what was said stays, and says that it was set aside');
    check(/ 0 differ/.test(run('ruling', 'verify')), 'all are made again, that one too');
    same((await head('POST', `${at}/${first.ruling}`, { zone: 'green', reason: 'again' })).status, 422, 'once');
    for (const method of ['DELETE', 'PATCH']) same((await head(method, `${at}/${first.ruling}`, method === 'PATCH' ? {} : undefined)).status, 405, `${method}: it stays`);
    const journal = (await head('GET', '/api/v1/journal?limit=2')).json.items;
    check(journal.every((j) => j.reason.includes(`ruling ${first.ruling}`)), 'and the journal says that it was tried');
    for (const path of ['0', 'x', '99999999', '-1']) same((await reader('GET', `${at}/${path}`)).status, 404, `no ruling ${path}`);
    same((await reader('GET', `${at}?zoen=amber`)).status, 400, 'a mistyped query');
  });

  await group('a mail, a chat and a form ask', async () => {
    const secret = token('hook', 'it', '--scope', 'ask'), hook = program(port, secret), open = program(port), ask = '/api/v1/ask';
    const lines = Object.entries(good).map(([k, v]) => `${k}: ${v === true ? 'yes' : v}`), type = (t) => ({ 'Content-Type': t });
    const mail = await hook('POST', ask, `Hello,\n\n${lines.join('\r\n')}\n> what: report\n\nKind regards`, type('text/plain'));
    check(mail.status === 200 && /^Zone: amber$/m.test(mail.body) && /^Answer due on: \d{4}-/m.test(mail.body) && /^Kept as ruling \d+\.$/m.test(mail.body), `a mail: ${mail.body}`);
    const less = await hook('POST', ask, 'What: report; data_class: none', type('text/plain; charset=utf-8'));
    check(less.status === 200 && less.body.startsWith('Nothing is ruled yet.') && /^- reads: .*\(nothing, /m.test(less.body), 'what is still to be said, with the answers');
    const chat = await open('POST', `${ask}?token=${secret}`, new URLSearchParams({ command: '/entente', user_name: 'anna', text: lines.join('; ') }).toString(), type('application/x-www-form-urlencoded'));
    check(chat.status === 200 && chat.body.startsWith('Zone: amber'), `a chat: ${chat.body}`);
    const form = await hook('POST', ask, new URLSearchParams({ ...good, request: 'RQ-1054' }).toString(), type('application/x-www-form-urlencoded'));
    check(form.status === 201 && form.json.zone === 'amber' && form.json.ruling > 0, 'a form: answered as JSON');
    check((await reader('GET', `${at}/${form.json.ruling}`)).json.door === 'hook', 'kept, and by which door');
    same((await hook('POST', ask, { text: lines.join('\n') }, { Accept: 'text/plain' })).body.split('\n')[0], 'Zone: amber', 'JSON with a text, answered as a text');
    same((await hook('POST', ask, { input: { what: 'report' } })).status, 422, 'JSON: what is missing, as a problem');
    for (const [body, what] of [['request: RQ-9\nwhat: report', 'no such request'], ['rulebook: nobody\nwhat: report', 'no such rulebook']]) same((await hook('POST', ask, body, type('text/plain'))).status, 422, what);
    const twice = (body, key, more) => hook('POST', ask, body, { ...type('text/plain'), 'Idempotency-Key': key, ...more });
    const [told, again] = [await twice(lines.join('\n'), 'mail-1'), await twice(lines.join('\n'), 'mail-1')];
    check(told.status === 200 && again.status === 200 && again.body === told.body && again.headers['idempotency-replayed'] === 'true', `a mail that comes twice is ruled once: ${again.body}`);
    const kept = Number(/Kept as ruling (\d+)/.exec(told.body)[1]);
    same((await hook('POST', ask, { input: good }, { 'Idempotency-Key': 'mail-1' })).json.ruling, kept, 'also as JSON');
    same((await twice([...lines, 'request: RQ-1054'].join('\n'), 'mail-1')).status, 422, 'not for another request');
    same((await twice('what: report', 'mail-1')).body.split('\n')[0], 'Nothing is ruled yet.', 'what is not ruled has used no key');
    same((await twice(lines.join('\n'), 'x'.repeat(300))).status, 400, 'a key that is too long');
    same(new Set((await Promise.all(Array.from({ length: 8 }, () => twice(lines.join('\n'), 'mails')))).map((m) => m.body)).size, 1, 'also at once');
    same((await hook('POST', ask, 'x', type('image/png'))).status, 415, 'a picture');
    same((await hook('POST', ask, '\u0000', type('text/plain'))).status, 400, 'no text');
    same((await hook('GET', at)).status, 403, 'the token asks, nothing else');
    same((await hook('POST', at, { input: good })).status, 403, 'by its own address');
    same((await open('POST', `${ask}?token=${token('not in addresses', 'it', '--scope', 'write')}`, 'what: report', type('text/plain'))).status, 403, 'others do not stand in addresses');
    same((await open('POST', `${ask}?token=entente_no`, 'what: report', type('text/plain'))).status, 401, 'a token that is none');
    same((await open('POST', ask, 'what: report', type('text/plain'))).status, 401, 'no token');
  });

  await group('the pages of rulings', async () => {
    const page = await enter(browser, base, { who: 'marketing' });
    await page.goto(`${base}/rulings`);
    check(await page.locator('.lens.tabs [aria-current=page]', { hasText: 'Rulings' }).count() === 1, 'among the decisions');
    check(await page.locator('tbody tr').count() > 3 && await page.getByText(`in place of ruling ${first.ruling}`).count() === 1, 'all of them, and what was set aside');
    const open = (await it('POST', at, { input: { ...good, users: 21 }, request: 'RQ-1054' })).json;
    const alone = () => Number(/^extent,none,(\d+)/m.exec(run('ruling', 'times', '--csv'))?.[1] ?? 0), before = alone();
    await page.goto(`${base}/rulings/${open.ruling}`);
    check(await page.getByRole('heading', { name: `Ruling ${open.ruling}` }).count() === 1 && await page.locator('.verdict .zone').innerText() === 'Amber', 'one, as it was said');
    check(await page.getByText('How many people will use it?').count() === 1 && await page.locator('.parts dd', { hasText: /^21$/ }).count() === 1, 'with what was answered');
    check(await page.getByText('The rules have changed since').count() === 0, 'by rules that still hold');
    same((await serious(page)).join(), '', 'a ruling: nothing serious');
    const again = await page.getByRole('link', { name: 'Ask again' }).getAttribute('href');
    check(again.startsWith('/ask?') && again.includes('personal'), 'and can be asked again');
    await page.selectOption('#zone', 'green');
    await page.fill('#reason', 'Both heads want to try it');
    await page.getByRole('button', { name: 'Set aside' }).click();
    await page.waitForURL(/rulings\/\d+$/);
    check(await page.getByText('Both heads want to try it').count() === 1 && await page.locator('#reason').count() === 0, 'it is set aside, once');
    check(await page.locator('.verdict .zone').innerText() === 'Green' && await page.getByText('Answer by').count() === 0, 'and shows what follows');
    same(alone(), before + 1, 'which counts over time: nobody waits for the request');
    await page.goto(`${base}/rulings/${open.ruling}`);
    check(await page.locator('.verdict .zone').innerText() === 'Amber' && await page.locator('#reason').count() === 0, 'the one before stays as it was');
    await Promise.all([page.waitForURL(/rulings\/\d+$/), page.getByRole('link', { name: 'what holds in its place' }).click()]);
    await page.setViewportSize({ width: 390, height: 800 });
    check(await page.evaluate(() => document.documentElement.scrollWidth <= 390), 'it fits a phone');
    await page.goto(`${base}/rulings`);
    same((await serious(page)).join(), '', 'rulings: nothing serious');
    for (const path of ['0', 'x', '99999999']) same((await page.goto(`${base}/rulings/${path}`)).status(), 404, `no ruling ${path}`);
    await page.context().close();
    const contributor = await enter(browser, base, { who: 'it' });
    await contributor.goto(`${base}/rulings/${open.ruling}`);
    check(await contributor.locator('#reason').count() === 0, 'a contributor sets nothing aside');
    await contributor.context().close();
  });
}

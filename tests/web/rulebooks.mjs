// SPDX-License-Identifier: Apache-2.0
// Rulebooks: read as tables, taken over, uploaded, compared rule by rule, signed only when they can be read.
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { editor } from './editor.mjs';
import { check, group, open, password, same, seen, serious } from './help.mjs';
import { program, request, run, token } from './program.mjs';

const shipped = readFileSync(new URL('../../model/rulebooks/safe-zones.dmn', import.meta.url), 'utf8');
const folder = mkdtempSync(join(tmpdir(), 'rulebooks-'));
const file = (name, text) => (writeFileSync(join(folder, name), text), join(folder, name));
const changed = shipped.replace('<outputEntry><text>"low"', '<outputEntry><text>"middle"').replace('Where no data about people', 'Where no data of people');
const upload = async (page, path) => {
  await page.setInputFiles('#model', path);
  await Promise.all([page.waitForNavigation(), page.click('button:text-is("Upload")')]);
};
// Both sides sign what is drafted.
async function agree(browser, base, id) {
  const it = await open(browser, base, { who: 'rules-it' });
  await it.goto(`${base}/facts/${id}/keys`);
  if (await it.locator('input[name=sure]').count()) await it.check('input[name=sure]');
  await Promise.all([it.waitForURL('**did=proposed'), it.click('button:text-is("Propose")')]);
  for (const who of ['rules-it', 'rules-marketing']) {
    const page = await open(browser, base, { who });
    await page.goto(`${base}/facts/${id}/keys`);
    await page.fill('#password', password);
    if (await page.locator('input[name=sure]').count()) await page.check('input[name=sure]');
    await Promise.all([page.waitForURL('**did=signed'), page.click('button:text-is("Sign")')]);
    await page.context().close();
  }
  await it.context().close();
}

export async function rulebooks(browser, base) {
  let id;
  await group('a rulebook is read as tables, and downloaded as it is', async () => {
    const page = await open(browser, base, { who: 'viewer' });
    await page.goto(`${base}/ask`);
    await page.click('.tabs a:text-is("Rulebooks")');
    check((await page.locator('main').innerText()).includes('decides zone: green, amber, red · 14 questions'), 'what it decides');
    await page.click('.book a:text-is("safe-zones")');
    check((await page.locator('h1').innerText()).includes('2026-'), 'its version');
    const zone = page.locator('#zone');
    check((await zone.locator('thead').innerText()).includes('risk'), 'the inputs');
    check(await zone.locator('tbody tr').count() > 5, 'the rules');
    check((await zone.locator('.why').first().innerText()).length > 20, 'the reason of each');
    check((await page.locator('.message.good').innerText()).includes('no gap'), 'what the check says');
    same(await page.locator('.asks > li').count(), 14, 'what it asks');
    same(await page.locator('form[enctype]').count(), 0, 'a viewer changes nothing');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('a:text-is("Download the DMN file")')]);
    same(readFileSync(await download.path(), 'utf8'), shipped, 'the file to the byte');
    check(!(await serious(page)).length, `nothing serious: ${await serious(page)}`);
    await page.goto(`${base}/rulebooks`);
    check(!(await serious(page)).length, `nothing serious in the list: ${await serious(page)}`);
    same((await page.goto(`${base}/rulebooks/nothing`)).status(), 404, 'one that is not there');
    await page.context().close();
  });

  await group('it becomes ours when both sides have signed it', async () => {
    const page = await open(browser, base, { who: 'it' });
    await page.goto(`${base}/rulebooks/safe-zones`);
    await page.fill('#name', 'Our zones');
    await Promise.all([page.waitForURL('**did=taken**'), page.click('button:text-is("Take it over")')]);
    id = new URL(page.url()).pathname.split('/').pop();
    check((await page.locator('main header').innerText()).includes('draft: not signed by both'), 'it is a draft');
    same(await page.locator('a:text-is("Ask it")').count(), 0, 'that is not asked');
    same((await page.goto(`${base}/ask?rulebook=${id}`)).status(), 404, 'not by its address either');
    await agree(browser, base, id);
    await page.goto(`${base}/rulebooks/${id}`);
    check((await page.locator('main header').innerText()).includes('in force'), 'in force');
    await page.click('a:text-is("Ask it")');
    check((await page.locator('.by').innerText()).includes('Our zones'), 'asked by its own name');
    await page.goto(`${base}/ask`);
    check((await page.locator('.by').innerText()).includes('Our zones'), 'it rules from now on');
    await page.context().close();
  });

  await group('a change stands beside it, rule by rule', async () => {
    const page = await open(browser, base, { who: 'it' }), late = await open(browser, base, { who: 'rules-it' });
    await late.goto(`${base}/rulebooks/${id}`);
    await page.goto(`${base}/rulebooks/${id}`);
    await upload(page, file('wider.dmn', changed.replace(/<rule id="data_exposure_r3">[^]*?<\/rule>/, '')));
    check((await page.locator('.summary').innerText()).includes('case'), 'a gap is asked about first');
    check((await page.locator('.summary').innerText()).includes('line '), 'with its place');
    await page.goto(`${base}/rulebooks/${id}`);
    same(await page.locator('a:has-text("Drafted, beside it")').count(), 0, 'and nothing was changed by that');
    await upload(page, file('wider.dmn', changed.replace(/<rule id="data_exposure_r3">[^]*?<\/rule>/, '')));
    await Promise.all([page.waitForURL('**did=taken**'), page.click('button:text-is("Take it as it is")')]);
    await upload(late, file('late.dmn', changed));
    check((await late.locator('[role=alert]').innerText()).includes('changed meanwhile'), 'who began before that draft is told so');
    await late.context().close();
    const table = page.locator('[id="data exposure"]');
    same(await table.locator('.rule-gone').count(), 1, 'a rule that is gone');
    same(await table.locator('.rule-changed').count(), 1, 'a rule that is changed');
    same((await table.locator('.rule-changed td del').allInnerTexts())[0], '"low"', 'as it was');
    same((await table.locator('.rule-changed td ins').allInnerTexts())[0], '"middle"', 'as it would be');
    check((await page.locator('nav[aria-label=Version]').innerText()).includes('2 differences'), 'counted');
    check(!(await serious(page)).length, `nothing serious: ${await serious(page)}`);
    await page.goto(`${base}/facts/${id}/keys`);
    await page.locator('input[name=sure]').evaluate((box) => box.removeAttribute('required'));
    await Promise.all([page.waitForNavigation(), page.click('button:text-is("Propose")')]);
    check((await page.locator('[role=alert]').innerText()).includes('leave open'), 'gaps are asked about before it is proposed');
    await page.check('input[name=sure]');
    await Promise.all([page.waitForURL('**did=proposed'), page.click('button:text-is("Propose")')]);
    await page.goto(`${base}/rulebooks/${id}`);
    check((await page.locator('[id="data exposure"] tbody').count()) === 6, 'what is in force stays');
    await page.context().close();
  });

  await group('what cannot be read is refused with its place', async () => {
    const page = await open(browser, base, { who: 'it' });
    await page.goto(`${base}/rulebooks/${id}`);
    const bad = shipped.replace('<inputEntry><text>"none"</text>', '<inputEntry><text>"none</text>');
    await upload(page, file('bad.dmn', bad));
    const says = await page.locator('.summary').innerText();
    check(says.includes('Nothing was changed') && /line \d+, column \d+/.test(says) && says.includes('rule 1'), `the cell, line and column: ${says}`);
    await page.goto(`${base}/rulebooks/${id}`);
    await upload(page, file('no.dmn', '<html>no model</html>'));
    check((await page.locator('.summary').innerText()).includes('Nothing was changed'), 'no model at all');
    await page.goto(`${base}/rulebooks/${id}`);
    await upload(page, file('empty.dmn', ''));
    check((await page.locator('[role=alert]').innerText()).includes('Choose a file'), 'an empty file');
    await page.context().close();
  });

  await group('rulebooks on a phone and without JavaScript', async () => {
    for (const scheme of ['light', 'dark']) {
      const phone = await open(browser, base, { width: 390, height: 844, scheme, script: false });
      for (const path of ['/rulebooks', '/rulebooks/safe-zones', `/rulebooks/${id}?of=draft`]) {
        same((await phone.goto(base + path)).status(), 200, path);
        check(await phone.locator('h1').isVisible(), `${path} has a head`);
      }
      await phone.context().close();
    }
    const phone = await open(browser, base, { width: 390, height: 844 });
    await phone.goto(`${base}/rulebooks/safe-zones`);
    check(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is no wider than the phone');
    same(await phone.locator('.rule-scroll').evaluateAll((all) => all.filter((x) => x.scrollWidth > x.clientWidth).length), 0, 'and no table wider than its card');
    check(!(await serious(phone)).length, `nothing serious: ${await serious(phone)}`);
    await phone.context().close();
  });
  await editor(browser, base, id);

  const asks = program(new URL(base).port, token('brings back', 'it', '--scope', 'write'));
  await group('a request says that its rules have changed, and is asked again', async () => {
    const page = await open(browser, base, { who: 'it' }), late = Number(run('show', 'request', 'RQ-1053', '--json').match(/"id": (\d+)/)[1]);
    const notice = page.locator('#promise .message', { hasText: 'The rules have changed since' });
    const before = (await asks('GET', `/api/v1/rulings?request=${late}`)).json.items.length;
    same((await asks('POST', '/api/v1/rulings', { input: request, request: late })).status, 201, 'ruled by what is in force');
    await seen(page, `${base}/facts/${late}`, '#promise');
    same(await notice.count(), 0, 'which holds still');
    const other = Number(run('show', 'request', 'RQ-1055', '--json').match(/"id": (\d+)/)[1]);
    same((await asks('POST', '/api/v1/rulings', { input: request, request: other, rulebook: 'safe-zones' })).status, 201, 'another one, by the rules that come with the program');
    await agree(browser, base, id);
    await page.goto(`${base}/facts/${other}`);
    check(!(await notice.getByRole('link').getAttribute('href')).includes('rulebook=safe-zones'), 'which are not those on which both sides have agreed since');
    await page.goto(`${base}/facts/${late}`);
    same(await notice.count(), 1, 'and no longer');
    await Promise.all([page.waitForURL('**/ask?**'), notice.getByRole('link').click()]);
    check((await page.locator('.verdict').innerText()).length > 0 && await page.locator('form a', { hasText: 'RQ-1053' }).count() === 1, 'the same answers, ruled by the rules of today, for the same request');
    await Promise.all([page.waitForURL(`**/facts/${late}?saved=*`), page.click('button:text-is("Keep this ruling")')]);
    same(await notice.count(), 0, 'accepted');
    const key = { 'Idempotency-Key': 'by-name' }, named = { input: request, request: other, rulebook: 'safe-zones' };
    same((await asks('POST', '/api/v1/rulings', { input: request, request: other }, key)).status, 201, 'by what is in force');
    same((await asks('POST', '/api/v1/rulings', named, key)).status, 422, 'another rulebook is another question, under one key');
    same((await asks('GET', `/api/v1/rulings?request=${late}`)).json.items.length, before + 2, 'beside the one before');
    await page.context().close();
  });

  await group('an earlier version is brought back as a proposal', async () => {
    const page = await open(browser, base, { who: 'it' });
    await page.goto(`${base}/facts/${id}`);
    check((await page.locator('.fields').innerText()).includes('a model of '), 'the fact says what its rules are');
    check(!(await page.content()).includes('&lt;decisionTable'), 'and prints no XML');
    await page.goto(`${base}/rulebooks/${id}`);
    same(await page.locator('summary:text-is("Bring this back")').count(), 1, 'what was in force before');
    const at = `/api/v1/rulebooks/${id}/versions`;
    const listed = await asks('GET', at), name = await page.locator('h1').evaluate((h) => h.firstChild.textContent.trim());
    same(JSON.stringify(listed.json.items), JSON.stringify(JSON.parse(run('rulebooks', name, '--versions', '--json'))), 'the API and the command list the same');
    const [now, earlier] = listed.json.items, any = { 'If-Match': '*' };
    const body = { commit: earlier.commit, reason: 'It was better.', valid_from: '2026-12-01' };
    same((await asks('POST', at, body)).status, 428, 'the version that was seen has to be said');
    for (const [wrong, what] of [[{}, 'nothing'], [{ ...body, commit: now.commit }, 'what is in force'], [{ ...body, commit: 1 }, 'no such version'], [{ ...body, reason: ' ' }, 'no reason'], [{ ...body, valid_from: 'soon' }, 'no day']]) same((await asks('POST', at, wrong, any)).status, 422, what);
    same((await asks('POST', `/api/v1/rulebooks/999999/versions`, body, any)).status, 404, 'no such rulebook');
    const made = await asks('POST', at, body, { 'If-Match': listed.headers.etag, 'Idempotency-Key': 'back-1' });
    check(made.status === 202 && made.json.brings_back === earlier.commit, `by the API: ${made.status} ${JSON.stringify(made.json)}`);
    same((await asks('POST', at, body, { 'If-Match': listed.headers.etag, 'Idempotency-Key': 'back-1' })).headers['idempotency-replayed'], 'true', 'once under one key');
    const fact = async () => (await asks('GET', made.headers.location)).json;
    check((await fact()).proposed.valid_from === '2026-12-01' && (await fact()).agreement === 'agreed', 'it waits for both sides');
    await page.goto(`${base}/facts/${id}/keys`);
    await Promise.all([page.waitForNavigation(), page.click('button:text-is("Withdraw")')]);
    check(!(await fact()).proposed, 'taken back');
    check(run('rulebooks', name, '--bring-back', String(earlier.commit), '--reason', 'It was better.').startsWith(`The rules of commit ${earlier.commit} are drafted again`), 'by the command');
    await seen(page, `${base}/rulebooks/${id}?of=draft`, '.rule-added');
    check((await asks('GET', '/api/v1/journal?limit=1')).json.items[0].reason === 'It was better.', 'with its reason');
    await page.goto(`${base}/rulebooks/${id}`);
    await page.click('summary:text-is("Bring this back")');
    await page.locator('form:has([value="bring-back"]) textarea').fill('It was better.');
    await Promise.all([page.waitForURL('**did=taken**'), page.click('button:text-is("Propose these rules again")')]);
    same(await page.locator('.rule-added').count(), 1, 'the rule that went comes back');
    await page.goto(`${base}/facts/${id}/keys`);
    await page.click('a:has-text("what would change, rule by rule")');
    check((await page.locator('nav[aria-label=Version]').innerText()).includes('differences'), 'rule by rule from the keys, too');
    await page.context().close();
  });
}

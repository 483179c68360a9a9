// SPDX-License-Identifier: Apache-2.0
// What a ruling promises, on Today and on agendas; a meeting from its agenda to closed minutes, and what it decides to the signature.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { check, group, open, post, same, seen, serious } from './help.mjs';
import { program, request as good, run, token } from './program.mjs';

const press = (page, name) => Promise.all([page.waitForNavigation(), page.getByRole('button', { name, exact: true }).click()]);

export async function forums(browser, { base, port }) {
  const anna = await open(browser, base, { who: 'signs-marketing' }), jonas = await open(browser, base, { who: 'signs-it' });
  const number = (type, name) => Number(run('show', type, name, '--json').match(/"id": (\d+)/)[1]);
  const late = number('request', 'RQ-1051'), forum = `${base}/forums/${number('forum', 'Martech round')}`;

  await group('a limit that ran out', async () => {
    writeFileSync(`${process.env.WORK}/late.json`, JSON.stringify(good));
    execFileSync(process.env.ENTENTE, ['ask', '--input', `${process.env.WORK}/late.json`, '--keep', '--request', 'RQ-1051', '--today', '2026-11-09',
      '--workspace', `${process.env.WORK}/web.entente`]);
    await seen(anna, `${base}/facts/${late}`, '#promise');
    check(/12 November 2026/.test(await anna.locator('#promise').innerText()) && await anna.locator('#promise .pill.high').count() === 1, 'the page of the request has the day');
    for (const [page, who] of [[anna, 'marketing'], [jonas, 'IT']]) {
      await page.goto(base);
      check(/RQ-1051[^]*both heads decide now[^]*12 November 2026/.test(await page.locator('#waiting').innerText()), `it waits for who signs for ${who}`);
    }
  });

  await group('an agenda is made from what is due', async () => {
    await anna.goto(`${base}/forums`);
    check(await anna.locator('.lens.tabs [aria-current=page]', { hasText: 'Forums' }).count() === 1, 'among the decisions');
    await anna.getByRole('link', { name: 'CMO and CIO' }).click();
    await anna.waitForURL(/forums\/\d+$/);
    check(/To decide[^]*RQ-1051[^]*To know/.test(await anna.locator('#agenda').innerText()), 'of the two heads');
    await anna.goto(forum);
    check(await anna.locator('.point', { hasText: 'RQ-1051' }).count() === 1, 'of a working round');
    await anna.fill('#name', 'Who looks after tags in January?');
    await press(anna, 'Put it on the agenda');
    check(/brought by Anna Berg, 22 November 2026/.test(await anna.locator('.point', { hasText: 'tags in January' }).innerText()), 'what was brought, and by whom');
    const exception = anna.locator('.point', { hasText: 'Dropbox for agencies' });
    await exception.locator('summary').click();
    await exception.locator('[name=until]').fill('2026-12-24');
    await Promise.all([anna.waitForNavigation(), exception.getByRole('button').click()]);
    check(/until 24 December 2026/.test(await anna.locator('section', { has: anna.locator('h2', { hasText: 'Put off' }) }).innerText()), 'what was put off');
    same((await jonas.goto(`${base}/forums/${late}`)).status(), 404, 'a request is no forum');
    const reads = program(port, token('agendas', 'viewer')), at = `/api/v1/forums/${forum.split('/').pop()}/agenda`;
    const shown = await anna.locator('#agenda .point').evaluateAll((all) => all.map((p) => p.querySelector('a').textContent.trim()));
    const due = (await program(port, token('all agendas', 'signs-marketing'))('GET', at)).json;
    same([...due.items, ...due.later].map((i) => i.says).join('\n'), shown.join('\n'), 'the API has the rows of the page');
    check(due.later.some((l) => l.from === '2026-12-24' && l.source) && due.items.some((i) => i.item && i.brought_by?.name === 'Anna Berg'), 'what was put off, and who brought what');
    same(JSON.stringify(JSON.parse(run('agenda', 'Martech round', '--json'))), JSON.stringify(due), 'and so has the command');
    check((await reads('GET', at)).status === 200 && (await reads('GET', `${at}?as_of=%231`)).status === 404, 'who may look, and on days when it was there');
    for (const [path, status] of [[`/api/v1/forums/${late}/agenda`, 404], ['/api/v1/forums/x/agenda', 404], [`${at}?kind=x`, 400]]) same((await reads('GET', path)).status, status, path);
    same((await program(port, token('vendors only', 'viewer', '--types', 'vendor'))('GET', at)).status, 403, 'a token for some types sees no agenda');
  });

  await group('minutes, and what they decide', async () => {
    await anna.goto(forum);
    await anna.fill('#day', '2026-11-26');
    await press(anna, 'Begin the meeting');
    const meeting = anna.url().replace(/\?.*/, ''), item = (text) => anna.locator('.minute', { hasText: text });
    same((await serious(anna)).join(), '', 'nothing serious');
    await item('RQ-1051').getByLabel('What was said').fill('Nobody is against it.\nThe shops wait.');
    await item('RQ-1051').getByLabel('What was decided').fill('Canva it is, with sign-on by 15 December.');
    await item('tags in January').locator('select').selectOption('put off');
    await press(anna, 'Save the minutes');
    check(/Say until which day/.test(await item('tags in January').locator('.message').innerText()), 'put off, but until when?');
    same(await item('RQ-1051').getByLabel('What was said').inputValue(), 'Nobody is against it.\nThe shops wait.', 'what was typed stays');
    await item('tags in January').locator('[type=date]').fill('2027-01-07');
    await press(anna, 'Save the minutes');
    check(/Canva it is[^]*draft/.test(await item('RQ-1051').locator('.decided').innerText()), 'a decision, to be signed');
    check(JSON.parse(run('list', 'decisions', '--json')).some((d) => /^RQ-1051 .+, 26 November 2026$/.test(d.name)), 'it is called as the request is, and by its day');
    await jonas.goto(meeting);
    await anna.fill('#notes', 'The next one is in the shop.');
    await press(anna, 'Save the minutes');
    await jonas.fill('#notes', 'Coffee was cold.');
    await press(jonas, 'Save the minutes');
    check(await jonas.locator('.message.bad').count() >= 1 && await jonas.inputValue('#notes') === 'Coffee was cold.', 'who wrote beside another is told, and keeps what was typed');
    await anna.goto(meeting);
    same(await anna.inputValue('#notes'), 'The next one is in the shop.', 'and what the other wrote stays');
    await press(anna, 'Save and close');
    check(await anna.locator('.minute[id]').count() === 2 && await anna.locator('main textarea').count() === 0, 'closed: what was reached');
    await anna.emulateMedia({ media: 'print' });
    check(!await anna.locator('.side-bar').isVisible() && await item('RQ-1051').getByText('The shops wait.').isVisible(), 'on paper');
    await anna.emulateMedia({ media: 'screen' });
    const again = await post(port, new URL(meeting).pathname, { action: 'close' });
    check([303, 403].includes(again.status), 'nobody writes without signing in');
    await item('RQ-1051').getByRole('link', { name: 'Read and sign' }).click();
    await anna.waitForURL(/\/facts\/\d+\/keys/);
    check((await anna.textContent('.signed')).includes('Canva it is'), 'the text that both sign');
    await press(anna, 'Propose');
    await jonas.goto(base);
    check((await jonas.locator('#waiting').innerText()).includes('decision'), 'waits for the other side');
    await anna.goto(forum);
    const when = await anna.locator('section', { has: anna.locator('h2', { hasText: 'When' }) }).innerText();
    check(/10 December 2026/.test(when) && /26 November 2026/.test(when), 'when it met, when it meets again');
    check(/until 7 January 2027/.test(await anna.locator('#agenda').innerText()), 'and what comes back then');
    await anna.setViewportSize({ width: 390, height: 800 });
    check(await anna.evaluate(() => document.documentElement.scrollWidth <= 390), 'it fits a phone');
  });
  for (const page of [anna, jonas]) await page.context().close();
}

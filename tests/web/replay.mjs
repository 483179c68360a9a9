// SPDX-License-Identifier: Apache-2.0
// What was asked before: a rulebook tried on it, evidence on each rule, days to decisions, rulings that are alike.
import { check, follows, group, open as enter, same, serious } from './help.mjs';
import { request as good, run } from './program.mjs';

export async function replay(browser, base) {
  run('ask', '--batch', '--keep', '--input', `${process.env.WORK}/files/rulings.csv`);
  const page = await enter(browser, base, { who: 'marketing' });
  const fits = async (what) => {
    same((await serious(page)).join(), '', `${what}: nothing serious`);
    await page.setViewportSize({ width: 390, height: 800 });
    check(await page.evaluate(() => document.documentElement.scrollWidth <= 390), `${what} fits a phone`);
    await page.setViewportSize({ width: 1280, height: 800 });
  };

  await group('a rulebook is tried on what was asked before', async () => {
    await page.goto(`${base}/rulebooks/safe-zones`);
    await page.getByRole('link', { name: 'Replay' }).click();
    await page.waitForSelector('svg.flow');
    check(/^0 of \d+/.test(await page.locator('.numbers dd').first().innerText()), 'the rules in force change nothing');
    same(await page.locator('svg.flow .stream.changed').count(), 0, 'and no stream leaves its zone');
    // One is answered so that the rules say green, and it was ruled red: that is another zone.
    const head = Object.keys(good), row = (zone, users) => [zone, ...head.map((k) => (k === 'users' ? users : String(good[k])))].join(',');
    const csv = ['ruled', ...head].join(',') + '\n' + row('green', 15) + '\n' + row('amber', 15) + '\n' + row('', 16) + '\n';
    await page.setInputFiles('#requests', { name: 'desk.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
    await page.getByRole('button', { name: 'Try the rules on it' }).click();
    await page.waitForSelector('svg.flow');
    same(await page.locator('.numbers dd').first().innerText(), '1 of 3 requests', 'of a file: what was ruled otherwise');
    check(/An answer sooner\s+\d[^]*An answer later\s+\d/.test(await page.locator('.numbers').innerText()), 'who gets an answer sooner, and later');
    check(await page.getByRole('heading', { name: 'By side', exact: true }).count() === 1 && await page.locator('th[scope=row]', { hasText: /^All$/ }).count() === 1, 'by side, all on top');
    check(await page.getByText('desk.csv').count() === 1 && await page.locator('svg.flow .stream.changed').count() === 1, 'its name, and a stream from green');
    const cells = await page.locator('.plain-table tbody tr').first().innerText();
    check(/Green\s+Amber\s+1/.test(cells), `the table says the same: ${cells}`);
    await page.locator('.plain-table a').click();
    check(await follows(page, /flow=\d-\d/) && await page.locator('.changes-table tbody tr').count() === 1, 'a stream opens its requests');
    await page.setViewportSize({ width: 390, height: 800 });
    const [drawn, card] = await page.locator('svg.flow').evaluate((f) => [[f, ...f.querySelectorAll('text, .bar')].map((x) => x.getBoundingClientRect()), f.parentElement.getBoundingClientRect()]);
    check(drawn.every((x) => x.left >= card.left && x.right <= card.right), 'the flow fits a phone, with its names');
    await fits('replay');
    await page.setInputFiles('#requests', { name: 'bad.jsonl', mimeType: 'text/plain', buffer: Buffer.from('{"input": {}}\n{"inptu": 1}\n') });
    await page.getByRole('button', { name: 'Try the rules on it' }).click();
    check((await page.locator('.message.bad').innerText()).startsWith('Line 2:'), 'a line that cannot be read is named');
    await page.goto(`${base}/rulebooks/safe-zones/replay?file=${'0'.repeat(64)}`);
    check(await page.getByText('The file is not here any more').count() === 1, 'nobody else’s file');
    same((await page.goto(`${base}/rulebooks/none/replay`)).status(), 404, 'no such rulebook');
  });

  await group('evidence on each rule', async () => {
    await page.goto(`${base}/rulebooks/safe-zones/evidence`);
    const proposal = page.locator('.proposal.heavier').first();
    check(/Rule 1 of zone may be made heavier/.test(await proposal.innerText()), 'an incident speaks for a heavier zone');
    check(await proposal.getByRole('link', { name: 'Make the rulebook ours first' }).count() === 1, 'the program’s own rules are taken over first');
    const fired = Number(await proposal.locator('a').first().innerText());
    await proposal.locator('a').first().click();
    check(fired > 20 && await page.locator('#behind tbody tr').count() === fired, `a number opens the rulings behind it: ${fired}`);
    await fits('evidence');
    const { csrf } = await (await page.request.get(`${base}/api/v1/me`)).json();
    const model = (await (await page.request.get(`${base}/rulebooks/safe-zones/model`)).text()).replace('</definitions>', '<!-- another text --></definitions>');
    const made = await page.request.post(`${base}/api/v1/facts/rulebooks`, { data: { name: 'Not in force', model }, headers: { 'X-CSRF-Token': csrf } });
    await page.goto(`${base}/rulebooks/${(await made.json()).id}/evidence`);
    await page.getByRole('link', { name: 'What the rules of safe-zones did' }).click();
    check(page.url().endsWith('/rulebooks/safe-zones/evidence'), 'a draft ruled nothing, and leads to what did');
  });

  await group('days from question to decision', async () => {
    await page.goto(`${base}/rulings`);
    await page.getByRole('link', { name: 'Over time' }).click();
    await page.waitForSelector('svg.chart');
    check(await page.locator('svg.chart').count() === 2 && await page.locator('.chart .bar').count() > 5, 'months are drawn');
    const amber = page.locator('#zone tr', { hasText: 'Amber' });
    const count = Number(await amber.getByRole('link').innerText());
    await amber.getByRole('link').click();
    same(await page.locator('#chosen tbody tr').count(), count, 'the requests of a zone');
    await fits('times');
    const csv = await (await page.request.get(`${base}/api/v1/rulings/times?format=csv`)).text();
    check(csv.startsWith('by,name,requests') && csv.includes(`zone,amber,${count},`), 'the same as CSV');
  });

  await group('rulings that are alike', async () => {
    await page.goto(`${base}/rulings`);
    const first = await page.locator('tbody th a').first().innerText();
    await page.goto(`${base}/rulings/${first}`);
    check(await page.locator('#alike li').count() > 0, 'on a ruling');
    const likeness = (await page.locator('#alike li').allInnerTexts()).map((t) => Number(t.match(/(\d+) % alike/)[1]));
    check(likeness.every((n, i) => n >= 50 && (!i || n <= likeness[i - 1])), `the most like first: ${likeness}`);
    const json = await (await page.request.get(`${base}/api/v1/rulings/${first}/similar`)).json();
    same(json.items.map((i) => i.likeness).join(), likeness.join(), 'the same by the API');
    const query = Object.entries(good).map(([k, v]) => `q.${encodeURIComponent(k)}=${encodeURIComponent(v === true ? 'yes' : v === false ? 'no' : v)}`).join('&');
    await page.goto(`${base}/ask?${query}`);
    check(await page.locator('#alike li').count() > 0, 'and while asking');
  });
  await page.context().close();
}

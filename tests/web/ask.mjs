// SPDX-License-Identifier: Apache-2.0
// Asking a rulebook: facts first, only what matters is asked, and the ruling appears as one answers.
import { check, follows, group, open, same, serious } from './help.mjs';

const answers = {
  'what': 'application bought', 'data class': 'personal', 'region': 'home', 'reads': 'shared systems', 'writes': 'nothing', 'annual cost': '20,000', 'term months': '12 months',
  'users': '20', 'builder': 'own team', 'training': 'none', 'vendor': 'not reviewed', 'public facing': 'no', 'weeks until needed': '8', 'way back': 'within a month',
};
const address = (more) => `/ask?${new URLSearchParams(Object.entries({ ...answers, ...more }).map(([name, value]) => [`q.${name}`, value]))}`;
const verdict = (page) => page.locator('#ruling .verdict').innerText();
const until = (page, words) => page.waitForFunction((w) => document.querySelector('#ruling .verdict').innerText.toLowerCase().includes(w), words);
const choose = (page, name, value) => page.locator(`input[name="q.${name}"][value="${value}"]`).check();

export async function ask(browser, base) {
  await group('the ruling appears while one answers', async () => {
    const page = await open(browser, base, { who: 'it' });
    await page.click('nav a:text-is("Decisions")');
    same(await page.locator('h1').innerText(), 'Ask what it needs', 'the page');
    const order = await page.locator('#facts input').evaluateAll((all) => all.map((e) => e.name));
    same(order.join(), 'objective,capability,person,application,vendor', 'the product comes last');
    check((await verdict(page)).includes('14 questions are open'), `all is open: ${await verdict(page)}`);
    for (const [name, value] of Object.entries(answers)) {
      const field = page.locator(`input[name="q.${name}"]`);
      if (!(await field.count())) continue;
      if (await field.first().getAttribute('type') === 'radio') await choose(page, name, value);
      else await field.fill(value);
    }
    await until(page, 'both decide and build it');
    check((await page.locator('#ruling').innerText()).includes('IT names one engineer'), 'who does what');
    check((await page.locator('#ruling').innerText()).includes('within 5 days'), 'and by when');
    check(await follows(page, /q.data(\+|%20)class=personal/), 'the address asks the same');
    same(await page.locator('#says').innerText(), 'Amber: both decide and build it together', 'it is said to those who listen');
    await choose(page, 'data class', 'sensitive');
    await until(page, 'red');
    same(await page.evaluate(() => document.activeElement.value), 'sensitive', 'the focus stays');
    await page.reload();
    check((await verdict(page)).toLowerCase().includes('red'), 'also after a reload');
    check(!(await serious(page)).length, `nothing serious: ${await serious(page)}`);
    check(!page.complaints.length, `no complaints: ${page.complaints}`);
    await page.context().close();
  });

  await group('what would have to differ is applied by one press', async () => {
    const page = await open(browser, base, { who: 'viewer' });
    await page.goto(base + address());
    same(await page.locator('.verdict .zone').innerText(), 'Amber', 'as it is');
    const change = page.locator('.lighter a', { hasText: 'certified' }).first();
    check((await change.innerText()).toLowerCase().includes('green'), 'what it would be');
    await Promise.all([page.waitForURL('**certified**'), change.click()]);
    same(await page.locator('.verdict .zone').innerText(), 'Green', 'as it says');
    same(await page.locator('input[name="q.training"]:checked').getAttribute('value'), 'certified', 'the change is in the form');
    await page.context().close();
  });

  await group('facts answer questions, and can be put right', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/ask`);
    await page.locator('#application').fill('Braz');
    await page.locator('.choices [role=option]', { hasText: 'Braze' }).first().click();
    await page.waitForSelector('input[name="q.data class"][value=personal]:checked');
    check((await page.locator('.question', { hasText: 'Which data' }).innerText()).includes('From the facts'), 'where it is from');
    await choose(page, 'data class', 'none');
    await page.waitForSelector('.from-facts:has-text("the facts say personal")');
    await page.locator('#application').fill('Nobody knows this');
    await page.locator('#capability').focus();
    await page.waitForSelector('#pick-application.wrong');
    check((await page.locator('#application-says').innerText()).includes('There is no application called'), 'a name that is nothing');
    same(await page.locator('input[name="q.data class"]:checked').getAttribute('value'), 'none', 'what was answered stays');
    same(await page.locator('input[name="q.vendor"]:checked').count(), 0, 'what the facts said goes with them');
    await page.locator('#application').fill('');
    await page.locator('input[name="q.annual cost"]').fill('a lot');
    await page.waitForSelector('.question.wrong');
    check((await page.locator('.question.wrong').innerText()).includes('"a lot"'), 'a number that is none');
    await page.locator('input[name="q.annual cost"]').fill('-5');
    await page.waitForSelector('.question.wrong:has-text("does not take -5")');
    await page.context().close();
  });

  await group('what makes no difference is not asked', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/ask?q.what=report`);
    same(await page.locator('.question', { hasText: 'Where is the data kept' }).count(), 1, 'it may matter');
    await choose(page, 'data class', 'none');
    await page.waitForSelector('#needless summary');
    same(await page.locator('#needless summary').innerText(), '1 more question makes no difference here', 'one line for what does not matter');
    same(await page.locator('.question', { hasText: 'Where is the data kept' }).count(), 0, 'it is not asked');
    await choose(page, 'data class', 'personal');
    await page.waitForSelector('.question:has-text("Where is the data kept")');
    await page.goto(base + address({ 'weeks until needed': '' }));
    const shown = await page.locator('.question').count(), folded = await page.locator('#needless li').count();
    same(shown + folded, 14, 'each question is asked, or told as needless');
    await page.context().close();
  });

  await group('a ruling is kept with its request', async () => {
    const page = await open(browser, base, { who: 'it' });
    await page.goto(`${base}${address()}&capability=${encodeURIComponent('Low-code building')}`);
    check((await page.locator('#similar').innerText()).includes('RQ-1058'), 'what was asked before');
    await page.fill('#keep-name', 'A survey tool for two countries');
    await Promise.all([page.waitForURL('**/facts/**'), page.click('button:text-is("Keep this ruling")')]);
    check(/^RQ-\d+ A survey tool for two countries$/.test(await page.locator('h1').innerText()), 'a request is called by its number and its name');
    const fact = await page.locator('.fields').innerText();
    check(fact.includes('A survey tool for two countries') && fact.includes('amber') && fact.includes('waiting'), `the request: ${fact}`);
    const request = new URL(page.url()).pathname.split('/').pop();
    const kept = await page.evaluate(async (id) => (await fetch(`/api/v1/rulings?request=${id}`)).text(), request);
    check(kept.includes('"amber"') && kept.includes('"page"'), `the ruling: ${kept}`);
    await page.click('a:text-is("Ask the rules")');
    same(await page.locator('#capability').inputValue(), 'Low-code building', 'what the request is about');
    await page.goto(`${base}${address()}&request=${request}`);
    same(await page.locator('#keep-name').count(), 0, 'it has a name');
    await Promise.all([page.waitForURL(`**/facts/${request}**`), page.click('button:text-is("Keep this ruling")')]);
    await page.context().close();
    const viewer = await open(browser, base, { who: 'viewer' });
    await viewer.goto(base + address());
    same(await viewer.locator('.keep').count(), 0, 'a viewer asks, and keeps nothing');
    await viewer.context().close();
  });

  await group('without JavaScript, on a phone, by keyboard', async () => {
    const plain = await open(browser, base, { script: false, width: 390, height: 844 });
    await plain.goto(`${base}/ask`);
    await plain.fill('#application', 'Braze');
    await plain.click('button:text("What does it need?")');
    same(await plain.locator('input[name="q.data class"]:checked').getAttribute('value'), 'personal', 'the facts answer');
    await plain.goto(base + address());
    same(await plain.locator('.verdict .zone').innerText(), 'Amber', 'the ruling');
    await plain.check('input[name="q.data class"][value=sensitive]');
    await plain.click('button:text("What does it need?")');
    same(await plain.locator('.verdict .zone').innerText(), 'Red', 'after the button');
    await plain.context().close();
    for (const scheme of ['light', 'dark']) {
      const phone = await open(browser, base, { width: 390, height: 844, scheme });
      await phone.goto(base + address());
      check(await phone.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `nothing sticks out, ${scheme}`);
      check(await phone.locator('#glance').isVisible(), 'the zone is in sight');
      check(!(await serious(phone)).length, `nothing serious, ${scheme}: ${await serious(phone)}`);
      await phone.context().close();
    }
    const keys = await open(browser, base);
    await keys.goto(base + address());
    await keys.focus('input[name="q.data class"]:checked');
    await keys.keyboard.press('ArrowRight');
    await until(keys, 'red');
    same(await keys.evaluate(() => document.activeElement.value), 'sensitive', 'arrows choose');
    await keys.context().close();
  });

  await group('a rulebook that is not there, and hostile answers', async () => {
    const page = await open(browser, base);
    same((await page.goto(`${base}/ask?rulebook=nothing`)).status(), 404, 'no such rulebook');
    const bad = await page.goto(`${base}/ask?q.what=%3Cscript%3Ealert(1)%3C%2Fscript%3E&q.users=${'9'.repeat(4000)}`);
    same(bad.status(), 422, 'what is no answer');
    check((await page.locator('.question.wrong').count()) === 2, 'is said beside its question');
    await page.context().close();
  });
}

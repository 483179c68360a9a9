// SPDX-License-Identifier: Apache-2.0
// Rules changed as sentences: nothing of the model's text moves but what was changed.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { check, group, open, same, serious } from './help.mjs';

const shipped = readFileSync(new URL('../../model/rulebooks/safe-zones.dmn', import.meta.url), 'utf8');
const model = async (page, id) => (await page.request.get(`${page.url().split('/rulebooks')[0]}/rulebooks/${id}/model`)).text();

export async function rules(browser, base) {
  let id;
  await group('rules are changed as sentences, and the rest of the text stays', async () => {
    const page = await open(browser, base, { who: 'rules-marketing' });
    await page.goto(`${base}/rulebooks/safe-zones`);
    await page.fill('#name', 'Sentences');
    await Promise.all([page.waitForURL('**did=taken**'), page.click('button:text-is("Take it over")')]);
    id = new URL(page.url()).pathname.split('/').pop();
    await page.click('a:text-is("Change the rules")');
    check((await page.locator('.which').innerText()).includes('Who goes ahead?'), 'the table of the outcome first, and what it decides');
    await page.click('.which summary');
    await page.click('.which a:text-is("data exposure")');
    const words = (await page.locator('main').innerText()).toLowerCase();
    for (const word of ['dmn', 'feel', 'hit policy', 'unique']) check(!words.includes(word), `no word of ${word}`);
    execFileSync(process.env.ENTENTE, ['ask', '--keep', '--today', '2026-11-22', '--workspace', `${process.env.WORK}/web.entente`, '--with',
      '{what: "report", "data class": "none", reads: "own systems", writes: "nothing", "annual cost": 0, "term months": 12, users: 5, builder: "own team", training: "basics", ' +
      'vendor: "no vendor", "public facing": false, "weeks until needed": 6, "way back": "within a day"}']);
    await page.selectOption('#rule-1 select[id$="-value"]', { label: 'high' });
    await page.waitForFunction(() => document.querySelector('.tried li'));
    const tried = await page.locator('.tried').innerText();
    check(/\d+ of the last \d+ rulings? would come out differently; \d+ heavier/.test(tried) && /Ruling \d+.*: green → /.test(tried), `what was kept: ${tried}`);
    await page.selectOption('#rule-1 select[id$="-value"]', { label: 'low' });
    const five = page.locator('#rule-5');
    check((await five.innerText()).replace(/\s+/g, ' ').includes('When the data class is personal and the region is elsewhere then the data exposure is'), 'a sentence');
    check((await page.locator('#check').innerText()).includes('Every case is decided'), 'checked');
    await five.locator('summary').nth(1).click();
    await five.getByLabel('elsewhere').uncheck();
    await five.getByLabel('equal protection').check();
    await page.waitForFunction(() => document.querySelector('.open-cases'));
    check((await five.innerText()).includes('is equal protection'), 'the sentence follows');
    const says = await page.locator('#check').innerText();
    check(says.includes('Nobody has decided what holds when the data class is personal and the region is elsewhere.'), `what is open: ${says}`);
    check(says.includes('Rules 4 and 5 both hold when the data class is personal and the region is equal protection.'), 'what is decided twice');
    await page.keyboard.press('Escape');
    await page.click('button:text-is("Add a rule for this case")');
    await page.waitForSelector('#rule-7.is-new');
    check((await page.locator('#rule-7').innerText()).includes('is elsewhere'), 'the case is filled in');
    check(!(await serious(page)).length, `nothing serious: ${await serious(page)}`);
    await Promise.all([page.waitForNavigation(), page.click('button:text-is("Save")')]);
    check((await page.locator('#rule-7 .says').allInnerTexts()).join().includes('Say why'), 'a rule needs a reason');
    await five.locator('summary').nth(1).click();
    await five.getByLabel('elsewhere').check();
    await five.getByLabel('equal protection').uncheck();
    await page.keyboard.press('Escape');
    await page.click('#rule-7 button:has-text("Remove")');
    await page.waitForFunction(() => !document.querySelector('#rule-7') && document.querySelector('#check').innerText.includes('Every case is decided'));
    await page.selectOption('#rule-2 select[id$="-value"]', { label: 'middle' });
    await page.fill('#rule-2 textarea', 'Ours & <stricter>.');
    await page.fill('#version', '2026-2');
    await page.fill('#valid-from', '2027-01-01');
    await Promise.all([page.waitForURL('**did=taken**'), page.click('button:text-is("Save")')]);
    check((await page.locator('h1').innerText()).includes('2026-2'), 'the version has its name');
    check((await page.locator('main header').innerText()).includes('1 January 2027'), 'and its day');
    same(await model(page, id), shipped.replace('<entente:version>2026-1<', '<entente:version>2026-2<')
      .replace(/(id="data_exposure_r2">[^]*?<outputEntry><text>)"low"([^]*?<annotationEntry><text>)[^<]*/, '$1"middle"$2Ours &amp; &lt;stricter&gt;.'), 'to the byte');
    await page.setViewportSize({ width: 390, height: 844 });
    await page.goto(`${base}/rulebooks`);
    check(await page.locator('.book .tag', { hasText: '1 January 2027' }).count() === 1, 'the list says from when it holds');
    check(await page.evaluate(() => document.documentElement.scrollWidth <= 390), 'and fits a phone');
    await page.context().close();
  });

  await group('a rule is talked about, and what was said is settled', async () => {
    const page = await open(browser, base, { who: 'rules-marketing' }), other = await open(browser, base, { who: 'rules-it' });
    await page.goto(`${base}/rulebooks/${id}`);
    await page.locator('[id="data exposure"] tbody').nth(4).locator('a').click();
    check((await page.locator('h1').innerText()).includes('rule 5 of data exposure'), 'it stands at the rule');
    await page.fill('#say-text', 'Is a contract enough, @rules-it@northlight.example?');
    await Promise.all([page.waitForNavigation(), page.click('button:text-is("Comment")')]);
    await other.goto(base);
    await other.click('a[href*="/talk?rule=data_exposure_r5"]');
    check((await other.locator('.rule-table tbody').innerText()).includes('Personal data outside'), 'who is mentioned comes to the rule');
    check(!(await serious(other)).length, `nothing serious: ${await serious(other)}`);
    await other.goto(`${base}/rulebooks/${id}/rules?table=data+exposure`);
    check((await other.locator('#rule-5').innerText()).includes('1 comment, 1 open'), 'counted where it is changed');
    await other.goto(`${base}/rulebooks/${id}`);
    await other.click('a:text-is("Rule 5 of data exposure")');
    await Promise.all([other.waitForNavigation(), other.click('button:text-is("This is settled")')]);
    check((await other.locator('.comments').innerText()).includes('settled by Raj Patel'), 'settled, and by whom');
    await page.goto(`${base}/rulebooks/${id}`);
    check((await page.locator('[id="data exposure"]').innerText()).includes('1 comment, settled'), 'and it says so at the rule');
    same(await page.locator('a:text-is("Rule 5 of data exposure")').count(), 0, 'nothing is open');
    same((await page.goto(`${base}/rulebooks/${id}/talk?rule=nothing`)).status(), 404, 'a rule that is not there');
    await page.context().close();
    await other.context().close();
  });

  await group('sentences on a phone, without JavaScript, and when somebody was quicker', async () => {
    const phone = await open(browser, base, { width: 390, height: 844, scheme: 'dark', script: false, who: 'it' });
    await phone.goto(`${base}/rulebooks/${id}/rules?table=amount`);
    const first = phone.locator('#rule-1');
    await first.locator('summary').first().click();
    await first.locator('input[name$=".to"]').fill('much');
    await phone.click('button:text-is("Add a rule")');
    check((await first.innerText()).includes('"much" is not a number'), 'beside the field');
    same(await phone.locator('.sentence').count(), 5, 'and one more rule');
    await phone.goto(`${base}/rulebooks/${id}/rules?table=amount`);
    await first.locator('summary').first().click();
    await first.locator('input[name$=".to"]').fill('9000');
    const quick = await open(browser, base, { who: 'rules-it', width: 390, height: 844 });
    await quick.goto(`${base}/rulebooks/${id}/rules?table=zone`);
    await quick.click('#rule-1 summary');
    check(await quick.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'it fits');
    await quick.fill('#rule-1 textarea', 'Quicker.');
    await Promise.all([quick.waitForURL('**did=taken**'), quick.click('button:text-is("Save")')]);
    await phone.click('button:text-is("Save")');
    check((await phone.locator('[role=alert]').innerText()).includes('Some cases are open'), 'what is open is asked about');
    await phone.check('[name=sure]');
    await phone.click('button:text-is("Save")');
    check((await phone.locator('[role=alert]').innerText()).includes('Somebody else changed these rules'), 'who began before is told so');
    check((await first.innerText()).includes('is below 9,000'), 'and nothing that was typed is lost');
    await quick.goto(`${base}/rulebooks/safe-zones/rules`);
    check((await quick.locator('main').innerText()).includes('comes with the program'), 'what is not ours is not changed');
    await quick.context().close();
    await phone.context().close();
  });
}

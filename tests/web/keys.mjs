// SPDX-License-Identifier: Apache-2.0
// Two keys: proposing, signing, refusing, and what everybody sees meanwhile.
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { check, group, open, password, same, seen } from './help.mjs';
import { look } from './pages.mjs';

const field = (page, label) => page.locator('.field', { has: page.locator(`label:text-is("${label}"), label:has-text("${label} (")`) }).first();
const input = (page, label) => field(page, label).locator('input, textarea, select').first();
const save = (page) => Promise.all([page.waitForNavigation(), page.click('.edit button.main')]);
const value = (page, label) => page.locator('.fields > div', { has: page.locator(`dt:text-is("${label}")`) });
const press = (page, name) => Promise.all([page.waitForNavigation(), page.getByRole('button', { name, exact: true }).click()]);
const key = (page, set, side) => page.locator(`.keys h3:text-is("${set}") + ul .key`, { hasText: side });
const entente = (...words) => execFileSync(process.env.ENTENTE, [...words, '--workspace', `${process.env.WORK}/web.entente`, '--today', '2026-11-22']).toString();

async function sign(page, word = password) {
  await page.fill('#password', word);
  await press(page, 'Sign');
}

export async function keys(browser, base) {
  const anna = await open(browser, base, { who: 'signs-marketing' }), jonas = await open(browser, base, { who: 'signs-it' });
  const dora = await open(browser, base, { who: 'it' }), viewer = await open(browser, base, { who: 'viewer' });
  let path, whole;

  await group('from a draft to what is agreed', async () => {
    await dora.goto(`${base}/types/objectives/new`);
    await input(dora, 'Name').fill('Answer within a day');
    await input(dora, 'Statement').fill('Every customer who writes gets an answer within a day.');
    await save(dora);
    path = new URL(dora.url()).pathname;
    check((await dora.locator('.keys .tag').innerText()).includes('Draft'), 'a draft at first');
    same(await dora.evaluate(() => getComputedStyle(document.querySelector('.keys .key'), '::before').content), 'none', 'no mark but those of the sides');
    await dora.click('a.button:has-text("Read and propose")');
    check((await dora.textContent('.signed')).includes('within a day'), 'the whole text');
    same(await dora.locator('#password').count(), 0, 'nobody signs a draft');
    await press(dora, 'Propose');
    check((await dora.textContent('[role=status]')).includes('Proposed'), 'proposed');
    check((await dora.textContent('main')).includes('you are a contributor of IT'), 'why a contributor does not sign');
    same(await dora.locator('#password').count(), 0, 'and cannot');
    await anna.goto(base);
    check((await anna.textContent('#waiting')).includes('Waits for me') && (await anna.textContent('#waiting')).includes('Answer within a day'), 'waits on Today');
    await anna.click('#waiting a:has-text("Answer within a day")');
    await sign(anna, 'not the password');
    check((await anna.textContent('[role=alert]')).includes('not your password'), 'a wrong password signs nothing');
    await sign(anna);
    check((await anna.textContent('[role=status]')).includes('other key is still missing'), 'one key');
    check((await key(anna, 'The first draft', 'Marketing').innerText()).includes('Signed by Anna Berg'), 'who signed');
    check((await key(anna, 'The first draft', 'IT').innerText()).includes('its key is missing'), 'and who has not');
    same(await anna.locator('#password').count(), 0, 'the other key is another person\'s');
    await anna.goto(base);
    same(await anna.locator('#waiting a:has-text("Answer within a day")').count(), 0, 'it waits no more for this side');
    await jonas.goto(base);
    check((await jonas.textContent('#waiting')).includes('Marketing has signed'), 'but for the other');
    await jonas.click('#waiting a:has-text("Answer within a day")');
    await jonas.locator('#password').focus();
    await jonas.keyboard.type(password);
    await Promise.all([jonas.waitForNavigation(), jonas.keyboard.press('Enter')]);
    check((await jonas.textContent('[role=status]')).includes('it is in force'), 'two keys, by keyboard');
    same(await jonas.locator('.keys .tag').innerText(), 'Agreed', 'agreed');
    const said = entente('show', 'objective', 'Answer within a day');
    check(/agreement +agreed {2}signed for Marketing by Anna Berg/.test(said), `the command line says so: ${said}`);
    check(entente('list', 'objectives', '--where', 'agreement = "agreed"').includes('Answer within a day'), 'and lists it');
  });

  await group('a change to what is agreed is a proposal', async () => {
    await dora.goto(`${base}${path}/edit`);
    check((await dora.textContent('.message.note')).includes('Both sides have signed'), 'said before saving');
    await input(dora, 'Statement').fill('Every customer who writes to us gets a first answer within four hours.');
    await input(dora, 'IT restatement').fill('The queue is empty every evening.');
    await save(dora);
    same(new URL(dora.url()).pathname, `${path}/keys`, 'one sees the proposal');
    check((await dora.textContent('[role=status]')).includes('Saved as a proposal'), 'and that it is one');
    const statement = dora.locator('.signed .changed', { hasText: 'Statement' });
    same((await statement.locator('del').allInnerTexts()).map((w) => w.trim()).join('|'), 'an|a day.', 'the words that go');
    check((await statement.locator('ins').allInnerTexts()).join('|').includes('four hours.'), 'the words that come');
    same(await statement.locator('ins').first().evaluate((e) => getComputedStyle(e).textDecorationLine), 'underline', 'not by colour alone');
    await dora.goto(base + path);
    check((await value(dora, 'Statement').innerText()).includes('within a day'), 'what is in force stays');
    check((await value(dora, 'IT restatement').innerText()).includes('every evening'), 'what is not signed changes');
    same(await value(dora, 'Statement').locator('.other').count(), 0, 'the proposal is no other source');
    check((await dora.locator('.history li').first().innerText()).includes('proposal changed'), 'the history says what it was');
    const file = `${process.env.WORK}/plan.csv`;
    writeFileSync(file, 'name,horizon\nAnswer within a day,2029\n');
    const said = spawnSync(process.env.ENTENTE, ['import', 'objectives', file, '--source', 'plan', '--workspace', `${process.env.WORK}/web.entente`, '--today', '2026-11-22']);
    check(said.stderr.toString().includes('1 fact is signed by both sides'), `an import says so: ${said.stderr}`);
    const told = (...words) => spawnSync(process.env.ENTENTE, [...words, '--workspace', `${process.env.WORK}/web.entente`]).stdout.toString();
    check(/horizon +2029\n/.test(told('journal', '--limit', '1')), 'the journal does not call empty what is in force beside a draft');
    check(told('show', 'objective', 'Answer within a day').includes('as both signed it'), 'a value in force that no source says now is as it was signed');
    check((await dora.textContent('.message.note')).includes('drafted'), 'the page says that a change is drafted');
    await dora.goto(`${base}${path}/edit`);
    check((await input(dora, 'Statement').inputValue()).includes('four hours'), 'the form goes on with the proposal');
    await dora.goto(`${base}${path}/keys`);
    await press(dora, 'Propose');
    await jonas.goto(`${base}${path}/keys`);
    await sign(jonas);
    await anna.goto(`${base}${path}/keys`);
    await dora.goto(`${base}${path}/edit`);
    await input(dora, 'Statement').fill('Every customer who writes to us gets a first answer within two hours.');
    await save(dora);
    await sign(anna);
    check((await anna.textContent('[role=alert]')).includes('changed since you looked'), 'nobody signs what they have not read');
    check((await anna.textContent('.keys')).includes('the signature was for the older text'), 'and older signatures are void');
    await dora.goto(`${base}${path}/keys`);
    await press(dora, 'Propose');
    await anna.goto(`${base}${path}/keys`);
    await anna.fill('#refuse-reason', 'Two hours need five more people');
    await press(anna, 'Refuse');
    check((await anna.textContent('.keys')).includes('refused by Anna Berg for Marketing: Two hours need five more people'), 'refused, with the reason');
    await press(anna, 'Withdraw');
    same(await anna.locator('.keys .tag').innerText(), 'Agreed', 'withdrawn: what was agreed is all there is');
    await anna.goto(base + path);
    check((await anna.textContent('.history')).includes('kept as it is agreed'), 'the history has it');
  });

  await group('two people at one proposal', async () => {
    await dora.goto(`${base}${path}/edit`);
    await anna.goto(`${base}${path}/edit`);
    await input(dora, 'Statement').fill('One says this.');
    await save(dora);
    await input(anna, 'Statement').fill('The other says that.');
    await save(anna);
    check((await anna.textContent('[role=alert]')).includes('changed meanwhile'), 'the second is told');
    same(await input(anna, 'Statement').inputValue(), 'The other says that.', 'and keeps what was typed');
    check((await field(anna, 'Statement').locator('.now').innerText()).includes('One says this.'), 'beside the other\'s');
    await anna.goto(`${base}${path}/keys`);
    await press(anna, 'Withdraw');
  });

  await group('a whole is signed with its parts', async () => {
    const file = (name, text) => { writeFileSync(`${process.env.WORK}/${name}`, text); return `${process.env.WORK}/${name}`; };
    entente('import', 'business cases', file('cases.csv', 'name\nOne mailer\n'));
    entente('import', 'assumptions', file('assumptions.csv', 'assumption,case,agreed value\nMails a month,One mailer,40\nPrice of a mail,One mailer,2\n'));
    await seen(dora, `${base}/types/business-cases`, 'main a:text-is("One mailer")');
    await dora.click('main a:text-is("One mailer")');
    whole = new URL(dora.url()).pathname;
    await seen(dora, `${base}${whole}/keys`, ':nth-match(.piece, 2)');
    const piece = (page, name) => page.locator('.piece', { hasText: name });
    same(await dora.locator('.piece[open]').count(), 2, 'all of the first draft is read');
    await press(dora, 'Propose');
    for (const page of [anna, jonas]) {
      await page.goto(`${base}${whole}/keys`);
      await sign(page);
    }
    check((await jonas.textContent('[role=status]')).includes('it is in force'), 'both sign one text');
    await piece(dora, 'Mails a month').locator('a').click();
    await dora.waitForLoadState();
    const part = new URL(dora.url()).pathname;
    check((await dora.locator('.keys').innerText()).includes('Signed as a part of One mailer'), 'a part says with what it was signed');
    check((await key(dora, 'In force', 'IT').innerText()).includes('Signed by Jonas'), 'and by whom');
    await dora.goto(`${base}${part}/edit`);
    await input(dora, 'Agreed value').fill('50');
    await save(dora);
    same(new URL(dora.url()).pathname, `${whole}/keys`, 'a change to it is a proposal of the whole');
    check((await dora.textContent('main')).includes('1 part changes'), 'that says so');
    check((await piece(dora, 'Mails a month').locator('.changed').innerText()).includes('50'), 'and what would change');
    same(await dora.locator('.piece[open]').count(), 1, 'what stays is folded');
    await dora.goto(`${base}${part}`);
    same((await value(dora, 'Agreed value').locator('.value').innerText()), '40', 'what is in force stays');
  });

  await group('who may not', async () => {
    await viewer.goto(`${base}${path}/keys`);
    same(await viewer.locator('form.act').count(), 0, 'a viewer has no forms');
    await dora.goto(`${base}${path}/edit`);
    await input(dora, 'Statement').fill('A third text.');
    await save(dora);
    const hash = await dora.locator('.act input[name=hash]').first().inputValue();
    const send = (page, to, form) => page.evaluate(async ([url, data]) => {
      const csrf = document.querySelector('input[name=csrf]').value;
      return (await fetch(url, { method: 'POST', body: new URLSearchParams({ csrf, ...data }) })).status;
    }, [to, form]);
    same(await send(viewer, `${path}/keys`, { act: 'propose', hash }), 403, 'a viewer does not propose');
    same(await send(viewer, `${path}/sign`, { hash, password }), 403, 'nor sign');
    same(await send(dora, `${path}/sign`, { hash, password }), 403, 'a contributor does not sign');
    same(await send(dora, `${path}/keys`, { act: 'refuse', hash, reason: 'no' }), 403, 'nor refuse');
    same(await send(dora, `${path}/keys`, { act: 'propose' }), 409, 'a form without the text that was read');
    same(await send(dora, `${path}/keys`, { act: 'dance', hash }), 422, 'an act that there is not');
    same(await send(jonas, `${path}/sign`, { hash, password }), 422, 'nobody signs a draft');
    same(await send(dora, `${path}/keys`, { act: 'propose', hash, csrf: '0'.repeat(64) }), 403, 'a forged form');
    const get = await dora.goto(`${base}${path}/sign`);
    same(get.status(), 405, 'a GET signs nothing');
    same((await dora.goto(`${base}/facts/1/keys`)).status(), 404, 'a type without keys has no such page');
    await dora.goto(`${base}${path}/keys`);
    await press(dora, 'Withdraw');
    for (let i = 0; i < 8; i++) await send(jonas, `${path}/sign`, { hash, password: 'guess' });
    same(await send(jonas, `${path}/sign`, { hash, password }), 429, 'guessing is limited');
  });

  await group('their pages, light and dark, wide and narrow', async () => {
    await dora.goto(`${base}${path}/edit`);
    await input(dora, 'Statement').fill('Every customer who writes gets a first answer within an hour, and the last one within a week.');
    await input(dora, 'Horizon').fill('2028');
    await save(dora);
    await press(dora, 'Propose');
    await look(browser, base, { keys: `${path}/keys`, agreed: path, 'agreed-edit': `${path}/edit`, whole: `${whole}/keys`, waiting: '/' }, { who: 'signs-marketing' });
  });

  for (const page of [anna, jonas, dora, viewer]) {
    const odd = page.complaints.filter((c) => !/40[3459]|42[29]/.test(c));
    check(!odd.length, `the browser complains: ${odd.join('; ')}`);
    await page.context().close();
  }
}

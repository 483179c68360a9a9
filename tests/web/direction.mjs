// SPDX-License-Identifier: Apache-2.0
// Direction: strategy on a page, the line both ways, what each side says that an objective means.
import { check, group, open, same, serious } from './help.mjs';

const path = (page) => new URL(page.url()).pathname;

export async function direction(browser, base) {
  await group('from the page of the strategy to money and back, with the keyboard', async () => {
    const page = await open(browser, base);
    await page.click('nav a:text-is("Direction")');
    same(await page.locator('.ambition h2 a').innerText(), 'Known at every door', 'the ambition');
    same(await page.locator('.five section').count(), 4, 'the other parts of the framework');
    check((await page.locator('.five').innerText()).includes('Movers'), 'the customers who come first');
    await page.click('.objective h3 a:text-is("Single customer view")');
    const objective = path(page);
    const names = await page.locator('.line-name').allTextContents();
    check(names.some((n) => n.startsWith('Customer data')) && names.includes('Snowflake') === false, `the line: ${names}`);
    check(await page.locator('.line-node.torn').count() > 0, 'what hangs loose is marked');
    check((await page.locator('.line-card').innerText()).includes('nobody carries it'), 'and said in words');
    const node = page.locator('.line a', { hasText: 'Customer data' }).first();
    await node.focus();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.pathname !== objective);
    same(await page.locator('h1').innerText(), 'Customer data management', 'a capability has a line of its own');
    check((await page.locator('.line-head').allTextContents()).join().includes('Objectives,Capabilities'), 'that goes to the objectives');
    await Promise.all([page.waitForURL((url) => url.pathname === objective), page.locator('.line a', { hasText: 'Single customer' }).first().click()]);
    await page.goto(`${base}/types/applications?q=usercentrics`);
    await page.goto(base + (await page.getAttribute('#rows tbody th a', 'href')).replace('/facts/', '/direction/'));
    check((await page.locator('.line-name').allTextContents()).some((n) => n.startsWith('Single customer')), 'from an application to the objective');
    await page.goto(`${base}/types/terms`);
    const term = (await page.getAttribute('#rows tbody th a', 'href')).replace('/facts/', '/direction/');
    same((await page.goto(base + term)).status(), 404, 'a word has no place on the line');
    await page.context().close();
  });

  await group('each side says it in its own words, and writes only those', async () => {
    const page = await open(browser, base, { who: 'it' });
    await page.goto(`${base}/direction`);
    await page.click('.objective h3 a:text-is("Raise repeat purchase")');
    check((await page.locator('#restated').innerText()).includes('IT has not yet said'), 'one side is missing');
    same(await page.locator('#restated textarea').count(), 1, 'one side is mine');
    await page.getByLabel('What it means to IT').fill('A trigger after 90 days, and a customer file <b>each night</b>');
    await Promise.all([page.waitForURL('**saved=1**'), page.click('#restated button')]);
    const said = await page.locator('#restated').innerText();
    check(said.includes('to agree on') && said.includes('90') && said.includes('customer'), 'what differs is listed');
    check((await page.getByLabel('What it means to IT').inputValue()).includes('<b>each night</b>'), 'as it was typed');
    check((await page.locator('.points').innerText()).includes('two meanings'), 'a word with two meanings');
    check(!(await serious(page)).length, 'nothing serious');
    const id = path(page).split('/').pop();
    await page.goto(`${base}/facts/${id}/edit`);
    check((await page.locator('form.edit').innerText()).includes('IT restatement'), 'the form has my words');
    check(!(await page.locator('form.edit').innerText()).includes('Marketing restatement'), "and not the other side's");
    await page.context().close();
  });

  await group('point by point, until both answer alike', async () => {
    const [it, anna] = [await open(browser, base, { who: 'it' }), await open(browser, base, { who: 'signs-marketing' })];
    const point = (page, text) => page.locator('.point', { has: page.locator(`.mark:text-is("${text}")`) });
    const press = (page, button) => Promise.all([page.waitForNavigation(), button.click()]);
    await it.goto(`${base}/direction`);
    await it.click('.objective h3 a:text-is("Raise repeat purchase")');
    const at = it.url();
    await point(it, '90').locator('summary').click();
    await point(it, '90').locator('input[name=holds]').fill('90 days after the last order');
    await press(it, point(it, '90').getByRole('button', { name: 'This holds' }));
    check((await point(it, '90').innerText()).includes('It waits for Marketing'), 'one side has answered');
    await anna.goto(base);
    const waits = anna.locator('#waiting .row', { hasText: 'Raise repeat purchase' });
    check((await waits.innerText()).includes('IT has answered 1'), `it waits for the other: ${await waits.innerText()}`);
    await waits.locator('a').click();
    await anna.waitForLoadState();
    await press(anna, point(anna, '90').getByRole('button', { name: 'It is so' }));
    check((await point(anna, '90').innerText()).includes('agreed 90 days after the last order'), 'both answer alike');
    const word = anna.locator('.words button.mark').first(), text = await word.innerText();
    await press(anna, word);
    check((await point(anna, text).innerText()).includes('Does the other mean it too?'), 'a word is asked about');
    await press(anna, point(anna, text).getByRole('button', { name: 'We mean the same' }));
    await it.goto(at);
    check((await point(it, text).innerText()).includes('answers: we mean the same'), 'and answered');
    const send = (page, form) => page.evaluate(async ([url, data]) => {
      const csrf = document.querySelector('input[name=csrf]').value;
      return (await fetch(url, { method: 'POST', body: new URLSearchParams({ csrf, ...data }) })).status;
    }, [`${new URL(at).pathname}/points`, form]);
    same(await send(it, { kind: 'number', who: 'it', text: '91', act: 'same' }), 409, 'a point that is not there');
    same(await send(it, { kind: 'number', who: 'it', text: '90', act: 'holds', holds: ' ' }), 422, 'an answer says something');
    same(await send(it, { kind: 'word', who: 'marketing', text, act: 'confirm', theirs: 'else' }), 409, 'what the other side says has changed');
    check(!(await serious(it)).length, 'nothing serious');
    for (const page of [it, anna]) await page.context().close();
  });

  await group('measures: how far, and which way', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/direction`);
    const line = (name) => page.locator('.measures li', { hasText: name });
    check((await line('Duplicate profiles').innerText()).includes('9.8, from 11.5 down to 2 %'), 'less is better');
    check((await line('Profiles with valid consent').innerText()).includes('61, from 58 up to 80 %'), 'more is better');
    same(await line('Duplicate profiles').locator('meter').getAttribute('value'), '17', 'the way that is done, downwards');
    same(await line('Profiles with valid consent').locator('meter').getAttribute('value'), '13', 'and upwards');
    for (const name of ['Contacts per hundred orders', 'Loyalty app milestones on time'])
      check((await line(name).innerText()).includes('further away') && !(await line(name).locator('meter').count()), `${name} moves away`);
    const left = await page.locator('.measures meter').evaluateAll((all) => all.filter((m) => m.getBoundingClientRect().left < 700).map((m) => Math.round(m.getBoundingClientRect().left)));
    same(new Set(left).size, 1, 'the bars stand below each other');
    await page.context().close();
  });

  await group('a measure that computes itself', async () => {
    const page = await open(browser, base, { who: 'it' });
    await page.goto(`${base}/types/measures/new`);
    const field = (label) => page.locator('.field', { has: page.locator(`label:text-is("${label}"), label:has-text("${label} (")`) }).first();
    const save = () => Promise.all([page.waitForNavigation(), page.click('.edit button.main')]);
    await field('Name').locator('input').fill('Shadow applications');
    await field('Formula').locator('input').fill('count(aplications)');
    await save();
    check((await field('Formula').locator('.error').innerText()).includes("did you mean 'applications'"), 'an error stands beside the field');
    await field('Formula').locator('input').fill('count(applications[status = "shadow"])');
    await save();
    check(Number(await page.locator('#reading .value').innerText()) > 0, 'and is read from the book');
    await page.context().close();
  });

  await group('two of one side at once', async () => {
    const [one, other] = [await open(browser, base, { who: 'it' }), await open(browser, base, { who: 'it' })];
    await one.goto(`${base}/direction`);
    await one.click('.objective h3 a:text-is("Be found first")');
    await other.goto(one.url());
    await other.getByLabel('What it means to IT').fill('Fast pages');
    await one.getByLabel('What it means to IT').fill('Fewer errors for crawlers');
    await Promise.all([one.waitForURL('**saved=1**'), one.click('#restated button')]);
    await Promise.all([other.waitForNavigation(), other.click('#restated button')]);
    check((await other.locator('[role=alert]').innerText()).includes('meanwhile'), 'the second hears of it');
    same(await other.getByLabel('What it means to IT').inputValue(), 'Fast pages', 'and loses nothing');
    await one.context().close();
    await other.context().close();
  });

  await group('published figures', async () => {
    const page = await open(browser, base, { who: 'viewer' });
    await page.goto(`${base}/types/budgets`);
    await page.click('.benchmarks summary');
    const found = await page.locator('.benchmarks').innerText();
    check(found.includes('25.4 %') && found.includes('Gartner') && found.includes('23 %'), `beside our own: ${found}`);
    await page.goto(`${base}/types/builds`);
    await page.click('.benchmarks summary');
    check(!(await page.locator('.benchmarks .own').count()), 'a likelihood stands alone');
    await page.goto(`${base}/types/terms`);
    same(await page.locator('.benchmarks').count(), 0, 'and none where none belongs');
    await page.context().close();
  });
}

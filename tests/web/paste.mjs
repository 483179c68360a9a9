// SPDX-License-Identifier: Apache-2.0
// Pasting from a spreadsheet: new rows, and over a selection.
import { check, group, open, same, serious } from './help.mjs';

const submit = (page, selector) => Promise.all([page.waitForNavigation(), page.click(selector)]);

export async function paste(browser, base) {
  await group('pasting new rows', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/vendors`);
    await page.click('a:text-is("Paste from a spreadsheet")');
    await page.fill('#text', 'Manufacturer\tWhere\nPasted One\tDE\nPasted "Two"\tFR\nAdobe\tIE\n');
    await submit(page, 'button[value=look]');
    same(await page.locator('.columns label >> nth=1').locator('.guess').innerText(), 'a guess: 3 of 3 are known here as country of other vendors', 'a column whose name fits nothing is guessed, with the reason');
    same(await page.inputValue('.columns select[name="use.2"]'), 'country', 'the guess is taken up');
    same(`${await page.locator('.columns label >> nth=0').locator('.guess').count()} ${await page.inputValue('.columns select[name="use.1"]')}`, '0 name', 'a column whose name fits is no guess');
    await page.selectOption('.columns select[name="use.1"]', 'name');
    await page.selectOption('.columns select[name="use.2"]', 'country');
    await page.selectOption('#header', 'yes');
    await submit(page, 'button[value=look]');
    const says = await page.locator('.preview').innerText();
    check(says.includes('2 would be made'), `what would be made: ${says}`);
    check(says.includes('Pasted "Two"') || says.includes('Pasted Two'), 'row by row');
    check(!(await serious(page)).length, `nothing serious about the page: ${await serious(page)}`);
    same((await page.request.get(`${base}/types/vendors?q=Pasted`)).status(), 200, 'the list');
    check(!(await (await page.request.get(`${base}/types/vendors?q=Pasted`)).text()).includes('>Pasted One<'), 'nothing is written yet');
    await submit(page, 'button[value=commit]');
    check((await page.locator('.message.good').innerText()).includes('Saved'), 'written');
    await page.goto(`${base}/types/vendors?q=pasted`);
    same(await page.locator('#rows tbody tr').count(), 2, 'both are there');
    await page.click('#rows tbody th a:has-text("Pasted One")');
    await page.waitForSelector('.fields');
    check((await page.locator('.fields').innerText()).includes('typed by marketing@northlight.example'), 'as if typed');
    same(page.complaints.filter((c) => !c.includes('422')).length, 0, `no complaints: ${page.complaints}`);
    await page.goto(`${base}/types/vendors/paste`);
    await page.fill('#text', `name\n${Array.from({ length: 60 }, (_, i) => `Planned ${i}`).join('\n')}\n`);
    await submit(page, 'button[value=look]');
    same(`${await page.locator('.planned').count()} ${await page.locator('.preview button[value=all]').count()}`, '40 1', 'the first forty');
    await submit(page, 'button[value=all]');
    same(`${await page.locator('.planned').count()} ${await page.locator('.preview button[value=all]').count()}`, '60 0', 'and all');
    await page.context().close();
  });

  await group('pasting over a selection', async () => {
    const page = await open(browser, base);
    await page.goto(`${base}/types/applications?q=adobe&sort=name&col=seats_paid`);
    const names = await page.locator('#rows tbody th').allInnerTexts();
    await page.check('#rows tbody input[name=id] >> nth=0');
    await page.check('#rows tbody input[name=id] >> nth=1');
    await submit(page, '#many button:text-is("Paste…")');
    check((await page.textContent('h1')).includes('Paste over 2 applications'), 'over two');
    await page.fill('#text', `${names[0]}\t111\n`);
    await submit(page, 'button[value=look]');
    check((await page.locator('.message.bad').innerText()).includes('one to one'), 'one row for each');
    await page.fill('#text', `${names[0]}\tmany\n${names[1]}\t222\n`);
    await submit(page, 'button[value=look]');
    check((await page.locator('.preview .error').innerText()).includes('"many" is not a whole number'), 'what is wrong, with its line');
    same(await page.locator('button[value=commit]').count(), 0, 'nothing can be written so');
    await page.fill('#text', `${names[0]}\t111\n${names[1]}\t222\n`);
    await submit(page, 'button[value=look]');
    check((await page.locator('.preview').innerText()).includes('2 changed'), 'what changes');
    await submit(page, 'button[value=commit]');
    await page.goto(`${base}/types/applications?q=adobe&sort=name&col=seats_paid`);
    same((await page.locator('#rows td[data-title="Seats paid"]').allInnerTexts()).slice(0, 2).join(), '111,222', 'written over what imports had said');
    await page.context().close();
    const viewer = await open(browser, base, { who: 'viewer' });
    same((await viewer.goto(`${base}/types/applications/paste`)).status(), 403, 'not for viewers');
    await viewer.context().close();
  });
}

// SPDX-License-Identifier: Apache-2.0
// editor.mjs PORT NAME PASSWORD: how long the editor takes on the safe zones, from the address to where one can write in their
// picture, and by the address of one table to where one can write in that, each time in a new browser profile that has seen
// nothing of the server.
import { chromium } from '../tests/web/node_modules/playwright-core/index.mjs';

const [, , port, name, password] = process.argv, base = `http://127.0.0.1:${port}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const first = await browser.newContext(), page = await first.newPage();
await page.goto(`${base}/sign-in`);
await page.fill('#name', name);
await page.fill('#password', password);
await Promise.all([page.waitForURL(`${base}/`), page.click('button.main')]);
await page.goto(`${base}/rulebooks/safe-zones`);
await Promise.all([page.waitForURL('**/edit'), page.click('button[value=edit]')]);
const address = page.url(), storageState = await first.storageState();
const cold = async (hash) => {
  const context = await browser.newContext({ storageState }), page = await context.newPage(), start = performance.now();
  await page.goto(address + hash, { waitUntil: 'commit' });
  await page.waitForSelector('#editor[data-ready]');
  const time = performance.now() - start;
  await context.close();
  return time;
};
const times = { 'the picture': [], 'one table': [] };
for (let i = 0; i < 10; i++) {
  times['the picture'].push(await cold(''));
  times['one table'].push(await cold('#zone'));
}
await browser.close();
const told = Object.entries(times).map(([name, all]) => {
  all.sort((a, b) => a - b);
  return `${name} median ${all[5].toFixed(0)} ms, worst ${all[9].toFixed(0)} ms of 10`;
});
console.log(told.join('; '));

// SPDX-License-Identifier: Apache-2.0
// editor.mjs PORT NAME PASSWORD: how long the editor of tables takes on the safe zones, from the address to where one can write, each
// time in a new browser profile that has seen nothing of the server.
import { chromium } from '../tests/web/node_modules/playwright-core/index.mjs';

const [, , port, name, password] = process.argv, base = `http://127.0.0.1:${port}`, times = [];
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
const first = await browser.newContext(), page = await first.newPage();
await page.goto(`${base}/sign-in`);
await page.fill('#name', name);
await page.fill('#password', password);
await Promise.all([page.waitForURL(`${base}/`), page.click('button.main')]);
await page.goto(`${base}/rulebooks/safe-zones`);
await Promise.all([page.waitForURL('**/edit'), page.click('button[value=edit]')]);
const address = page.url(), storageState = await first.storageState();
for (let i = 0; i < 10; i++) {
  const context = await browser.newContext({ storageState }), cold = await context.newPage(), start = performance.now();
  await cold.goto(address, { waitUntil: 'commit' });
  await cold.waitForSelector('#editor[data-ready]');
  times.push(performance.now() - start);
  await context.close();
}
await browser.close();
times.sort((a, b) => a - b);
console.log(`median ${times[5].toFixed(0)} ms, worst ${times[9].toFixed(0)} ms of 10`);

// SPDX-License-Identifier: Apache-2.0
import { check, group, launch, same, serve, tally } from './help.mjs';
import { http } from './http.mjs';
import { pages } from './pages.mjs';
import { edit, empty } from './edit.mjs';
import { keys } from './keys.mjs';
import { list } from './list.mjs';
import { listen, live } from './live.mjs';
import { many } from './many.mjs';
import { paste } from './paste.mjs';
import { talk } from './talk.mjs';
import { people } from './people.mjs';

const browser = await launch();
const web = await serve(`${process.env.WORK}/web.entente`);
await pages(browser, web.base);
await list(browser, web.base);
await many(browser, web.base);
await paste(browser, web.base);
await talk(browser, web.base);
await live(browser, web);
await edit(browser, web.base);
await keys(browser, web.base);
await http(web);
await people(browser, web);
await group('stopping', async () => {
  await listen(web, 'it', 8);
  const start = Date.now();
  same(await web.stop(), 0, 'SIGTERM ends it with 0');
  check(Date.now() - start < 4000, `soon, also with streams open: ${Date.now() - start} ms`);
  check(!web.errors.length, `nothing on standard error: ${web.errors.join('')}`);
});
const nothing = await serve(`${process.env.WORK}/empty.entente`);
await empty(browser, nothing.base);
await nothing.stop();
await browser.close();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed ? 1 : 0;

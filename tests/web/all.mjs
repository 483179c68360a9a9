// SPDX-License-Identifier: Apache-2.0
import { check, group, launch, same, serve, tally } from './help.mjs';
import { guarded, hooks } from './hooks.mjs';
import { http } from './http.mjs';
import { pages } from './pages.mjs';
import { ask } from './ask.mjs';
import { direction } from './direction.mjs';
import { files } from './import.mjs';
import { sources } from './sources.mjs';
import { edit, empty } from './edit.mjs';
import { keys } from './keys.mjs';
import { list } from './list.mjs';
import { listen, live } from './live.mjs';
import { many } from './many.mjs';
import { past } from './past.mjs';
import { paste } from './paste.mjs';
import { talk } from './talk.mjs';
import { api } from './api.mjs';
import { forums } from './forums.mjs';
import { rulings } from './rulings.mjs';
import { people } from './people.mjs';
import { rulebooks } from './rulebooks.mjs';
import { rules } from './rules.mjs';
import { replay } from './replay.mjs';

// Two halves that can run side by side, each on a workspace of its own; about as long as each other.
const halves = {
  first: { pages, direction, forums, list, many, paste, keys, past, rules, replay },
  second: { ask, talk, live, sources, files, edit, http, people, rulings, hooks, api, rulebooks },
};
const parts = { ...halves.first, ...halves.second };
let asked = process.argv.slice(2);
const half = asked.length === 1 && halves[asked[0]] ? asked[0] : undefined;
if (half) asked = Object.keys(halves[half]);
for (const name of asked.filter((n) => !parts[n])) check(false, `there is no part "${name}": ${Object.keys(parts).join(' ')}`);

const browser = await launch();
const web = await serve(`${process.env.WORK}/web.entente`, '--hooks-to-private');
// Some are given the server, some its address.
const whole = new Set([live, files, http, people, rulings, hooks, api, forums]);
for (const [name, part] of Object.entries(parts)) {
  if (asked.length && !asked.includes(name)) continue;
  await (part === http ? part(web) : part(browser, whole.has(part) ? web : web.base));
}
await group('stopping', async () => {
  await listen(web, 'it', 8);
  const start = Date.now();
  same(await web.stop(), 0, 'SIGTERM ends it with 0');
  check(Date.now() - start < 4000, `soon, also with streams open: ${Date.now() - start} ms`);
  check(!web.errors.length, `nothing on standard error: ${web.errors.join('')}`);
});
if (half !== 'first') {
  const nothing = await serve(`${process.env.WORK}/empty.entente`);
  await empty(browser, nothing.base);
  await guarded(`${process.env.WORK}/empty.entente`);
  await nothing.stop();
}
await browser.close();
console.log(`${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed ? 1 : 0;

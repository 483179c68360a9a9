// SPDX-License-Identifier: Apache-2.0
// pages.mjs PORT NAME PASSWORD TOKEN PID FACTS REQUESTS: how long the server's pages take, one after the other over one connection; a commit comes
// between every ten of them, so that nothing is answered from what an earlier request left behind. Prints table rows; the last
// column is what the process PID took of a processor for each request, its share of commits and findings included.
import { readFileSync } from 'node:fs';
import http from 'node:http';

const [, , port, name, password, token, pid, ...numbers] = process.argv;
const [facts, asked] = numbers.map(Number); // facts.awk makes the applications behind three tenths of them
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
let cookie = '';
function ask(method, path, form, json) {
  const body = json ? JSON.stringify(json) : form && new URLSearchParams(form).toString(), start = process.hrtime.bigint();
  return new Promise((done, failed) => {
    const headers = { Host: `127.0.0.1:${port}`, ...(path.startsWith('/api/') ? { Authorization: `Bearer ${token}` } : { Cookie: cookie }) };
    if (body) Object.assign(headers, { 'Content-Type': json ? 'application/json' : 'application/x-www-form-urlencoded', 'Content-Length': Buffer.byteLength(body) });
    const request = http.request({ host: '127.0.0.1', port, path, method, agent, headers }, (answer) => {
      const parts = [];
      answer.on('data', (data) => parts.push(data));
      answer.on('end', () => done({
        status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString(),
        ms: Number(process.hrtime.bigint() - start) / 1e6,
      }));
    });
    request.on('error', failed);
    request.end(body);
  });
}
const csrfOf = (text) => text.match(/name="csrf" value="([0-9a-f]+)"/)[1];
const cookieOf = (answer) => answer.headers['set-cookie'].map((c) => c.split(';')[0]).find((c) => !c.endsWith('='));

const welcome = await ask('GET', '/sign-in');
cookie = cookieOf(welcome);
cookie = cookieOf(await ask('POST', '/sign-in', { csrf: csrfOf(welcome.text), name, password, to: '/' }));
const csrf = csrfOf((await ask('GET', '/types/vendors/new')).text);
let made = 0;
async function commitByApi() {
  const answer = await ask('POST', '/api/v1/facts/vendors', null, { name: `Bench ${process.pid} ${made++}` });
  if (answer.status !== 201) throw new Error(`a commit: ${answer.status} ${answer.text}`);
  return answer.ms;
}
async function commit() {
  const answer = await ask('POST', '/types/vendors', { csrf, f1: `Bench ${process.pid} ${made++}` });
  if (answer.status !== 303) throw new Error(`a commit: ${answer.status}`);
  return answer.ms;
}

const words = ['application 4', 'number 77', 'category 12', 'app49', 'vendor 3', 'does what', 'sanctioned', 'personal', 'nothing fits', 'e'];
const kinds = {
  'list, first page': () => '/types/applications',
  'list, sorted by any column, any page': (i) => `/types/applications?sort=${['annual_cost', '-seats_paid', 'vendor', '-live_since', 'status'][i % 5]}&page=${1 + i * 7 % 300}`,
  'list, filtered': (i) => `/types/applications?${['is.status=shadow', 'min.annual_cost=200000', 'set.it_owner=no', 'has.purpose=77', 'is.data_class=personal&max.seats_paid=20'][i % 5]}`,
  'list, a condition in FEEL': (i) => `/types/applications?where=${encodeURIComponent(['annual cost > 250000 and status = "shadow"', 'count(realises) > 2', 'vendor.name = "Vendor 7"'][i % 3])}`,
  'list, search as you type': (i) => `/types/applications?q=${encodeURIComponent(words[i % words.length])}`,
  'search over everything': (i) => `/find?q=${encodeURIComponent(words[(i + 3) % words.length])}`,
  'choices below a field': (i) => `/options/person?q=${encodeURIComponent(`person number ${i}`)}`,
  'the page of a fact': (i) => `/facts/${1 + i * 613 % (facts * 0.6)}`,
  'API: a list, filtered and sorted': (i) => `/api/v1/facts/applications?limit=50&sort=${['annual_cost', '-seats_paid'][i % 2]}&filter=${encodeURIComponent('status = "shadow"')}`,
  'API: a fact': (i) => `/api/v1/facts/applications/${facts * 0.3 + 1 + i * 613 % (facts / 2)}`,
};
const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
// Processor time of the server until now, in ms: the 14th and 15th word of its line, in hundredths of a second.
const used = () => readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /, '').split(' ').slice(11, 13).reduce((a, b) => a + 10 * Number(b), 0);
const row = (what, promised, times, cpu) => {
  times.sort((a, b) => a - b);
  console.log(`| ${what} | ${promised} | p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms | ${cpu === undefined ? '' : `${(cpu / times.length).toFixed(1)} ms`} |`);
};
const commits = [];
for (const [kind, path] of Object.entries(kinds)) {
  const times = [];
  let before = 0;
  for (let i = -5; i < asked; i++) {
    if (i % 10 === 0) commits.push(await commit());
    const answer = await ask('GET', path(Math.abs(i)));
    if (answer.status !== 200) throw new Error(`${path(Math.abs(i))}: ${answer.status}`);
    if (i >= 0) times.push(answer.ms);
    else before = used();
  }
  row(kind, 'p99 under 50 ms', times, used() - before);
}
row('a commit from a form, durable', 'under 10 ms', commits);
const byApi = [], before = used();
for (let i = 0; i < asked; i++) byApi.push(await commitByApi());
row('a commit by the API, durable', 'under 10 ms', byApi, used() - before);
agent.destroy();

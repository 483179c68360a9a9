// SPDX-License-Identifier: Apache-2.0
// A server, a browser, and a tally.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';
import net from 'node:net';
import { chromium } from 'playwright-core';

export const password = 'correct horse battery';
export const tally = { passed: 0, failed: 0 };

export function check(good, what) {
  if (good) return void tally.passed++;
  tally.failed++;
  console.log(`not so: ${what}`);
}
export function same(got, want, what) {
  check(got === want, `${what}: got ${JSON.stringify(got)}, want ${JSON.stringify(want)}`);
}
// A group that throws is one failure; the others still run.
export async function group(name, run) {
  const before = tally.failed, start = Date.now();
  try {
    await run();
  } catch (error) {
    tally.failed++;
    console.log(`${name}: ${error.stack}`);
  }
  console.log(`${tally.failed === before ? 'good' : 'BAD '} ${name} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
}

export async function serve(workspace, ...options) {
  const child = spawn(process.env.ENTENTE, ['serve', '--workspace', workspace, '--today', '2026-11-22', '--port', '0', ...options]);
  const errors = [];
  child.stderr.on('data', (data) => errors.push(data.toString()));
  const exit = new Promise((done) => child.on('exit', (code, signal) => done(signal ?? code)));
  for await (const line of createInterface({ input: child.stdout })) {
    const url = line.match(/http:\/\/[^ ]+/)?.[0];
    if (!url) continue;
    return {
      base: url.replace(/\/$/, ''), port: Number(new URL(url).port), errors, pid: child.pid,
      stop: async () => (child.kill('SIGTERM'), await exit),
    };
  }
  throw new Error(`the server did not start: ${errors.join('')}`);
}

// What a browser would not send: bytes as they are. Gives status, head and body.
export function raw(port, text) {
  return new Promise((done) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(4000, () => socket.destroy());
    socket.on('data', (data) => (answer += data));
    socket.on('error', () => {});
    socket.on('close', () => {
      const [head, body] = answer.split('\r\n\r\n');
      done({ status: Number(head.split(' ')[1]), head, body, answer });
    });
  });
}
export const get = (port, target, more = '') =>
  raw(port, `GET ${target} HTTP/1.1\r\nHost: localhost:${port}\r\n${more}Connection: close\r\n\r\n`);
export function post(port, target, form, more = '') {
  const body = new URLSearchParams(form).toString();
  return raw(port, `POST ${target} HTTP/1.1\r\nHost: localhost:${port}\r\nContent-Type: application/x-www-form-urlencoded\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n${more}Connection: close\r\n\r\n${body}`);
}

export const token = (body) => body.match(/name="csrf" value="([0-9a-f]{64})"/)?.[1];
export const cookie = (head, name) => head.match(new RegExp(`Set-Cookie: (${name}=[0-9a-f]+)`))?.[1];

export async function visit(port) {
  const answer = await get(port, '/sign-in');
  return { csrf: token(answer.body), cookie: cookie(answer.head, 'entente_visit') };
}
export async function signIn(port, name, word, more = '') {
  const v = await visit(port);
  return post(port, '/sign-in', { csrf: v.csrf, name, password: word, to: '/' }, `Cookie: ${v.cookie}\r\n${more}`);
}

export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium-headless-shell',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'],
});

// A signed-in page; what the browser complains about is counted.
export async function open(browser, base, { who = 'marketing', width = 1440, height = 1000, scheme = 'light', script = true } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, javaScriptEnabled: script });
  const page = await context.newPage();
  page.complaints = [];
  page.on('console', (m) => ['error', 'warning'].includes(m.type()) && page.complaints.push(m.text()));
  page.on('pageerror', (e) => page.complaints.push(e.message));
  page.on('dialog', (d) => (page.complaints.push(`a dialog: ${d.message()}`), d.dismiss()));
  await page.goto(`${base}/sign-in`);
  await page.fill('#name', `${who}@northlight.example`);
  await page.fill('#password', password);
  await page.click('button.main');
  if (!await page.waitForURL(`${base}/`, { timeout: 10000 }).then(() => true, () => false)) throw new Error(`${who} cannot sign in: ${await page.innerText('main')}`);
  return page;
}

// Whether the address gets to have this in it, text or pattern: scripts change what is shown first and the address after it.
export const follows = (page, part) => page.waitForURL((url) => (part.test ? part.test(url.href) : url.href.includes(part)), { timeout: 5000, waitUntil: 'commit' }).then(() => true, () => false);

// The page, once the server has noticed what another process wrote.
export async function seen(page, address, selector) {
  for (let i = 0; i < 100; i++) {
    await page.goto(address);
    if (await page.locator(selector).count()) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`${selector} does not come on ${address}`);
}

// On the page of a fact: { name, mimeType, buffer }.
export async function attach(page, address, file) {
  await page.goto(address);
  await page.setInputFiles('#attach-file', file);
  await Promise.all([page.waitForNavigation(), page.click('#attach button')]);
}

const axe = readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
// axe must get in past the policy that the page is tested for: as a script of the tool, not of the page.
// It loads no style sheets a second time: no rule that is on reads them. What stands outside of every landmark is only
// moderate to axe, but then somebody who goes from one to the next never comes upon it.
export async function serious(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'], preload: false }));
  return violations.filter((v) => v.id === 'region' || ['serious', 'critical'].includes(v.impact))
    .map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 160)).join(' | ')}`);
}

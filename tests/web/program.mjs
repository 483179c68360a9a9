// SPDX-License-Identifier: Apache-2.0
// A program that uses the API, and a request that it can ask the rulebook about.
import { execFileSync } from 'node:child_process';
import { raw } from './help.mjs';

export const run = (...words) => execFileSync(process.env.ENTENTE, [...words, '--workspace', `${process.env.WORK}/web.entente`, '--today', '2026-11-22'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
export const token = (name, who, ...more) => run('token', 'add', name, '--user', `${who}@northlight.example`, ...more).trim();

// A request with a token; gives status, headers in small letters, and the JSON.
export function program(port, secret) {
  return async (method, path, body, headers = {}) => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const all = { Host: `localhost:${port}`, Connection: 'close', ...(secret ? { Authorization: `Bearer ${secret}` } : {}),
      ...(text || ['POST', 'PATCH'].includes(method) ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) } : {}), ...headers };
    const head = Object.entries(all).map(([k, v]) => `${k}: ${v}\r\n`).join('');
    const answer = await raw(port, `${method} ${path} HTTP/1.1\r\n${head}\r\n${text}`);
    const found = Object.fromEntries([...answer.head.matchAll(/^([\w-]+): (.*)$/gm)].map(([, k, v]) => [k.toLowerCase(), v.trim()]));
    let json;
    try { json = JSON.parse(answer.answer.slice(answer.answer.indexOf('\r\n\r\n') + 4)); } catch { /* none */ }
    return { status: answer.status, headers: found, json, body: answer.body };
  };
}

// What a program sends to attach a file: the words of `it('POST', path, …)` behind its path.
export function form(name, bytes, headers = {}, boundary = 'xx') {
  const text = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n${bytes}\r\n--${boundary}--\r\n`;
  return [text, { 'Content-Type': `multipart/form-data; boundary=${boundary}`, ...headers }];
}

export const request = { what: 'application bought', 'data class': 'personal', region: 'home', reads: 'shared systems', writes: 'own systems', 'annual cost': 12000,
  'term months': 12, users: 15, builder: 'business technologist', training: 'basics', vendor: 'reviewed', 'public facing': true, 'weeks until needed': 6,
  'way back': 'within a month' };

// SPDX-License-Identifier: Apache-2.0
// A receiver of Entente's events (docs/events.md). Take isFromEntente into your own, or run this one to see what comes:
// node receiver.mjs SECRET [PORT]
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { argv } from 'node:process';

// body: the bytes as they came, before anybody parses them.
export function isFromEntente(secret, headers, body, now = Date.now() / 1000) {
  const id = headers['webhook-id'], time = headers['webhook-timestamp'];
  if (!(Math.abs(now - Number(time)) <= 300)) return false; // old: perhaps somebody sends again what they have overheard
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const want = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest();
  return (headers['webhook-signature'] ?? '').split(' ').some((signature) => {
    const [version, got] = signature.split(',');
    const bytes = Buffer.from(got ?? '', 'base64');
    return version === 'v1' && bytes.length === want.length && timingSafeEqual(bytes, want);
  });
}

if (import.meta.url === `file://${argv[1]}`) {
  const seen = new Set(); // an event can come twice: its id tells
  createServer(async (request, response) => {
    const pieces = [];
    for await (const piece of request) pieces.push(piece);
    const body = Buffer.concat(pieces), good = isFromEntente(argv[2], request.headers, body);
    response.writeHead(good ? 204 : 401).end();
    if (!good || seen.has(request.headers['webhook-id'])) return;
    seen.add(request.headers['webhook-id']);
    console.log(body.toString());
  }).listen(Number(argv[3] ?? 8480), '127.0.0.1');
}

// SPDX-License-Identifier: Apache-2.0
// Requests that no browser sends.
import net from 'node:net';
import { check, cookie, get, group, password, post, raw, same, signIn, token, visit } from './help.mjs';

export async function http({ port }) {
  await group('malformed requests are refused', async () => {
    same((await get(port, '/%00x')).status, 400, 'an escaped NUL');
    same((await get(port, '/stack?q=%00')).status, 400, 'an escaped NUL in the query');
    same((await get(port, '/%zz')).status, 400, 'a broken escape');
    same((await get(port, '/%ff')).status, 400, 'no UTF-8');
    same((await get(port, '/', 'Foo : bar\r\n')).status, 400, 'a blank before the colon');
    const twice = 'Content-Length: 1\r\nContent-Length: 2\r\n';
    same((await raw(port, `POST /sign-in HTTP/1.1\r\nHost: localhost\r\n${twice}\r\nab`)).status, 400, 'two lengths');
    const both = 'Content-Length: 3\r\nTransfer-Encoding: chunked\r\n';
    same((await raw(port, `POST /sign-in HTTP/1.1\r\nHost: localhost\r\n${both}\r\n0\r\n\r\n`)).status, 400, 'a length and chunks');
    same((await raw(port, 'GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n')).status, 400, 'two hosts');
    same((await raw(port, 'GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n')).status, 400, 'another host');
    same((await raw(port, 'DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n')).status, 405, 'another method');
    same((await post(port, '/stack', {})).status, 405, 'a form to a page without one');
    const json = 'Content-Type: application/json\r\nContent-Length: 2\r\n';
    same((await raw(port, `POST /sign-in HTTP/1.1\r\nHost: localhost\r\n${json}\r\n{}`)).status, 415, 'JSON');
    const long = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 99999999\r\n';
    same((await raw(port, `POST /sign-in HTTP/1.1\r\nHost: localhost\r\n${long}\r\n`)).status, 413, 'a form of 100 MB');
    const path = (bytes) => `/${'a'.repeat(bytes)}`;
    same((await get(port, path(24000))).status, 404, 'an address of 24 KB is read');
    same((await get(port, path(48000))).status, 414, 'one of 48 is too long');
    same((await get(port, '/health', `X-Long: ${path(48000)}\r\n`)).status, 431, 'so is a header');
    same((await get(port, '/health')).status, 200, 'and it still answers');
  });

  await group('headers', async () => {
    const page = await get(port, '/sign-in');
    check(/Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'/.test(page.head), 'a strict policy');
    for (const header of ['X-Content-Type-Options: nosniff', 'Referrer-Policy: same-origin', 'Cache-Control: no-store'])
      check(page.head.includes(header), header);
    check(!/<[^>]+ (style|on[a-z]+)=|<style|<script>/.test(page.body), 'no inline style or script');
    const css = page.body.match(/\/assets\/[^"]+\.css/)[0];
    check((await get(port, css)).head.includes('Cache-Control: public, max-age=31536000, immutable'), 'assets are kept');
    const packed = await get(port, css, 'Accept-Encoding: br, gzip;q=0.8\r\n'), plain = await get(port, css, 'Accept-Encoding: gzip;q=0, br\r\n');
    check(/Content-Encoding: gzip\r[^]*Vary: Accept-Encoding/.test(packed.head) && packed.body.length < plain.body.length / 2, 'packed for those who unpack');
    check(!plain.head.includes('Content-Encoding') && plain.body.startsWith('/*'), 'as it is for others');
    same((await get(port, '/assets/other.css')).status, 404, 'an unknown asset');
    check((await raw(port, `HEAD /sign-in HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)).body === '', 'HEAD has no body');
  });

  await group('signing in', async () => {
    for (const path of ['/', '/stack', '/facts/1', '/facts/1/edit', '/types/applications', '/find?q=a', '/options/person?q=a'])
      same((await get(port, path)).status, 303, `${path} asks to sign in`);
    check((await get(port, '/stack?q=a')).head.includes('Location: /sign-in?to=/stack%3Fq%3Da'), 'and comes back');
    const good = await signIn(port, 'it@northlight.example', password);
    check(good.status === 303 && /Set-Cookie: entente_session=[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Lax; Max-Age=\d+\r/.test(good.head), 'a session');
    const far = await signIn(port, 'it@northlight.example', password).then(async () => {
      const v = await visit(port);
      return post(port, '/sign-in', { csrf: v.csrf, name: 'it@northlight.example', password, to: '//evil.example/' }, `Cookie: ${v.cookie}\r\n`);
    });
    check(/Location: \/\r/.test(far.head), 'it goes nowhere else');
    const strip = (answer) => answer.body.replace(/[0-9a-f]{64}/g, '').replaceAll(/(nobody|viewer)@northlight.example/g, '');
    const wrong = await signIn(port, 'viewer@northlight.example', 'wrong'), unknown = await signIn(port, 'nobody@northlight.example', 'wrong');
    check(wrong.status === 403 && unknown.status === 403 && strip(wrong) === strip(unknown), 'an unknown name gets the same answer');
    let last;
    for (let i = 0; i < 9; i++) last = await signIn(port, 'guess@northlight.example', `wrong ${i}`);
    check(last.status === 429 && /Retry-After: \d+/.test(last.head), 'guessing is slowed down');
  });

  await group('forms come from here', async () => {
    const session = cookie((await signIn(port, 'marketing@northlight.example', password)).head, 'entente_session');
    const own = `Cookie: ${session}\r\n`;
    const edit = await get(port, '/types/vendors/new', own);
    const csrf = token(edit.body);
    check(edit.status === 200 && csrf, 'a form');
    const form = { csrf, f1: 'Forged' };
    same((await post(port, '/types/vendors', { f1: 'Forged' }, own)).status, 403, 'no token');
    same((await post(port, '/types/vendors', { ...form, csrf: '0'.repeat(64) }, own)).status, 403, 'another token');
    same((await post(port, '/types/vendors', { ...form, csrf: (await visit(port)).csrf }, own)).status, 403, "another browser's token");
    same((await post(port, '/types/vendors', form, `${own}Origin: http://evil.example\r\n`)).status, 403, 'another origin');
    same((await post(port, '/types/vendors', form, `${own}Origin: null\r\n`)).status, 403, 'no origin');
    same((await post(port, '/types/vendors', form)).status, 403, 'no session');
    same((await post(port, '/sign-in', { name: 'it@northlight.example', password })).status, 403, 'signing in without a token');
    check(!(await get(port, '/types/vendors?q=Forged', own)).body.includes('>Forged<'), 'and nothing was written');
    same((await post(port, '/types/vendors', { ...form, f1: 'Posted by header', csrf: '' }, `${own}X-CSRF-Token: ${csrf}\r\n`)).status, 303, 'the token as a header');
    same((await post(port, '/sign-out', { csrf }, own)).status, 303, 'signing out');
    same((await get(port, '/', own)).status, 303, 'ends the session');
    same((await get(port, '/', `Cookie: entente_session=${'a'.repeat(64)}\r\n`)).status, 303, 'a made-up session');
  });

  await group('many at once', async () => {
    const session = cookie((await signIn(port, 'marketing@northlight.example', password)).head, 'entente_session');
    const own = `Cookie: ${session}\r\n`, csrf = token((await get(port, '/types/vendors/new', own)).body);
    const half = `POST /types/vendors HTTP/1.1\r\nHost: localhost\r\n${own}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 500\r\n\r\ncsrf=`;
    for (let i = 0; i < 20; i++) {
      const socket = net.connect(port, '127.0.0.1', () => socket.write(half, () => socket.destroy()));
    }
    const writers = Array.from({ length: 8 }, async (_, w) => {
      const answers = [];
      for (let i = 0; i < 5; i++) answers.push((await post(port, '/types/vendors', { csrf, f1: `Crowd ${w} ${i}` }, own)).status);
      return answers;
    });
    const readers = Array.from({ length: 16 }, async (_, n) => {
      const answers = [];
      for (const path of ['/', '/stack', '/types/vendors', '/capabilities', `/find?q=crowd+${n}`]) answers.push((await get(port, path, own)).status);
      return answers;
    });
    check((await Promise.all(writers)).flat().every((status) => status === 303), 'each is written');
    check((await Promise.all(readers)).flat().every((status) => status === 200), 'each is answered');
    same((await get(port, '/types/vendors?q=crowd', own)).body.match(/>Crowd \d \d</g)?.length, 40, 'nothing is lost');
    same((await post(port, '/types/vendors', { csrf, f1: ' crowd  0 0' }, own)).status, 422, 'a name is taken, whatever its case and blanks');
    same((await get(port, '/health')).status, 200, 'clients that leave are no harm');
  });

  await group('a viewer can look', async () => {
    const session = cookie((await signIn(port, 'viewer@northlight.example', password)).head, 'entente_session');
    const own = `Cookie: ${session}\r\n`;
    const page = await get(port, '/types/vendors', own);
    same(page.status, 200, 'the list');
    check(!page.body.includes('/types/vendors/new'), 'without a button to write');
    const csrf = token(page.body);
    for (const path of ['/types/vendors/new', '/facts/1/edit']) same((await get(port, path, own)).status, 403, path);
    for (const path of ['/types/vendors', '/facts/1']) same((await post(port, path, { csrf, f1: 'x' }, own)).status, 403, `writing to ${path}`);
    for (const path of ['/facts/999999', '/facts/x', '/facts/-1', '/types/nothing', '/findings/0', '/nothing', '/facts/1/', '/options/nothing'])
      same((await get(port, path, own)).status, 404, path);
  });
}

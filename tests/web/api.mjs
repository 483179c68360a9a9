// SPDX-License-Identifier: Apache-2.0
// The API, as programs use it; every route with every role; forged requests.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { check, get, group, password, raw, same, serve } from './help.mjs';
import { client } from './people.mjs';
import { form, program, request, run, token } from './program.mjs';

export async function api(browser, { base, port }) {
  const secrets = { viewer: token('read', 'viewer'), reader: token('look', 'it'), contributor: token('write', 'it', '--scope', 'write'),
    steward: token('all', 'marketing', '--scope', 'write'), vendors: token('some', 'it', '--scope', 'write', '--types', 'vendors') };
  const it = program(port, secrets.contributor), nobody = program(port);
  const vendors = '/api/v1/facts/vendors';
  const wrong = (answer, status, what) => {
    same(answer.status, status, what);
    check(answer.headers['content-type'] === 'application/problem+json' && answer.json?.status === status, `${what}: a problem`);
  };

  await group('facts are made, changed and deleted', async () => {
    const made = await it('POST', `${vendors}?reason=a+test`, { name: 'Api Ltd', country: 'DE' });
    same(made.status, 201, 'made');
    check(made.headers.location === `${vendors}/${made.json.id}` && made.json.country === 'DE' && made.json.version === 1, 'its place and its fields');
    const path = made.headers.location;
    const seen = await it('GET', path);
    check(seen.status === 200 && seen.headers.etag === made.headers.etag, 'the same ETag');
    same((await it('GET', path, undefined, { 'If-None-Match': seen.headers.etag })).status, 304, 'not modified');
    wrong(await it('PATCH', path, { country: 'FR' }), 428, 'without If-Match');
    wrong(await it('PATCH', path, { country: 'FR' }, { 'If-Match': '"9.x"' }), 412, 'another version');
    wrong(await it('PATCH', path, { country: 'FR' }, { 'If-Match': 'x' }), 400, 'no ETag');
    const changed = await it('PATCH', path, { country: null, name: 'Api SA' }, { 'If-Match': seen.headers.etag });
    check(changed.status === 200 && changed.json.name === 'Api SA' && !('country' in changed.json) && changed.json.version === 2, 'changed');
    wrong(await it('PATCH', path, { country: 'FR' }, { 'If-Match': seen.headers.etag }), 412, 'a version of before');
    wrong(await it('DELETE', path), 428, 'deleting without If-Match');
    same((await it('DELETE', path, undefined, { 'If-Match': changed.headers.etag })).status, 204, 'deleted');
    wrong(await it('GET', path), 404, 'gone');
  });

  await group('what is wrong is told with its place', async () => {
    const bad = await it('POST', '/api/v1/facts/applications', { name: 'X', anual_cost: 1, seats_paid: 'many', vendor: 'Nobody Inc', realises: [{ id: 999999 }, 'nothing'], people_90_days: 3 });
    wrong(bad, 422, 'faults');
    same(bad.json.errors.map((e) => e.pointer).join(' '), '/anual_cost /seats_paid /vendor /realises/0 /realises/1 /people_90_days', 'each with its pointer');
    check(bad.json.errors[0].detail.includes('annual cost'), 'did you mean');
    same(bad.json.detail, '/anual_cost: is not a field of application; did you mean "annual cost"?; errors has the others', 'the first by its name');
    for (const body of [{ name: 'X', vendor: `x${'ü'.repeat(300)}` }, { name: 'X', [`x${'ü'.repeat(1500)}`]: 1 }]) {
      const cut = await it('POST', '/api/v1/facts/applications', body);
      check(cut.status === 422 && cut.json.detail.includes('ü') && !cut.body.includes('\ufffd'), 'what is long is cut between its characters');
    }
    wrong(await it('POST', vendors, { country: 'DE' }), 422, 'a required field');
    wrong(await it('POST', vendors, '{'), 400, 'no JSON');
    wrong(await it('POST', vendors, '[1]'), 400, 'no object');
    wrong(await it('POST', vendors, '{"a":'.repeat(300) + '1' + '}'.repeat(300)), 400, 'too deep');
    wrong(await it('POST', vendors, { name: 'x' }, { 'Content-Type': 'text/plain' }), 415, 'another content type');
    wrong(await nobody('POST', vendors, { name: 'x' }, { 'Content-Type': 'text/plain' }), 401, 'who it is comes first');
    wrong(await it('PUT', vendors, { name: 'x' }), 405, 'a method that it does not take');
    same((await it('PUT', vendors, { name: 'x' })).headers.allow, 'GET, HEAD, POST', 'and which it does');
    const options = await nobody('OPTIONS', vendors);
    check(options.status === 204 && options.headers.allow === 'GET, HEAD, POST, OPTIONS', 'OPTIONS');
    wrong(await it('GET', '/api/v1/facts/vendor'), 404, 'one address for a type');
    wrong(await it('GET', `${vendors}?limt=3`), 400, 'a mistyped word of the query');
    wrong(await it('GET', `${vendors}?filter=nme%3D1`), 400, 'a mistyped filter');
    wrong(await it('GET', `${vendors}?sort=nme`), 400, 'a mistyped order');
  });

  await group('hostile texts are refused, or kept as they are', async () => {
    const nul = await it('POST', vendors, { name: 'a\0b' });
    wrong(nul, 422, 'a NUL');
    same(nul.json.errors[0].pointer, '/name', 'with its place');
    wrong(await it('POST', vendors, '{"name": "a\0b"}'), 400, 'a NUL that is not escaped');
    wrong(await it('POST', vendors, '{"name": "\\ud800"}'), 400, 'half a character');
    const kept = ["<script>alert(1)</script>'; DROP TABLE fact; --", '=cmd|\' /C calc\'!A0', '\u202eright to left العربية', '𝔘 e\u0301 👩‍👩‍👧', '{1+1} {{x}} %s %n \\'];
    for (const name of kept) {
      const made = await it('POST', vendors, { name });
      same(made.json.name, name.normalize('NFC'), 'as it was given');
      same((await it('DELETE', made.headers.location, undefined, { 'If-Match': '*' })).status, 204, 'and gone');
    }
    const notes = 'x'.repeat(1 << 20), long = await it('POST', '/api/v1/facts/applications', { name: 'A megabyte', notes });
    check(long.status === 201 && long.json.notes === notes, 'a megabyte of text');
    same((await it('DELETE', long.headers.location, undefined, { 'If-Match': '*' })).status, 204, 'and gone');
  });

  await group('digits are kept', async () => {
    const made = await it('POST', '/api/v1/facts/applications', '{"name": "Digits", "annual_cost": {"amount": 1234.50, "currency": "EUR"}, "seats_paid": 7, "listed_by_it": true}');
    same(made.status, 201, 'made');
    const answer = await get(port, made.headers.location, `Authorization: Bearer ${secrets.contributor}\r\n`);
    check(answer.body.includes('"annual_cost":{"amount":1234.50,"currency":"EUR"}') && answer.body.includes('"listed_by_it":true'), answer.body);
  });

  await group('lists go on where they were', async () => {
    const all = [];
    const first = await it('GET', `${vendors}?limit=7&sort=-name`);
    let page = first;
    for (let i = 0; page.json.next && i < 60; i++) {
      all.push(...page.json.items.map((v) => v.id));
      if (i === 1) await it('POST', vendors, { name: 'Zzz Meanwhile' });
      if (i === 2) await it('POST', vendors, { name: '00 Meanwhile' });
      page = await it('GET', `${vendors}?limit=7&sort=-name&cursor=${encodeURIComponent(page.json.next)}`);
    }
    all.push(...page.json.items.map((v) => v.id));
    same(new Set(all).size, all.length, 'nothing twice');
    same(all.length, first.json.total + 1, 'nothing left out: what came behind is there');
    check(/rel="next"/.test(first.headers.link), 'a Link');
    wrong(await it('GET', `${vendors}?limit=7&sort=name&cursor=${encodeURIComponent(first.json.next)}`), 400, 'a cursor of another list');
    wrong(await it('GET', `${vendors}?limit=7&sort=-name&cursor=${encodeURIComponent(first.json.next.replace(/.$/, (c) => (c === 'A' ? 'B' : 'A')))}`), 400, 'an altered cursor');
    const some = await it('GET', '/api/v1/facts/applications?filter=status%20%3D%20%22shadow%22&fields=name,status&q=c');
    check(some.json.items.length && some.json.items.every((a) => a.status === 'shadow' && Object.keys(a).join() === 'type,id,version,name,status'), 'a filter, words and fields');
  });

  await group("each side writes only its own words", async () => {
    const objectives = '/api/v1/facts/objectives', marketing = program(port, token('own words', 'signs-marketing', '--scope', 'write'));
    const made = await marketing('POST', objectives, { name: 'Own words', statement: 'Said by both', marketing_restatement: 'More buyers' });
    same(made.status, 201, 'marketing writes its own');
    const path = made.headers.location, any = { 'If-Match': '*' };
    const bad = await marketing('PATCH', path, { it_restatement: 'Fewer queries' }, any);
    wrong(bad, 422, "not the other's");
    same(bad.json.errors[0].pointer, '/it_restatement', 'with its place');
    wrong(await it('PATCH', path, { marketing_restatement: null }, any), 422, 'nor empties them');
    wrong(await it('POST', objectives, { name: 'Others words', statement: 'x', marketing_restatement: 'y' }), 422, 'nor with a new fact');
    wrong(await it('POST', '/api/v1/changes', { changes: [{ op: 'update', id: made.json.id, version: made.json.version, fields: { marketing_restatement: 'y' } }] }), 422, 'nor in a change set');
    const kept = await it('PATCH', path, { marketing_restatement: 'More buyers', it_restatement: 'Fewer queries' }, any);
    check(kept.status === 200 && kept.json.it_restatement === 'Fewer queries' && kept.json.marketing_restatement === 'More buyers', 'what is said already may come back');
  });

  await group('a key gives the same answer again', async () => {
    const key = { 'Idempotency-Key': 'k-1' };
    const one = await it('POST', vendors, { name: 'Once Ltd' }, key), two = await it('POST', vendors, { name: 'Once Ltd' }, key);
    check(one.status === 201 && two.status === 201 && one.json.id === two.json.id && two.headers['idempotency-replayed'] === 'true' && two.headers.location === one.headers.location && two.headers.etag === one.headers.etag, 'the same');
    wrong(await it('POST', vendors, { name: 'Other Ltd' }, key), 422, 'for something else');
    wrong(await it('POST', vendors, { name: 'Once Ltd' }), 409, 'without it the name is taken');
    const many = await Promise.all(Array.from({ length: 6 }, () => it('POST', vendors, { name: 'Race Ltd' }, { 'Idempotency-Key': 'race' })));
    check(many.some((a) => a.status === 201) && many.every((a) => a.status === 201 || a.status === 409), 'six at once');
    same((await it('GET', `${vendors}?q=race+ltd`)).json.total, 1, 'make one');
  });

  await group('many changes in one commit', async () => {
    const made = await it('POST', '/api/v1/changes', { reason: 'all at once', changes: [
      { op: 'create', type: 'application', fields: { name: 'Bulk app', vendor: { ref: 'v' } } },
      { op: 'create', type: 'vendor', ref: 'v', fields: { name: 'Bulk vendor' } }] });
    same(made.status, 200, 'done');
    const [app, vendor] = made.json.facts;
    const seen = await it('GET', `/api/v1/facts/applications/${app.id}`);
    check(seen.json.vendor.id === vendor.id, 'a link to what is made with it');
    const half = await it('POST', '/api/v1/changes', { changes: [
      { op: 'update', id: vendor.id, version: 1, fields: { country: 'DE' } },
      { op: 'update', id: app.id, version: 99, fields: { purpose: 'x' } }] });
    wrong(half, 409, 'one is of another version');
    check(!('country' in (await it('GET', `${vendors}/${vendor.id}`)).json), 'so nothing is done');
    const bad = await it('POST', '/api/v1/changes', { changes: [{ op: 'update', id: vendor.id, fields: {} }, { op: 'burn' }, { op: 'create', type: 'nothing', fields: {} }] });
    wrong(bad, 422, 'faults');
    same(bad.json.errors.map((e) => e.pointer).join(' '), '/changes/0/version /changes/1/op /changes/2/type', 'with their places');
    const gone = await it('POST', '/api/v1/changes', { changes: [{ op: 'delete', id: app.id, version: 1 }, { op: 'delete', id: vendor.id, version: 1 }] });
    check(gone.status === 200 && gone.json.facts.every((f) => !('version' in f)), 'deleted together');
  });

  await group('what both sides signed becomes a proposal', async () => {
    const objectives = '/api/v1/facts/objectives';
    const made = await it('POST', objectives, { name: 'Answer programs', statement: 'Every program gets an answer.' });
    const hash = (body) => body.match(/name="hash" value="([0-9a-f]+)"/)?.[1];
    const anna = client(port), jonas = client(port), dora = client(port);
    // Signatories of their own: what other tests do to those of the sample is nothing to them.
    for (const [who, side] of [[anna, 'marketing'], [jonas, 'it']]) {
      execFileSync(process.env.ENTENTE, ['user', 'add', `api-${side}`, '--side', side, '--role', 'signatory', '--password-stdin', '--workspace', `${process.env.WORK}/web.entente`], { input: `${password}\n`, stdio: ['pipe', 'ignore', 'ignore'] });
      await who.signIn(`api-${side}`);
    }
    await dora.signIn('it@northlight.example');
    const agree = async (id) => {
      const page = `/facts/${id}/keys`;
      await dora.send(page, page, { act: 'propose', hash: hash((await dora.get(page)).body) });
      for (const who of [anna, jonas]) await who.send(page, `/facts/${id}/sign`, { password, hash: hash((await who.get(page)).body) });
    };
    await agree(made.json.id);
    const agreed = await it('GET', made.headers.location);
    same(agreed.json.agreement, 'agreed', 'both have signed');
    const key = { 'If-Match': agreed.headers.etag, 'Idempotency-Key': 'proposal-1' };
    const changed = await it('PATCH', `${made.headers.location}?reason=faster`, { statement: 'Every program gets an answer at once.' }, key);
    same(changed.status, 202, 'a change is taken, not done');
    check(changed.json.statement === 'Every program gets an answer.' && changed.json.agreement === 'agreed', 'what is signed stays in force');
    check(changed.json.proposed?.statement === 'Every program gets an answer at once.', `the proposal is in the body: ${JSON.stringify(changed.json.proposed)}`);
    const again = await it('PATCH', `${made.headers.location}?reason=faster`, { statement: 'Every program gets an answer at once.' }, key);
    check(again.status === 202 && again.headers['idempotency-replayed'] === 'true', 'the same answer again');
    same((await it('GET', `${objectives}?filter=${encodeURIComponent('proposed.statement = "Every program gets an answer at once."')}`)).json.total, 1, 'one proposal');
    const bulk = await it('POST', '/api/v1/changes', { changes: [{ op: 'update', id: made.json.id, version: agreed.json.version, fields: { statement: 'Soon.' } }] });
    check(bulk.status === 202 && bulk.json.proposed === 1, `in a change set too: ${bulk.status}`);
    // A proposal is no source that says something else.
    writeFileSync(`${process.env.WORK}/imported.csv`, 'name,statement\nAnswer imports,As the file has it\n');
    run('import', 'objectives', `${process.env.WORK}/imported.csv`, '--source', 'plan');
    let imported;
    for (let i = 0; i < 200 && !imported; i++) {
      await new Promise((later) => setTimeout(later, 50)); // the server looks for others' commits now and then
      [imported] = (await it('GET', `${objectives}?q=answer+imports`)).json.items;
    }
    await agree(imported.id);
    same((await it('PATCH', `${objectives}/${imported.id}`, { statement: 'As somebody typed it' }, { 'If-Match': '*' })).status, 202, 'typing over what a file said');
    check(!run('list', 'objectives', '--conflicts').includes('As somebody typed it'), 'it waits for the keys, and is no conflict');
    const gone = await it('DELETE', made.headers.location, undefined, { 'If-Match': agreed.headers.etag });
    check(gone.status === 202 && (await it('GET', made.headers.location)).status === 200, `deleting it as well: ${gone.status}`);
  });

  await group('the journal: filters, pages, the history of a fact', async () => {
    const journal = (query) => it('GET', `/api/v1/journal?${query}`);
    const made = await it('POST', `${vendors}?reason=first`, { name: 'History Ltd', country: 'DE' });
    const id = made.json.id;
    await it('PATCH', `${vendors}/${id}?reason=second`, { country: 'FR' }, { 'If-Match': '*' });
    await it('DELETE', `${vendors}/${id}?reason=third`, undefined, { 'If-Match': '*' });
    const history = (await journal(`fact=${id}&type=vendor`)).json;
    same(history.items.map((c) => c.reason).join(), 'third,second,first', 'all of it, also of what is gone');
    same(history.items.map((c) => c.changes.map((e) => e.what).join()).join(), 'deleted,changed,created', 'what happened');
    const [change] = history.items[1].changes;
    same(JSON.stringify(change), JSON.stringify({ what: 'changed', type: 'vendor', id, name: 'History Ltd', fields: [{ field: 'country', before: 'DE', after: 'FR' }] }), 'each field before and after');
    check(history.items.every((c) => c.actor === 'it@northlight.example' && c.time && c.commit) && history.next === null, 'who and when');
    const all = [];
    let page = await journal('limit=3&actor=IT%40');
    const first = page;
    for (let i = 0; page.json.next && i < 400; i++) {
      all.push(...page.json.items);
      page = await journal(`limit=3&actor=IT%40&cursor=${encodeURIComponent(page.json.next)}`);
    }
    all.push(...page.json.items);
    check(all.length > 6 && all.every((c, i) => c.actor.includes('it@') && (!i || c.commit < all[i - 1].commit)), 'pages of an actor, the newest first');
    check(/rel="next"/.test(first.headers.link) && !('changes' in all[0]), 'a Link, and no changes without a fact');
    wrong(await journal(`limit=3&actor=x&cursor=${encodeURIComponent(first.json.next)}`), 400, 'a cursor of another list');
    const typed = (await journal('type=vendors&limit=1000')).json.items.map((c) => c.commit), every = (await journal('limit=1000')).json.items.map((c) => c.commit);
    check(typed.length < every.length && typed.every((n) => every.includes(n)), 'of a type');
    check((await journal('until=2026-11-22')).json.items.every((c) => c.time < '2026-11-23') && !(await journal('since=2099-01-01')).json.items.length, 'days');
    for (const bad of ['type=vendr', 'since=monday', 'until=2026-02-30', 'fact=0', 'fact=x', 'limit=1001', 'cursor=x', 'who=it', `fact=${id}&fact=2`]) wrong(await journal(bad), 400, bad);
    const few = program(port, secrets.vendors);
    wrong(await few('GET', '/api/v1/journal'), 403, 'a token for vendors has to say so');
    wrong(await few('GET', '/api/v1/journal?type=applications'), 403, 'and sees no other type');
    same((await few('GET', `/api/v1/journal?type=vendors&fact=${id}`)).json.items.length, 3, 'but vendors');
    const contract = (await program(port, secrets.steward)('GET', '/api/v1/facts/contracts?sort=-annual_cost&limit=1')).json.items[0];
    const fields = async (secret) => (await program(port, secret)('GET', `/api/v1/journal?fact=${contract.id}`)).json.items.flatMap((c) => c.changes.flatMap((e) => e.fields.map((f) => f.field)));
    check((await fields(secrets.steward)).includes('annual_cost') && !(await fields(secrets.viewer)).includes('annual_cost'), 'what is closed to a role is not in its past either');
  });

  await group('files', async () => {
    const made = (await it('POST', vendors, { name: 'Files Ltd' })).json, path = `${vendors}/${made.id}/files`, few = program(port, secrets.vendors);
    const sent = await it('POST', path, ...form('Angebot "ü".pdf'.replaceAll('"', '%22'), '%PDF-1.7 and so on', { 'Idempotency-Key': 'file-1' }));
    const file = sent.json;
    check(sent.status === 201 && sent.headers.location === file.href && sent.headers.etag === `"${file.sha256}"`, 'attached');
    check(file.name === 'Angebot "ü".pdf' && file.media_type === 'application/pdf' && file.size === 18 && /^[0-9a-f]{64}$/.test(file.sha256) && file.author === 'it@northlight.example', 'what it is');
    const again = await it('POST', path, ...form('Angebot %22ü%22.pdf', '%PDF-1.7 and so on', { 'Idempotency-Key': 'file-1' }, 'another'));
    check(again.status === 201 && again.json.id === file.id && again.headers['idempotency-replayed'] === 'true', 'the same again, whatever stands between the parts');
    wrong(await it('POST', path, ...form('Angebot %22ü%22.pdf', 'other bytes', { 'Idempotency-Key': 'file-1' })), 422, 'another under its key');
    same(JSON.stringify((await it('GET', path)).json), JSON.stringify({ items: [file] }), 'it is there once');
    const got = await get(port, file.href, `Authorization: Bearer ${secrets.viewer}\r\n`);
    check(got.body === '%PDF-1.7 and so on' && got.head.includes(`Content-Disposition: attachment; filename="Angebot ____.pdf"; filename*=UTF-8''Angebot%20%22%C3%BC%22.pdf\r`), 'its bytes');
    const known = await it('GET', file.href, undefined, { 'If-None-Match': sent.headers.etag });
    check(known.status === 304 && !known.body, 'not modified');
    wrong(await it('POST', path, ...form('', 'x')), 422, 'no name');
    wrong(await it('POST', path, ...form('a.pdf', '')), 422, 'nothing in it');
    wrong(await it('POST', path, ...form('a\u202Efdp.exe', 'x')), 422, 'a name that reads as another');
    wrong(await it('POST', path, ...form('a.pdf', 'x'.repeat(10 * 1024 * 1024 + 1))), 413, 'too large');
    wrong(await it('POST', path, {}), 415, 'no form');
    wrong(await it('POST', path, 'x', form('', '')[1]), 400, 'none that can be read');
    for (const name of ['offer', 'file'])
      wrong(await it('POST', path, form('a.pdf', 'x')[0].replace('name="file"', `name="${name}"`).replace('--xx--', '--xx\r\nContent-Disposition: form-data; name="reason"\r\n\r\nnone\r\n--xx--'), form('', '')[1]), 400, `a field that it does not have, beside ${name}`);
    wrong(await it('POST', `${path}?reason=x`, ...form('a.pdf', 'x')), 400, 'a word of the query that it does not have');
    wrong(await it('POST', `${vendors}/999999/files`, ...form('a.pdf', 'x')), 404, 'no such fact');
    same((await it('GET', path)).json.items.length, 1, 'nothing of it is kept');
    const application = (await it('GET', '/api/v1/facts/applications?limit=1')).json.items[0].id;
    wrong(await few('POST', `/api/v1/facts/applications/${application}/files`, ...form('a.pdf', 'x')), 403, 'a token for other types');
    same((await few('POST', path, ...form('b.pdf', 'x'))).status, 201, 'and for this one');
    for (const replayed of [undefined, 'true']) {
      const gone = await few('DELETE', file.href, undefined, { 'Idempotency-Key': 'file-2' });
      check(gone.status === 204 && gone.headers['idempotency-replayed'] === replayed, 'removed, and asked again');
    }
    wrong(await it('DELETE', file.href), 404, 'gone');
    wrong(await it('GET', file.href), 404, 'for all');
    for (const bad of ['0', 'x', '-1', '99999999999999999999']) wrong(await it('GET', `/api/v1/files/${bad}`), 404, `no such file: ${bad}`);
    same((await it('GET', path)).json.items.map((x) => x.name).join(), 'b.pdf', 'the other stays');
    const told = (await it('GET', `/api/v1/journal?fact=${made.id}`)).json.items.map((c) => c.reason).join();
    same(told, 'removed attachment of vendor Files Ltd,attached to vendor Files Ltd,attached to vendor Files Ltd,', 'the journal knows');
  });

  await group('every address with every role', async () => {
    const fact = (await it('GET', `${vendors}?limit=1`)).json.items[0].id;
    const file = (await it('POST', `${vendors}/${fact}/files`, ...form('offer.pdf', 'of many'))).json;
    const ruled = (await it('POST', '/api/v1/rulings', { input: request })).json.ruling;
    const book = await it('POST', '/api/v1/facts/rulebooks', { name: 'Rules of roles' });
    const forum = (await it('GET', '/api/v1/facts/forums?limit=1')).json.items[0].id;
    const roles = ['viewer', 'contributor', 'steward'];
    const sessions = {};
    for (const [role, who] of [['viewer', 'viewer'], ['contributor', 'it'], ['steward', 'marketing']]) {
      sessions[role] = client(port);
      await sessions[role].signIn(`${who}@northlight.example`);
    }
    for (const line of run('serve', '--routes').trim().split('\n')) {
      const [, access, methods, pattern] = line.match(/^(\w+): ([A-Z, ]+) (\/.*)$/) ?? [];
      check(pattern, `a line of --routes: ${line}`);
      if (!pattern || access === 'anyone') continue;
      const isApi = pattern.startsWith('/api/v1/');
      const path = pattern.replace('/api/v1/files/*', file.href).replace('/facts/*/*', `/facts/vendors/${fact}`).replace('/api/v1/facts/*', vendors).replace('rulings/*', `rulings/${ruled}`).replace('/api/v1/rulebooks/*', `/api/v1/rulebooks/${book.json.id}`).replace('/api/v1/forums/*', `/api/v1/forums/${forum}`).replace('*', String(fact));
      for (const method of methods.split(', ')) {
        if (!isApi) {
          const [sent, body] = /\/(import|files)$|^\/rulebooks\/(?!.*\/(talk|rules)$)/.test(path) ? ['multipart/form-data; boundary=x', '--x--'] : ['application/x-www-form-urlencoded', ''];
          const form = method === 'POST' ? `Content-Type: ${sent}\r\nContent-Length: ${body.length}\r\n` : '';
          const ask = (head) => raw(port, `${method} ${path} HTTP/1.1\r\nHost: localhost:${port}\r\n${head}${form}Connection: close\r\n\r\n${method === 'POST' ? body : ''}`);
          const anonymous = (await ask('')).status;
          check(anonymous === (method === 'POST' ? 403 : 303), `${method} ${path}, nobody: ${anonymous}`);
          same((await ask(`Authorization: Bearer ${secrets.steward}\r\n`)).status, anonymous, `${method} ${path}: a token opens no page`);
          for (const role of roles) {
            if (roles.indexOf(role) >= roles.indexOf(access) || method === 'POST') continue;
            same((await ask(sessions[role].head())).status, 403, `${method} ${path}, ${role}`);
          }
          if (method === 'POST') for (const role of roles) same((await ask(sessions[role].head())).status, 403, `${method} ${path}, ${role}, without its token`);
          continue;
        }
        const [body, more] = !['POST', 'PATCH'].includes(method) ? [] : path.endsWith('/files') ? form('more.pdf', 'of many') : [{}];
        const status = async (secret, headers) => (await program(port, secret)(method, path, body, { ...more, ...headers })).status;
        same(await status(undefined), 401, `${method} ${path}, nobody`);
        same(await status(`entente_${'0'.repeat(64)}`), 401, `${method} ${path}, a forged token`);
        const writes = access !== 'viewer';
        same(await status(secrets.viewer), writes ? 403 : 200, `${method} ${path}, a viewer's token`);
        if (access === 'steward') same(await status(secrets.contributor), 403, `${method} ${path}, a contributor's token`);
        same(await status(secrets.reader), writes ? 403 : 200, `${method} ${path}, a reading token of a contributor`);
        if (writes) same(await status(undefined, { Cookie: sessions.contributor.head().match(/Cookie: ([^\r]*)/)[1] }), 403, `${method} ${path}, a session without its token`);
        else same(await status(undefined, { Cookie: sessions.viewer.head().match(/Cookie: ([^\r]*)/)[1] }), 200, `${method} ${path}, a session`);
      }
    }
    const few = program(port, secrets.vendors);
    wrong(await few('GET', `/api/v1/rulebooks/${book.json.id}/versions`), 403, 'a token for vendors sees no rulebook');
    same((await it('DELETE', book.headers.location, undefined, { 'If-Match': '*' })).status, 204, 'and gone');
    same((await few('GET', vendors)).status, 200, 'a token for vendors');
    wrong(await few('GET', '/api/v1/facts/applications'), 403, 'is for vendors only');
    wrong(await few('POST', '/api/v1/changes', { changes: [{ op: 'create', type: 'application', fields: { name: 'x' } }] }), 422, 'in a change set too');
    const contracts = (await program(port, secrets.steward)('GET', '/api/v1/facts/contracts?sort=-annual_cost')).json.items;
    const seen = (await program(port, secrets.viewer)('GET', '/api/v1/facts/contracts?sort=-annual_cost')).json.items;
    check(contracts.some((c) => c.annual_cost) && !seen.some((c) => 'annual_cost' in c), 'prices are not for viewers');
    same((await program(port, secrets.viewer)('GET', '/api/v1/facts/contracts?filter=annual%20cost%20%3E%200')).json.total, 0, 'nor may they be asked for');
  });

  await group('the description is valid, and the answers are as it says', async () => {
    const answer = await nobody('GET', '/api/v1/openapi.json');
    const verdict = await new Validator().validate(structuredClone(answer.json));
    check(answer.status === 200 && verdict.valid && answer.json.openapi === '3.1.0', JSON.stringify(verdict.errors));
    const ajv = new Ajv({ strict: false });
    formats(ajv);
    ajv.addSchema({ $id: 'api', components: answer.json.components });
    const fits = (schema, json, what) => check(ajv.validate({ $ref: `api#/components/schemas/${schema}` }, json), `${what}: ${ajv.errorsText()}`);
    const all = program(port, secrets.steward);
    let facts = 0;
    for (const path of Object.keys(answer.json.paths).filter((p) => p.startsWith('/api/v1/facts/') && !p.includes('{'))) {
      const list = await all('GET', `${path}?limit=50`);
      const schema = answer.json.paths[path].get.responses['200'].content['application/json'].schema.$ref.split('/').pop();
      fits(schema, list.json, path);
      facts += list.json.items.length;
    }
    check(facts > 100, 'many facts of many types');
    const hook = await all('POST', '/api/v1/hooks', { name: 'described', address: 'http://127.0.0.1:9/', events: ['text.agreed'] });
    fits('_hook', hook.json, 'a subscription');
    fits('_hooks', (await all('GET', '/api/v1/hooks')).json, 'subscriptions');
    wrong(await all('POST', '/api/v1/hooks', { name: 'x', adress: 'y' }), 422, 'a member that is none');
    wrong(await all('POST', '/api/v1/hooks', { name: 'x', address: 'https://hooks.example.com/', events: [7] }), 422, 'an event that is none');
    wrong(await all('PATCH', hook.headers.location, { paused: 'yes' }), 422, 'neither true nor false');
    fits('_hook', (await all('PATCH', hook.headers.location, { paused: true })).json, 'paused');
    wrong(await all('POST', `${hook.headers.location}/again`, { delivery: 1 }), 404, 'no such delivery');
    same((await all('DELETE', hook.headers.location)).status, 204, 'removed');
    wrong(await all('GET', hook.headers.location), 404, 'gone');
    fits('_problem', (await it('POST', vendors, {})).json, 'a problem');
    const files = `${vendors}/${(await it('GET', `${vendors}?limit=1`)).json.items[0].id}/files`;
    fits('_file', (await it('POST', files, ...form('more.pdf', 'of many'))).json, 'a file');
    fits('_files', (await it('GET', files)).json, 'files');
    const routes = run('serve', '--routes').match(/ \/api\/v1\/[^\n]*/g).map((r) => r.trim());
    const described = new Set(Object.keys(answer.json.paths).map((p) => p.replace(/^\/api\/v1\/facts\/[^/]+/, '/api/v1/facts/*').replace('{id}', '*')));
    for (const route of routes) check(described.has(route), `${route} is described`);
    const attach = answer.json.paths['/api/v1/facts/vendors/{id}/files'].post, { get: one, delete: detach } = answer.json.paths['/api/v1/files/{id}'];
    check('multipart/form-data' in attach.requestBody.content && '201' in attach.responses && !attach.parameters.some((p) => p.name === 'If-Match'), 'a file is sent as a form');
    check([one, detach].every((o) => o.parameters[0].description === "The file's id.") && '204' in detach.responses, 'and named by its id');
  });

  await group('revoked and forged', async () => {
    const secret = token('short', 'it');
    same((await program(port, secret)('GET', '/api/v1/me')).json.token, 'short', 'it says who it is');
    const often = () => Promise.all(Array.from({ length: 12 }, () => program(port, secret)('GET', '/api/v1/me'))).then((all) => all.map((a) => a.status));
    check((await often()).every((status) => status === 200), 'known to every worker');
    run('token', 'revoke', 'short');
    check((await often()).every((status) => status === 401), 'and revoked for each of them at once');
    wrong(await program(port, secret)('GET', '/api/v1/me'), 401, 'revoked');
    run('user', 'invite', 'leaves@northlight.example', '--side', 'it', '--role', 'viewer');
    const leaving = program(port, token('leaving', 'leaves'));
    same((await leaving('GET', '/api/v1/me')).status, 200, 'before its account is closed');
    run('user', 'close', 'leaves@northlight.example');
    wrong(await leaving('GET', '/api/v1/me'), 401, 'and after');
    for (const bad of ['', 'x', secrets.viewer.slice(0, -1), `${secrets.viewer} x`]) same((await program(port, undefined)('GET', '/api/v1/me', undefined, { Authorization: `Bearer ${bad}` })).status, 401, `a token "${bad.slice(0, 4)}…"`);
    same((await nobody('GET', '/api/v1/me', undefined, { Authorization: `Basic ${Buffer.from(`it:${password}`).toString('base64')}` })).status, 401, 'a password');
    for (const [path, status] of [['/api/v1/facts/../me', 404], ['/api/v1/%2e%2e/me', 404], ['/api/v1//me', 404], ['/api/v1/me/', 404], ['/api/v1', 404], ['/api/v1/facts/vendors/1%00', 400], [`/api/v1/facts/${'a'.repeat(8000)}`, 404], ['/api/v1/facts/vendors/-1', 404], ['/api/v1/facts/vendors/1e3', 404], ['/api/v1/facts/vendors/99999999999999999999', 404]])
      same((await it('GET', path)).status, status, path.slice(0, 60));
    const session = client(port);
    await session.signIn('it@northlight.example');
    const me = await program(port, undefined)('GET', '/api/v1/me', undefined, { Cookie: session.head().match(/Cookie: ([^\r]*)/)[1] });
    check(/^[0-9a-f]{64}$/.test(me.json.csrf), 'a session has a token for its writing');
    const write = (headers) => program(port, undefined)('POST', vendors, { name: `By session ${Math.random()}` }, { Cookie: session.head().match(/Cookie: ([^\r]*)/)[1], ...headers });
    same((await write({ 'X-CSRF-Token': me.json.csrf })).status, 201, 'with it');
    wrong(await write({ 'X-CSRF-Token': '0'.repeat(64) }), 403, 'with another');
    wrong(await write({ 'X-CSRF-Token': me.json.csrf, Origin: 'http://evil.example' }), 403, 'from elsewhere');
  });

  await group('the page of the API', async () => {
    const page = await (await browser.newContext()).newPage();
    same((await page.goto(`${base}/api`)).status(), 200, 'without signing in');
    check(await page.locator('tbody tr').count() > 50, 'every type stands on it');
    await page.context().close();
  });

  await group('too many requests', async () => {
    const slow = await serve(`${process.env.WORK}/web.entente`, '--api-rate', '3');
    const answers = [];
    for (let i = 0; i < 5; i++) answers.push(await program(slow.port, secrets.reader)('GET', '/api/v1/me'));
    same(answers.map((a) => a.status).join(), '200,200,200,429,429', 'three in a minute');
    check(Number(answers[4].headers['retry-after']) > 0, 'and when to go on');
    same((await program(slow.port, secrets.viewer)('GET', '/api/v1/me')).status, 200, 'others are not held up');
    await slow.stop();
  });

  await group('journal and findings', async () => {
    const journal = (await it('GET', '/api/v1/journal?limit=5')).json.items;
    check(journal.length === 5 && journal[0].commit > journal[4].commit, 'the newest first');
    check(!JSON.stringify((await it('GET', '/api/v1/journal?limit=1000')).json).includes('entente_'), 'no secret is in it');
    const findings = (await it('GET', '/api/v1/findings?severity=high')).json.items;
    check(findings.length && findings.every((f) => f.severity === 'high'), 'findings');
  });
}

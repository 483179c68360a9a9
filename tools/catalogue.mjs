// SPDX-License-Identifier: Apache-2.0
// Makes model/catalogue/catalogue.tsv and NOTICE from two npm packages and our own supplement. Run by hand:
//     node tools/catalogue.mjs            (needs npm and a network; nothing is installed, packages go to a temporary folder)
//     node tools/catalogue.mjs --check    exit 1 where the committed files differ from what it would write
// Only facts are taken: names, domains, categories, whether it is sold. wappalyzer is pinned to its last MIT release for ever.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

const THIRD_PARTY_WEB = '0.30.0';
const WAPPALYZER = '6.10.47';
const folder = join(dirname(fileURLToPath(import.meta.url)), '..', 'model', 'catalogue');

// Hosts under which many unrelated products live: never the domain of one of them, unless the supplement says so.
const SHARED = new Set(('github.com github.io gitlab.com bitbucket.org wordpress.org wordpress.com sourceforge.net google.com support.google.com ' +
  'developers.google.com code.google.com cloud.google.com microsoft.com docs.microsoft.com office.microsoft.com azure.microsoft.com aws.amazon.com ' +
  'amazon.com apps.shopify.com shopify.com adobe.com business.adobe.com oracle.com salesforce.com ibm.com sap.com apache.org en.wikipedia.org ' +
  'wikipedia.org tools.ietf.org ietf.org developer.mozilla.org mozilla.org npmjs.com drupal.org joomla.org codecanyon.net themeforest.net ' +
  'marketplace.magento.com facebook.com developers.facebook.com twitter.com linkedin.com apple.com yahoo.com vk.com medium.com chrome.google.com ' +
  'web.dev readthedocs.io herokuapp.com netlify.com cloudfront.net amazonaws.com akamaihd.net').split(' '));
// Second-level suffixes that matter for telling a vendor's registrable domain here; the program itself uses the public suffix list.
const SECOND = /\.(?:co|com|org|net|ac|gov|edu|ne|or)\.[a-z]{2}$/;

const tidy = (s) => s.replace(/\s+/g, ' ').trim();
const norm = (s) => s.toLowerCase().normalize('NFKD').replace(/[^a-z0-9]/g, '');
const nameKey = (s) => norm(s.replace(/\.com\b/gi, '').replace(/\b(inc|ltd|llc|gmbh)\b\.?/gi, ''));
const registrable = (h) => h.split('.').slice(SECOND.test(h) ? -3 : -2).join('.');

function tsv(file) {
  return readFileSync(join(folder, file), 'utf8').split('\n').filter((l) => l && !l.startsWith('#')).map((l) => l.split('\t'));
}

function unpack(dir, name, version) {
  const out = execFileSync('npm', ['pack', '--silent', `${name}@${version}`], { cwd: dir, encoding: 'utf8' }).trim().split('\n').pop();
  execFileSync('tar', ['xzf', out], { cwd: dir });
  execFileSync('mv', ['package', name], { cwd: dir });
  const pack = JSON.parse(readFileSync(join(dir, name, 'package.json'), 'utf8'));
  if (pack.version !== version || pack.license !== 'MIT') throw new Error(`${name}: ${pack.version}, licence ${pack.license}: want ${version}, MIT`);
  return join(dir, name);
}

const kinds = new Map(tsv('kinds.tsv').map(([source, category, kind]) => [`${source}\t${category}`, kind]));
function kindOf(source, categories, sold) {
  const found = new Set();
  for (const c of categories) {
    const k = kinds.get(`${source}\t${c}`);
    if (!k) throw new Error(`kinds.tsv lacks the category "${c}" of ${source}`);
    found.add(k === 'saas' ? (sold ? 'application' : 'embedded') : k);
  }
  return ['application', 'embedded', 'ignore'].find((k) => found.has(k)) ?? 'ignore';
}

function wappalyzerProducts(dir) {
  const categories = JSON.parse(readFileSync(join(dir, 'categories.json'), 'utf8'));
  const out = [];
  for (const f of readdirSync(join(dir, 'technologies')).filter((n) => n.endsWith('.json')).sort()) {
    for (const [name, t] of Object.entries(JSON.parse(readFileSync(join(dir, 'technologies', f), 'utf8')))) {
      const cats = t.cats.map((i) => categories[i].name);
      const sold = Boolean(t.saas || t.pricing);
      let url;
      try { url = new URL(t.website); } catch { continue; }
      const host = url.hostname.toLowerCase().replace(/^www\d?\./, '');
      // A page below the root belongs to a company's site: it is the product's own host only when the host bears its name.
      const deep = url.pathname.replace(/\/(?:[a-z]{2}(?:[-_][a-z]{2})?\/?)?$/i, '').length > 0;
      const own = norm(host.split('.').slice(0, -1).join('.')).includes(nameKey(name));
      const domains = SHARED.has(host) || (deep && !own) ? [] : [host];
      out.push({ name: tidy(name), kind: kindOf('wappalyzer', cats, sold), domains, tags: [], categories: cats, flags: [...(t.saas ? ['saas'] : []), ...(t.pricing ?? [])], aliases: [], from: 'w' });
    }
  }
  return out;
}

function thirdParties(dir) {
  return JSON.parse(readFileSync(join(dir, 'dist', 'entities-nostats.json'), 'utf8')).map((e) => {
    let home = '';
    try { home = new URL(e.homepage).hostname.replace(/^www\./, ''); } catch { /* none given */ }
    const hosts = [...new Set(e.domains.map((d) => d.replace(/^(?:\*\.)?(?:www\.)?/, '').toLowerCase()))].filter((d) => /^[a-z0-9.-]+\.[a-z0-9-]+$/.test(d));
    // People go to the site that bears the name or is the home page; all the rest is what pages load.
    const site = (d) => d === registrable(d) && (d === registrable(home) || norm(d.split('.')[0]) === nameKey(e.name));
    return { name: tidy(e.name), kind: kindOf('third-party-web', [e.category], false), domains: hosts.filter(site), tags: hosts.filter((d) => !site(d)), categories: [e.category], flags: [], aliases: e.company && nameKey(e.company) === nameKey(e.name) ? [tidy(e.company)] : [], from: 't' };
  });
}

function supplement() {
  return tsv('supplement.tsv').map(([name, kind, domains, tags, categories, flags, aliases]) => ({
    name, kind, domains: domains.split(' ').filter(Boolean), tags: tags.split(' ').filter(Boolean), categories: categories.split(';').map(tidy).filter(Boolean),
    flags: flags.split(',').filter(Boolean), aliases: (aliases ?? '').split(';').map(tidy).filter(Boolean), from: 's' }));
}

// Order matters: the supplement knows best, then wappalyzer (it knows products), then third-party-web (it knows hosts).
function merge(lists) {
  const products = [], byName = new Map(), owner = new Map();
  for (const p of lists.flat()) {
    if (p.name.length < 2) continue;
    let q = byName.get(nameKey(p.name));
    if (!q) {
      // The same site and the one name inside the other ("Hubspot", "HubSpot CMS Hub") is one product when neither has another site.
      const same = p.domains.map((d) => owner.get(d)).find((o) => o && (nameKey(o.name).startsWith(nameKey(p.name)) || nameKey(p.name).startsWith(nameKey(o.name))));
      if (same) q = same;
    }
    if (!q) {
      q = { ...p, domains: [], tags: [], aliases: [...p.aliases] };
      products.push(q);
      byName.set(nameKey(p.name), q);
    } else {
      if (p.from !== q.from && p.from === 't' && q.kind === 'ignore') q.kind = p.kind;
      q.categories.push(...p.categories);
      if (q.from !== 's') q.flags.push(...p.flags);
    }
    const claim = (d, list) => {
      if (!owner.has(d)) { owner.set(d, q); q[list].push(d); }
    };
    for (const d of p.domains) claim(d, 'domains');
    for (const d of p.tags) if (!(q.from === 's' && p.from === 't' && q.domains.includes(registrable(d)))) claim(d, 'tags');
  }
  return products;
}

// A host under another of the same product's hosts, in the same column, says nothing new.
const outer = (list) => list.filter((d) => !list.some((o) => o !== d && d.endsWith(`.${o}`)));
const unique = (list) => { const seen = new Set(); return list.filter((x) => !seen.has(x.toLowerCase()) && seen.add(x.toLowerCase())); };

function write(products) {
  const rows = products
    .map((p) => ({ ...p, domains: outer(p.domains), tags: outer(p.tags) }))
    .filter((p) => (p.from === 's' || p.kind !== 'ignore') && (p.domains.length || p.tags.length || p.aliases.length))
    .map((p) => [p.name, p.kind, p.domains.join(' '), p.tags.join(' '), unique(p.categories).join('; '), unique(p.flags).join(','), unique(p.aliases).join('; ')])
    .sort((a, b) => (a[0].toLowerCase() < b[0].toLowerCase() ? -1 : 1));
  for (const r of rows) for (const c of r) if (/[\t\n]/.test(c)) throw new Error(`a tab or line break in ${r[0]}`);
  const counts = Object.fromEntries(['application', 'embedded', 'ignore'].map((k) => [k, rows.filter((r) => r[1] === k).length]));
  const head = `# Made by tools/catalogue.mjs from third-party-web ${THIRD_PARTY_WEB} and wappalyzer ${WAPPALYZER} (both MIT, see NOTICE) and supplement.tsv. Do not edit.\n` +
    '# name\tkind\tdomains\ttags\tcategories\tflags\taliases\n';
  return { text: head + rows.map((r) => r.join('\t').replace(/\t+$/, '')).join('\n') + '\n', counts };
}

const WAPPALYZER_NOTICE = `Copyright 2008 Wappalyzer

Permission is hereby granted, free of charge, to any person obtaining a
copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including
without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to
permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included
in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS
OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT.
IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY
CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT,
TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE
SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`;

const dir = mkdtempSync(join(tmpdir(), 'catalogue-'));
try {
  const web = unpack(dir, 'third-party-web', THIRD_PARTY_WEB);
  const wap = unpack(dir, 'wappalyzer', WAPPALYZER);
  const { text, counts } = write(merge([supplement(), wappalyzerProducts(wap), thirdParties(web)]));
  const notice = 'The file catalogue.tsv in this folder holds facts (names, domains, categories) taken from two packages under the MIT licence.\n\n' +
    `third-party-web ${THIRD_PARTY_WEB} (https://github.com/patrickhulce/third-party-web)\n\n${readFileSync(join(web, 'LICENSE'), 'utf8').trim()}\n\n` +
    `wappalyzer ${WAPPALYZER}, the last release under the MIT licence (https://www.npmjs.com/package/wappalyzer/v/${WAPPALYZER})\n\n${WAPPALYZER_NOTICE}`;
  if (process.argv.includes('--check')) {
    const same = readFileSync(join(folder, 'catalogue.tsv'), 'utf8') === text && readFileSync(join(folder, 'NOTICE'), 'utf8') === notice;
    console.log(same ? 'catalogue.tsv and NOTICE are up to date' : 'catalogue.tsv or NOTICE differ: run node tools/catalogue.mjs');
    process.exitCode = same ? 0 : 1;
  } else {
    writeFileSync(join(folder, 'catalogue.tsv'), text);
    writeFileSync(join(folder, 'NOTICE'), notice);
    console.log(`catalogue.tsv: ${text.length} bytes, ${JSON.stringify(counts)}`);
  }
} finally {
  rmSync(dir, { recursive: true });
}

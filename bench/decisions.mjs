// SPDX-License-Identifier: Apache-2.0
// node decisions.mjs FOLDER SECONDS PEER: decides the inputs of FOLDER by one peer, as bench/decisions has them, and prints decisions a second. Every
// answer is held against the expected one first. Where a language has no dates, it is given days since 1970, made before the clock starts.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
const [folder, seconds, peer] = process.argv.slice(2)
const require = createRequire(folder + '/')
const rules = JSON.parse(readFileSync(`${folder}/rules.json`, 'utf8'))
const inputs = readFileSync(`${folder}/inputs.jsonl`, 'utf8').trim().split('\n').map((line) => JSON.parse(line))
const expected = readFileSync(`${folder}/expected.txt`, 'utf8').trim().split('\n')
const day = (text) => Date.parse(text) / 86400000
const texts = (list) => list.map((t) => JSON.stringify(t)).join(', ')
const every = (r, c) => r.regions.length === 4 ? null : c
const last = rules.length - 1

// Each cell as a FEEL condition, asked in order until one is false: what is fastest in both.
const conditions = rules.map((r, i) => {
  if (i === last) return []
  const all = [`price >= ${r.from}`, `price < ${r.to}`, every(r, `region in (${texts(r.regions)})`), `class in (${texts(r.classes)})`, `seats >= ${r.seats}`,
    r.trained && 'trained = true', r.after && `date(starts) > date("${r.after}")`]
  return all.filter(Boolean)
})

const peers = {
  async zen() {
    const { ZenEngine } = require('@gorules/zen-engine')
    const names = ['price', 'region', 'class', 'seats', 'trained', 'starts']
    const cells = (r, i) => i === last ? Object.fromEntries(names.map((n) => [n, ''])) : {
      price: `[${r.from}..${r.to})`, region: every(r, texts(r.regions)) ?? '', class: texts(r.classes), seats: `>= ${r.seats}`,
      trained: r.trained ? 'true' : '', starts: r.after ? `date($) > date("${r.after}")` : '' }
    const content = { nodes: [
      { id: 'in', type: 'inputNode', name: 'in', position: { x: 0, y: 0 } },
      { id: 'table', type: 'decisionTableNode', name: 'table', position: { x: 0, y: 0 }, content: {
        hitPolicy: 'first', inputs: names.map((n) => ({ id: n, name: n, field: n })), outputs: [{ id: 'zone', name: 'zone', field: 'zone' }],
        rules: rules.map((r, i) => ({ _id: `r${i}`, ...cells(r, i), zone: JSON.stringify(r.zone) })) } },
      { id: 'out', type: 'outputNode', name: 'out', position: { x: 0, y: 0 } }],
    edges: [{ id: 'a', type: 'edge', sourceId: 'in', targetId: 'table' }, { id: 'b', type: 'edge', sourceId: 'table', targetId: 'out' }] }
    const decision = new ZenEngine().createDecision(Buffer.from(JSON.stringify(content)))
    return async (i) => (await decision.evaluate(inputs[i])).result.zone
  },
  // The same, a thousand at a time.
  async 'zen-batch'() {
    const one = await peers.zen()
    const run = async (i) => one(i)
    run.batch = 1000
    return run
  },
  async cedar() {
    const cedar = require('@cedar-policy/cedar-wasm/nodejs')
    const policies = Object.fromEntries(rules.map((r, i) => {
      const all = i === last ? ['true'] : [`context.price >= ${r.from * 100}`, `context.price < ${r.to * 100}`, every(r, `[${texts(r.regions)}].contains(context.region)`),
        `[${texts(r.classes)}].contains(context.class)`, `context.seats >= ${r.seats}`, r.trained && 'context.trained', r.after && `context.starts > ${day(r.after)}`]
      return [`${i}`, `permit(principal, action, resource) when { ${all.filter(Boolean).join(' && ')} };`]
    }))
    const set = { staticPolicies: policies }
    const prepared = cedar.preparsePolicySet && cedar.preparsePolicySet('table', set).type === 'success'
    const u = (type) => ({ type, id: 'x' })
    const contexts = inputs.map((x) => ({ price: Math.round(x.price * 100), region: x.region, class: x.class, seats: x.seats, trained: x.trained, starts: day(x.starts) }))
    return async (i) => {
      const call = { principal: u('P'), action: u('Action'), resource: u('R'), context: contexts[i], entities: [] }
      const answer = prepared ? cedar.statefulIsAuthorized({ ...call, preparsedPolicySetId: 'table', validateRequest: false, preparsedSchemaName: null }) : cedar.isAuthorized({ ...call, policies: set })
      if (answer.type !== 'success') throw new Error(JSON.stringify(answer))
      return rules[Math.min(...answer.response.diagnostics.reason.map(Number))].zone // it has no first match: the first of all that match
    }
  },
  async 'json-rules-engine'() {
    const { Engine } = require('json-rules-engine')
    const engine = new Engine()
    rules.forEach((r, i) => {
      const all = i === last ? [{ fact: 'price', operator: 'greaterThanInclusive', value: 0 }] : [
        { fact: 'price', operator: 'greaterThanInclusive', value: r.from }, { fact: 'price', operator: 'lessThan', value: r.to },
        every(r, { fact: 'region', operator: 'in', value: r.regions }), { fact: 'class', operator: 'in', value: r.classes },
        { fact: 'seats', operator: 'greaterThanInclusive', value: r.seats }, r.trained && { fact: 'trained', operator: 'equal', value: true },
        r.after && { fact: 'starts', operator: 'greaterThan', value: day(r.after) }].filter(Boolean)
      engine.addRule({ conditions: { all }, event: { type: r.zone }, priority: rules.length - i })
    })
    engine.on('success', () => engine.stop())
    const facts = inputs.map((x) => ({ ...x, starts: day(x.starts) }))
    return async (i) => (await engine.run(facts[i])).events[0].type
  },
  async feelin() {
    const { evaluate } = require('feelin')
    return async (i) => rules[conditions.findIndex((cells) => cells.every((c) => evaluate(c, inputs[i]).value === true))].zone
  },
  async 'js-feel'() {
    const { feel } = require('js-feel')()
    const parsed = conditions.map((cells) => cells.map((c) => feel.parse(c)))
    return async (i) => {
      rule: for (let r = 0; r < parsed.length; r++) {
        for (const cell of parsed[r]) if (await cell.build(inputs[i]) !== true) continue rule
        return rules[r].zone
      }
    }
  },
}

const decide = await peers[peer]()
const right = async (i) => {
  const got = await decide(i)
  if (got !== expected[i]) throw new Error(`input ${i}: ${JSON.stringify(got)} for ${expected[i]}`)
}
const checked = peer === 'feelin' || peer === 'js-feel' ? 300 : inputs.length
for (let i = 0; i < checked; i++) await right(i)
const end = performance.now() + seconds * 1000, start = performance.now()
let n = 0
while (performance.now() < end) {
  if (decide.batch) {
    const at = Array.from({ length: decide.batch }, (_, k) => (n + k) % inputs.length)
    await Promise.all(at.map(decide))
    n += decide.batch
  } else for (let k = 0; k < 50; k++) await decide(n++ % inputs.length)
}
console.log(Math.round(n / ((performance.now() - start) / 1000)))
process.exit(0)

// DuckDB judges our answers: `npm run test:judge` replays every .slt file on it, compares the names and types of
// columns, and asks both engines random queries:
//   npm run test:judge -- [--queries 1000] [--seed 1] [part of a file name]
//   npm run test:judge -- --random 20000 [--seed 1]   only random queries over every type, errors too
//   npm run judge -- zarr --random 1000 [--seed 1] [--kind v2|cf|v3]   random stores, read as zarr-python and xarray read them
//   npm run judge -- damage --random 1000 [--seed 1] [--kind v2|cf|v3]   random stores, damaged: refused, or right as far as can be told
//   npm run judge -- --write [part of a file name]    takes its answers as the expected ones; a person reviews the difference
import { parseArgs } from 'node:util'
import { judgeDamage } from '../build/test/judge/damaged-stores.js'
import { judgeDescriptions } from '../build/test/judge/describe.js'
import { duel, kinds } from '../build/test/judge/duel.js'
import { judgeGrouping } from '../build/test/judge/grouping.js'
import { replay, writeExpected } from '../build/test/judge/replay.js'
import { judgeStores } from '../build/test/judge/stores.js'
import { readScripts } from '../build/test/slt/scripts.js'

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    write: { type: 'boolean', default: false },
    queries: { type: 'string', default: '500' },
    seed: { type: 'string', default: '1' },
    random: { type: 'string' },
    kind: { type: 'string' },
  },
})
if (positionals[0] === 'damage') {
  process.exitCode = (await damageAll(Number(options.seed), Number(options.random ?? 300), options.kind)) ? 0 : 1
  process.exit()
}
if (positionals[0] === 'zarr') {
  process.exitCode = (await storesAll(Number(options.seed), Number(options.random ?? 300), options.kind)) ? 0 : 1
  process.exit()
}
const scripts = readScripts(positionals[0])

if (options.write) {
  for (const script of scripts) for (const failure of await writeExpected(script)) print(failure)
} else if (options.random !== undefined) {
  process.exitCode = (await duelAll('wild', Number(options.seed), Number(options.random))) ? 0 : 1
} else {
  const verdicts = [
    await replayAll(),
    await describeAll(),
    await duelAll('tame', Number(options.seed), Number(options.queries)),
    await duelAll('wild', Number(options.seed), Number(options.queries)),
    await groupAll(Number(options.seed), Number(options.queries)),
  ]
  process.exitCode = verdicts.every(Boolean) ? 0 : 1
}

async function replayAll() {
  let asked = 0
  let disagreements = 0
  for (const script of scripts) {
    const result = await replay(script)
    asked += result.asked
    disagreements += result.found.length
    for (const disagreement of result.found) print(disagreement)
  }
  console.log(`${scripts.length} files, ${asked} queries and errors, ${disagreements} disagreements with DuckDB`)
  return disagreements === 0
}

async function describeAll() {
  const { asked, onlyDuckDB, onlyOurs, found } = await judgeDescriptions()
  for (const disagreement of found) print(disagreement)
  console.log(
    `${asked} described, ${found.length} otherwise than DuckDB (${onlyDuckDB} only there, ${onlyOurs} only here)`,
  )
  return found.length === 0
}

async function duelAll(kind, seed, queries) {
  const { asked, refused, differences } = await duel(kinds[kind], seed, queries)
  for (const { seed, sql, reason } of differences) print({ place: `seed ${seed}`, sql, reason })
  console.log(
    `${asked} ${kind} queries from seed ${options.seed}, ${refused} of them refused by one engine's rules, ${differences.length} answered otherwise by DuckDB`,
  )
  return differences.length === 0
}

function print({ place, sql, reason }) {
  console.log(`${place}: ${reason}\n  ${sql.replaceAll('\n', '\n  ')}`)
}

async function groupAll(seed, expressions) {
  const { asked, refused, found } = await judgeGrouping(seed, expressions)
  for (const { sql, reason } of found) print({ place: 'operators', sql, reason })
  console.log(
    `${asked} random rows of operators, ${refused} refused by both grammars, ${found.length} grouped otherwise by DuckDB`,
  )
  return found.length === 0
}

async function storesAll(seed, count, kind) {
  const { stores, right, arrays, refused, wrong } = await judgeStores(seed, count, kind)
  for (const { place, reason, about } of wrong) console.log(`${place}: ${reason}\n  ${about}`)
  for (const [reason, places] of refused) console.log(`refused ${places.length}: ${reason} (${places[0]})`)
  console.log(
    `${stores} stores of ${arrays} arrays from seed ${seed}: ${right} read as their writers read them, ${wrong.length} wrong or failed, ${[...refused.values()].flat().length} refused`,
  )
  return wrong.length === 0
}

async function damageAll(seed, count, kind) {
  const { damaged, refused, unharmed, changed, wrong } = await judgeDamage(seed, count, kind)
  for (const { place, reason } of wrong) console.log(`${place}: ${reason}`)
  console.log(
    `${damaged} damages from seed ${seed}: ${refused} refused, ${unharmed} without harm, ${changed} that nothing tells, ${wrong.length} wrong`,
  )
  return wrong.length === 0
}

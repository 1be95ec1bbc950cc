/** Metadata that are damaged: an error of ours, or something that can be read; never another error, and never without end. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { isChunkQLError } from '../../src/model/error.js'
import { openLocation } from '../../src/source/registry.js'
import { randomOf } from '../codec/mutate.js'
import { asMap, cases } from '../conformance/cases.js'
import { readAll } from './read-all.js'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }

const strange: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1,
  2,
  1.5,
  1e9,
  2 ** 53,
  1e300,
  '',
  'x',
  '<i4',
  '|O',
  'C',
  [],
  [0],
  [-1],
  [1e9, 1e9],
  ['x'],
  [[]],
  {},
  { name: 'x' },
  { id: 'zlib' },
  { name: 'gzip', configuration: null },
  { name: 'sharding_indexed', configuration: {} },
  { name: 'regular', configuration: { chunk_shape: [1e15] } },
]

type Place = [holder: Json[] | { [key: string]: Json }, key: string | number]

/** Every value in a tree, with what holds it. */
function placesIn(value: Json, found: Place[] = []): Place[] {
  if (typeof value !== 'object' || value === null) return found
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    found.push([value, key])
    placesIn((value as { [key: string]: Json })[key as string] as Json, found)
  }
  return found
}

function damage(text: string, random: (below: number) => number): string {
  const tree = JSON.parse(text.replaceAll(/NaN|-?Infinity/g, '0')) as Json
  const places = placesIn(tree)
  const [holder, key] = places[random(places.length)] as Place
  if (random(5) === 0 && !Array.isArray(holder)) delete holder[key]
  else (holder as { [key: string]: Json })[key] = strange[random(strange.length)] as Json
  return JSON.stringify(tree)
}

/** More cells would be honest work, not a hang. */
const mostCells = 100_000

async function readEverything(store: Map<string, Uint8Array>): Promise<void> {
  const source = await openLocation(store)
  for (const table of source.schema.tables) {
    const cells = table.dims.reduce((product, { size }) => product * size, 1)
    for (const { name, role, layout } of table.columns) {
      if (role === 'index' || cells > mostCells || (layout && layout.bytes > mostCells * 8)) continue
      await readAll(source, table.name, name)
    }
  }
}

const mutations = Number(process.env.FUZZ_MUTATIONS ?? 3000)

test('damaged metadata are refused with an error of ours, or read', async () => {
  const random = randomOf(Number(process.env.FUZZ_SEED ?? 1))
  let errors = 0
  for (let i = 0; i < mutations; i++) {
    const each = cases[random(cases.length)] as (typeof cases)[number]
    const store = asMap(each)
    const keys = [...store.keys()].filter((key) => /(zarr\.json|\.zarray|\.zattrs)$/.test(key))
    const key = keys[random(keys.length)] as string
    const text = damage(new TextDecoder().decode(store.get(key)), random)
    store.set(key, new TextEncoder().encode(text))
    try {
      await readEverything(store)
    } catch (error) {
      const known = isChunkQLError(error) && ['store', 'unsupported', 'memory'].includes(error.code)
      assert.ok(known, `${text}: ${(error as Error).stack}`)
      errors++
    }
  }
  assert.ok(errors > mutations / 10, String(errors))
})

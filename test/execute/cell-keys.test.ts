/** GROUP BY keys of cells, compiled, against a map: by arithmetic, by the hash table, and from one to the other. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect } from '../../src/index.js'

const cells = 200_000

/** Repeats itself: the same data each time. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

type Column = Int32Array | Float64Array | BigInt64Array

const next = random(7)
const below = (n: number) => Math.floor(next() * n)
const columns: Readonly<Record<string, Column>> = {
  few: Int32Array.from({ length: cells }, () => below(20) - 10),
  drifting: Int32Array.from({ length: cells }, (_, i) => Math.floor(i / 300) - 200 + below(5)),
  rare: Int32Array.from({ length: cells }, (_, i) => (i % 20_011 === 0 ? i * 1000 : below(4))),
  many: Int32Array.from({ length: cells }, () => below(150_000)),
  whole: Float64Array.from({ length: cells }, () => (below(10) === 0 ? Number.NaN : below(50) - 25)),
  zeros: Float64Array.from({ length: cells }, () => (below(2) === 0 ? -0 : below(2))),
  halves: Float64Array.from({ length: cells }, () => below(40) / 2),
  late: Float64Array.from({ length: cells }, (_, i) => (i < cells / 2 ? below(9) : below(9) + 0.25)),
  huge: BigInt64Array.from({ length: cells }, () => BigInt(below(30)) * 2n ** 40n - 5n),
  long: BigInt64Array.from({ length: cells }, () => BigInt(below(3)) - 2n ** 33n * BigInt(below(2))),
  edge: Float64Array.from({ length: cells }, () => [2 ** 31, 2 ** 31 - 1, -(2 ** 31), 2 ** 40, 7][below(5)] as number),
}

/** Key by key as text, NULL where the number is NaN; -0 and 0 are one. */
function keyText(name: string, cell: number): string {
  const value = (columns[name] as Column)[cell] as number | bigint
  if (typeof value === 'bigint') return `${value}`
  return Number.isNaN(value) ? 'null' : `${value + 0}`
}

function expected(keys: readonly string[], passes: (cell: number) => boolean): Map<string, [number, number]> {
  const groups = new Map<string, [number, number]>()
  for (let cell = 0; cell < cells; cell++) {
    if (!passes(cell)) continue
    const name = keys.map((key) => keyText(key, cell)).join('|')
    const [count, sum] = groups.get(name) ?? [0, 0]
    groups.set(name, [count + 1, sum + cell])
  }
  return groups
}

async function answer(keys: readonly string[], where: string): Promise<Map<string, [number, number]>> {
  const db = await connect({ threads: 1 })
  try {
    const position = Int32Array.from({ length: cells }, (_, i) => i)
    db.register('t', { ...columns, position })
    const names = keys.map((key) => `"${key}"`).join(', ')
    const table = await db.query(`SELECT ${names}, count(*) AS n, sum(position) AS s FROM t ${where} GROUP BY ALL`)
    const rows = table.toArray().map((row) => row.toJSON())
    return new Map(
      rows.map((row) => [keys.map((key) => `${row[key]}`).join('|'), [Number(row.n), Number(row.s)]] as const),
    )
  } finally {
    await db.close()
  }
}

/** Group by group: the difference of two large maps would take minutes to write. */
function assertSame(actual: Map<string, [number, number]>, wanted: Map<string, [number, number]>): void {
  assert.equal(actual.size, wanted.size)
  for (const [name, group] of wanted) assert.deepEqual(actual.get(name), group, name)
}

const combinations = [
  ...Object.keys(columns).map((name) => [name]),
  ['few', 'whole'],
  ['few', 'drifting', 'zeros'],
  ['rare', 'few'],
  ['many', 'few'],
  ['late', 'few'],
  ['huge', 'whole'],
]

for (const keys of combinations) {
  test(`groups by ${keys.join(', ')} are those of a map`, async () => {
    assertSame(
      await answer(keys, ''),
      expected(keys, () => true),
    )
  })
}

test('cells that a filter takes out are in no group', async () => {
  const few = columns.few as Int32Array
  assertSame(
    await answer(['few', 'whole'], 'WHERE few % 3 = 0'),
    expected(['few', 'whole'], (cell) => (few[cell] as number) % 3 === 0),
  )
})

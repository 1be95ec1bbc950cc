/** What statistics answer of a reduction does not depend on how many records are looked at at once. */
import assert from 'node:assert/strict'
import { rmSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { builtins } from '../../src/function/registry.js'
import { connect } from '../../src/index.js'
import { type GridScan, type Question, verdict } from '../../src/model/job.js'
import type { Accumulator } from '../../src/model/nest.js'
import type { StoredColumn } from '../../src/model/stored-column.js'
import { FLOAT64, INT64 } from '../../src/model/type.js'
import { vectorOf } from '../../src/model/vector.js'
import { initialSettings } from '../../src/settings.js'
import { openLocation } from '../../src/source/registry.js'
import { type Known, type LearnContext, learn } from '../../src/statistics/known.js'
import { groupOf, placeIn } from '../../src/statistics.js'
import { directory } from '../source/stores.js'
import { filesOf, makeOld, withFixture } from './fixture.js'

const [rows, columns] = [23, 17]
const chunk = [4, 5] as const
const grid = [6, 4] as const

/** Values of all sizes, NaN in some chunks, and a chunk of nothing else. */
function valuesOf(r: number, c: number): Float64Array {
  return Float64Array.from({ length: chunk[0] * chunk[1] }, (_, i) => {
    if ((r === 2 && c === 1) || (c === 3 && i % 7 === 0)) return Number.NaN
    return ((r * 31 + c * 7 + i * 13) % 50) * 10 ** ((r + c) % 5)
  })
}

const chunks = Object.fromEntries(
  Array.from({ length: grid[0] * grid[1] }, (_, k) => {
    const [r, c] = [Math.floor(k / grid[1]), k % grid[1]]
    return [`${r}.${c}`, valuesOf(r, c)]
  }),
)

const v = { kind: 'column', column: 1, name: 'v', type: FLOAT64, nullable: true } as const

function part(aggregate: string, resultType = FLOAT64): Accumulator {
  return { aggregate, args: [v], argTypes: [FLOAT64], resultType }
}

const parts = [
  { aggregate: 'count', args: [], argTypes: [], resultType: INT64 },
  part('count', INT64),
  part('$total'),
  part('$min'),
  part('$max'),
  part('$moments'),
]

/** Halves of the rows, in which the third row of chunks has both. */
const halves = {
  dim: 0,
  codes: Int32Array.from({ length: rows }, (_, row) => Number(row >= 10)),
  count: 2,
  keys: [{ key: 0, values: vectorOf(INT64, [0n, 1n]) }],
}

async function analyzed(nanIsNull: boolean) {
  const zarray = { chunks: chunk, dtype: '<f8', fill_value: null }
  const path = directory(filesOf({ v: { dims: ['y', 'x'], shape: [rows, columns], zarray, chunks } }))
  makeOld(path)
  const cache = directory({})
  const settings = { ...initialSettings(), local_cache: cache, nan_is_null: nanIsNull }
  const db = await connect({ threads: 1, settings: { local_cache: cache, nan_is_null: nanIsNull } })
  await db.query(`ANALYZE '${path}'`)
  await db.close()
  const source = await openLocation(path, { nanIsNull })
  const table = source.schema.tables[0]
  const column = table?.columns.find(({ name }) => name === 'v')
  assert.ok(table && column?.layout)
  const { name, type, nullable, layout } = column
  const read: StoredColumn = { kind: 'stored', id: 1, name, type, nullable, dims: [0, 1], layout, phase: 'late' }
  const scan: GridScan = {
    source: '',
    table: table.name,
    dims: table.dims,
    columns: [read],
    // Of the last row of chunks and of the second column only a part.
    selection: [
      [[0, rows - 2]],
      [
        [0, 6],
        [10, columns],
      ],
    ],
  }
  const context: LearnContext = {
    registry: builtins,
    trust: false,
    place: () => placeIn(groupOf(source, settings) as string, source, table, column),
  }
  const ask = (question: Question, atOnce?: number): Promise<Known | undefined> => {
    const most = atOnce === undefined ? undefined : { held: atOnce, atOnce }
    return learn(scan, { tested: new Set(), question, saving: new Uint8Array(1) }, { ...context, most })
  }
  const remove = () => {
    for (const each of [path, cache]) rmSync(dirname(each), { recursive: true })
  }
  return { path, ask, remove }
}

const boxesOf = (known: Known | undefined, code: number) =>
  [...(known?.verdicts.codes ?? [])].filter((each) => each === code).length

for (const nanIsNull of [true, false]) {
  for (const dims of [[], [halves]]) {
    test(`the same is answered of any parts, ${dims.length} keys, nan_is_null = ${nanIsNull}`, async () => {
      const { ask, remove } = await analyzed(nanIsNull)
      const atOnce = await ask({ parts, dims, keys: [] })
      // Wholly selected are five rows of chunks by three columns; the third has cells of both groups.
      assert.equal(boxesOf(atOnce, verdict.answered), dims.length > 0 ? 12 : 15)
      assert.equal(atOnce?.answer?.groups.length, 1 + dims.length)
      for (const size of [1, 2, 5, 9]) assert.deepEqual(await ask({ parts, dims, keys: [] }, size), atOnce)
      remove()
    })
  }
}

test('a chunk that has changed is in no part of the answer', async () => {
  const { path, ask, remove } = await analyzed(true)
  const question = { parts, dims: [], keys: [] }
  const file = join(path, 'v/3.2')
  writeFileSync(file, new Float64Array(chunk[0] * chunk[1]).fill(1e9))
  utimesSync(file, 1e9 + 1, 1e9 + 1)
  for (const size of [undefined, 1, 4]) {
    const found = await ask(question, size)
    assert.equal(boxesOf(found, verdict.answered), 14)
    const [group] = found?.answer?.groups ?? []
    assert.deepEqual(group?.states[0], [5n * 48n - 20n])
    assert.ok(Number(group?.states[4]) < 1e9)
  }
  remove()
})

test('nothing is answered where no record holds', async () => {
  const { path, ask, remove } = await analyzed(true)
  makeOld(path, 1e9 + 1)
  assert.equal((await ask({ parts, dims: [], keys: [] }, 4))?.answer, undefined)
  remove()
})

test('groups have their numbers in the order of the loops that read the other chunks', () => {
  const across = { ...{ dims: ['y', 'x'], shape: [4, 6] }, zarray: { chunks: [2, 3], dtype: '<i4', fill_value: null } }
  const make = (order: 'C' | 'F') => ({
    ...across,
    zarray: { ...across.zarray, order },
    chunks: Object.fromEntries(
      ['0.0', '0.1', '1.0', '1.1'].map((key, k) => [key, Int32Array.from({ length: 6 }, (_, i) => k * 10 + i)]),
    ),
  })
  // With the filter its column has the loops run along y, without it along x.
  return withFixture(
    { v: make('C'), w: { ...make('F'), zarray: { ...make('F').zarray, dtype: '<i4' } } },
    async ({ ask }) => {
      const sql =
        'SELECT y // 2 AS a, x // 3 AS b, count(*), sum(v), min(v) FROM $t WHERE w >= 0 GROUP BY a, b ORDER BY a, b'
      const { rows: expected } = await ask(sql)
      await ask('ANALYZE $t')
      assert.deepEqual(await ask(sql), { rows: expected, read: 0, answered: 8 })
      const some = sql.replace('w >= 0', 'w >= 3')
      await ask('SET pruning = false')
      const { rows: those } = await ask(some)
      await ask('SET pruning = true')
      const found = await ask(some)
      assert.deepEqual([found.rows, found.answered], [those, 6])
    },
  )
})

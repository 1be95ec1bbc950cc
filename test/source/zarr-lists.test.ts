/** Lists of any length, as the vlen-array codec lays them: queried, written, damaged. Their values against numpy: conformance. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { connect } from '../../src/index.js'
import { isChunkQLError } from '../../src/model/error.js'
import { FLOAT64 } from '../../src/model/type.js'
import { readVariable, variableLists } from '../../src/source/zarr/variable.js'
import { damage, randomOf } from '../codec/mutate.js'
import { mapStore } from './stores.js'

type Lists = readonly (readonly number[])[]

/** As the codec lays lists of DOUBLEs. */
function chunkOf(lists: Lists): Uint8Array {
  const bytes = new Uint8Array(lists.reduce((sum, { length }) => sum + 4 + 8 * length, 4))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, lists.length, true)
  let at = 4
  for (const list of lists) {
    view.setUint32(at, 8 * list.length, true)
    at += 4
    for (const item of list) {
      view.setFloat64(at, item, true)
      at += 8
    }
  }
  return bytes
}

const filters = [{ id: 'vlen-array', dtype: '<f8' }]
const written: Lists = [[1.5, 2], [], [3, Number.NaN, 4], [1.5, 2]]

/** Six cells, of which the last two were never written. */
const store = (fill: number | null) =>
  mapStore({
    hits: {
      shape: [6],
      dims: ['event'],
      zarray: { dtype: '|O', chunks: [2], filters, fill_value: fill },
      chunks: { '0': chunkOf(written.slice(0, 2)), '1': chunkOf(written.slice(2)) },
    },
  })

async function rowsOf(sql: string, fill: number | null = null): Promise<unknown[][]> {
  const db = await connect({ attach: { s: store(fill) }, threads: 1 })
  const { batches } = await db.run(sql)
  const rows: unknown[][] = []
  for await (const { length, columns } of batches) {
    for (let row = 0; row < length; row++) {
      rows.push(columns.map(({ values, valid }) => (valid?.[row] === 0 ? null : values[row])))
    }
  }
  await db.close()
  return rows
}

test('lists of any length are values, groups and rows', async () => {
  const lists = [[1.5, 2], [], [3, null, 4], [1.5, 2], null, null]
  assert.deepEqual(
    await rowsOf('SELECT hits FROM s.hits'),
    lists.map((list) => [list]),
  )
  assert.deepEqual(await rowsOf('SELECT hits, count(*) FROM s.hits GROUP BY hits ORDER BY hits'), [
    [[], 1n],
    [[1.5, 2], 2n],
    [[3, null, 4], 1n],
    [null, 2n],
  ])
  assert.deepEqual(
    await rowsOf('SELECT i, sum(v), count(*) FROM s.hits, unnest(hits) WITH ORDINALITY u(v, i) GROUP BY i ORDER BY i'),
    [
      [1n, 6, 3n],
      [2n, 4, 3n],
      [3n, 4, 1n],
    ],
  )
  assert.deepEqual(await rowsOf('SELECT event FROM s.hits WHERE len(hits) > 2 OR hits[1] IS NULL'), [
    [1n],
    [2n],
    [4n],
    [5n],
  ])
})

test('a cell that was never written is what the codec makes of the fill value', async () => {
  assert.deepEqual(await rowsOf('SELECT hits FROM s.hits WHERE event > 3', 0), [[[0]], [[0]]])
})

test('DuckDB reads them from Parquet, and Arrow has them as List', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'chunkql-lists-'))
  const db = await connect({ attach: { s: store(null) }, threads: 1 })
  const file = join(directory, 'hits.parquet')
  await db.export('SELECT event, hits, [hits, hits[:1]] AS pair FROM s.hits', file)
  const duck = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  const found = await duck.runAndReadAll(`SELECT hits, pair FROM '${file}' ORDER BY event`)
  assert.deepEqual(found.columnTypes().map(String), ['DOUBLE[]', 'DOUBLE[][]'])
  assert.deepEqual(found.getRowsJson()[2], [
    [3, null, 4],
    [[3, null, 4], [3]],
  ])
  assert.deepEqual(found.getRowsJson()[4], [null, [null, null]])
  const table = await db.query('SELECT hits FROM s.hits')
  assert.equal(String(table.schema.fields[0]?.type), 'List<Float64>')
  await db.close()
  rmSync(directory, { recursive: true })
})

/** `scripts/fuzz.mjs` asks for more, from other seeds. */
const mutations = Number(process.env.FUZZ_MUTATIONS ?? 10_000)

test('damaged chunks of lists and texts give an error or a value for each cell', () => {
  const random = randomOf(Number(process.env.FUZZ_SEED ?? 1))
  const form = { kind: 'number', storage: 'f8', unpack: { kind: 'none' }, missing: [], nanIsNull: true } as const
  const items = { type: FLOAT64, form }
  const kinds = [variableLists(items, false), variableLists(items, true)]
  const chunk = chunkOf([...written, ...written])
  let errors = 0
  for (let i = 0; i < mutations; i++) {
    try {
      const { values, numbers } = readVariable(
        kinds[i % kinds.length] as (typeof kinds)[number],
        damage(chunk, random),
        8,
      )
      assert.equal(numbers.length, 8)
      assert.ok(numbers.every((number) => number >= 0 && number < values.length))
    } catch (error) {
      assert.ok(isChunkQLError(error) && ['store', 'unsupported'].includes(error.code), String(error))
      errors++
    }
  }
  assert.ok(errors > mutations / 10, `only ${errors} were noticed`)
})

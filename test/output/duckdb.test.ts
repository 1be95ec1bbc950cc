/** DuckDB reads what we write, and finds the values and types that we meant. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import { INTERVAL, typeName } from '../../src/model/type.js'
import { textAt } from '../../src/model/value-text.js'
import { vectorOf } from '../../src/model/vector.js'
import type { ResultStream } from '../../src/output/output-format.js'
import { formatNamed, writeResult } from '../../src/output/registry.js'
import { openFileSink } from '../../src/platform/node/file-sink.js'
import { extremes, headerOf, type Named, resultOf } from './sample.js'

const directory = mkdtempSync(join(tmpdir(), 'chunkql-duckdb-'))
let connection: DuckDBConnection

before(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
})
after(() => {
  connection.closeSync()
  rmSync(directory, { recursive: true })
})

async function written(format: string, result: ResultStream): Promise<string> {
  const path = join(directory, `${format}-${Math.random()}.${format}`)
  await writeResult(result, formatNamed(format), await openFileSink(path))
  return path
}

async function rowsOf(sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJS()
}

/** Our texts by row; NULL is null. */
function textsOf(columns: readonly Named[]): (string | null)[][] {
  const vectors = columns.map(([, type, values]) => vectorOf(type, values))
  return (columns[0]?.[2] ?? []).map((_, row) => vectors.map((vector) => textAt(vector, row) ?? null))
}

const typed = extremes.filter(([, type]) => type.kind !== 'null')

test('Parquet: every value, as text', async () => {
  const path = await written('parquet', resultOf(extremes))
  assert.deepEqual(await rowsOf(`SELECT columns(*)::VARCHAR FROM '${path}'`), textsOf(extremes))
})

test('Parquet: every type', async () => {
  const path = await written('parquet', resultOf(typed))
  const described = await rowsOf(`SELECT column_name, column_type FROM (DESCRIBE FROM '${path}')`)
  assert.deepEqual(
    described,
    typed.map(([name, type]) => [name, typeName(type)]),
  )
})

test('Parquet: bounds do not hide rows', async () => {
  const path = await written('parquet', resultOf(extremes))
  const count = async (condition: string) =>
    Number((await rowsOf(`SELECT count(*) FROM '${path}' WHERE ${condition}`))[0]?.[0])
  assert.equal(await count("f32 = 'nan'"), 1)
  assert.equal(await count('f32 > 1000'), 1)
  assert.equal(await count('f64 = 0'), 1)
  assert.equal(await count('u64 = 18446744073709551615'), 1)
  assert.equal(await count('u32 >= 2147483648'), 2)
  assert.equal(await count('i64 = -9223372036854775808'), 1)
  assert.equal(await count("text = ''"), 1)
  assert.equal(await count("text > 'é'"), 1)
})

test('Parquet: several row groups, and none', async () => {
  const texts = Array.from({ length: 140_000 }, (_, row) => (row % 3 === 0 ? null : `text ${row}`))
  const many = await written('parquet', resultOf([['x', extremes[12]?.[1] ?? assert.fail(), texts]]))
  assert.deepEqual(await rowsOf(`SELECT count(*)::INT, count(x)::INT, max(x) FROM '${many}'`), [
    [140000, 93333, 'text 99998'],
  ])
  const none = await written('parquet', { header: headerOf(typed), batches: [] })
  assert.deepEqual(await rowsOf(`SELECT count(*)::INT FROM '${none}'`), [[0]])
})

test('CSV: every value, as text', async () => {
  const path = await written('csv', resultOf(extremes))
  assert.deepEqual(
    await rowsOf(`SELECT * FROM read_csv('${path}', all_varchar = true, allow_quoted_nulls = false)`),
    textsOf(extremes),
  )
})

test('NDJSON and JSON: every value but those that JSON has no number for', async () => {
  const columns = typed.filter(([, type]) => type.kind !== 'float32' && type.kind !== 'float64')
  const types = columns.map(([name, type]) => `${name}: '${typeName(type)}'`).join(', ')
  for (const format of ['json', 'ndjson']) {
    const path = await written(format, resultOf(columns))
    const rows = await rowsOf(`SELECT columns(*)::VARCHAR FROM read_json('${path}', columns = {${types}})`)
    assert.deepEqual(rows, textsOf(columns), format)
  }
})

test('DuckDB reads lengths of time as we write them: as text', async () => {
  const values = [{ months: 14, days: -3, micros: -1n }, null, { months: 0, days: 2, micros: 3_600_000_000n }]
  for (const format of ['parquet', 'csv', 'json']) {
    const path = await written(format, resultOf([['length', INTERVAL, values]]))
    const found = await rowsOf(`SELECT length::INTERVAL::VARCHAR FROM '${path}'`)
    assert.deepEqual(found, [['1 year 2 months -3 days -00:00:00.000001'], [null], ['2 days 01:00:00']], format)
  }
})

/** Predicates over texts of a store: compiled, decided once for each text; the interpreter is the oracle, and chunks are read once. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect, type Database } from '../../src/index.js'

const rows = 1000
const chunk = 64
const names = ['Ada', 'Bo', '', 'Øyvind', "O'Brien", 'ada', 'Zoë', 'B_']
const fixed = Array.from({ length: rows }, (_, i) => names[(i * 7 + (i >> 5)) % names.length] as string)
const long = Array.from({ length: rows }, (_, i) => `${fixed[i]} ${i % 40}`)
const numbers = Float64Array.from({ length: rows }, (_, i) => i / 8)

function writeArray(folder: string, name: string, meta: object, chunkBytes: (from: number) => Uint8Array): void {
  const path = join(folder, name)
  mkdirSync(path)
  const shared = { zarr_format: 2, shape: [rows], chunks: [chunk], compressor: null, filters: null, order: 'C' }
  writeFileSync(join(path, '.zarray'), JSON.stringify({ ...shared, fill_value: null, ...meta }))
  writeFileSync(join(path, '.zattrs'), JSON.stringify({ _ARRAY_DIMENSIONS: ['row'] }))
  for (let i = 0; i * chunk < rows; i++) writeFileSync(join(path, `${i}`), chunkBytes(i * chunk))
}

/** UTF-32 of a fixed length. */
function fixedBytes(texts: readonly string[], letters: number): Uint8Array {
  const cells = new Uint32Array(chunk * letters)
  texts.forEach((text, i) => {
    for (const [k, letter] of [...text].entries()) cells[i * letters + k] = letter.codePointAt(0) as number
  })
  return new Uint8Array(cells.buffer)
}

/** numcodecs' vlen-utf8: a count, then length and bytes of each. */
function vlenBytes(texts: readonly string[]): Uint8Array {
  const word = (value: number) => new Uint8Array(Uint32Array.of(value).buffer)
  const encoded = texts.map((text) => Buffer.from(text))
  return Buffer.concat([word(chunk), ...encoded.flatMap((bytes) => [word(bytes.length), bytes])])
}

const padded = <T>(values: readonly T[], from: number, empty: T): T[] =>
  Array.from({ length: chunk }, (_, i) => values[from + i] ?? empty)

/** Four by four texts in four chunks, which a box of rows has all. */
function writeSquare(folder: string): void {
  writeFileSync(join(folder, '.zgroup'), '{"zarr_format":2}')
  const path = join(folder, 'square')
  mkdirSync(path)
  const zarray = {
    zarr_format: 2,
    shape: [4, 4],
    chunks: [2, 2],
    dtype: '<U7',
    compressor: null,
    filters: null,
    order: 'C',
  }
  writeFileSync(join(path, '.zarray'), JSON.stringify({ ...zarray, fill_value: null }))
  writeFileSync(join(path, '.zattrs'), JSON.stringify({ _ARRAY_DIMENSIONS: ['a', 'b'] }))
  for (const [c, text] of ['Ada', 'Bo', 'Zoë', 'ada'].entries()) {
    writeFileSync(join(path, `${c >> 1}.${c & 1}`), fixedBytes([text, 'Ada', text, ''], 7).subarray(0, 4 * 7 * 4))
  }
}

let folder: string
let squares: string
let compiled: Database
let oracle: Database

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chunkql-'))
  writeFileSync(join(folder, '.zgroup'), '{"zarr_format":2}')
  writeArray(folder, 'fixed', { dtype: '<U7' }, (from) => fixedBytes(padded(fixed, from, ''), 7))
  const filters = [{ id: 'vlen-utf8' }]
  writeArray(folder, 'long', { dtype: '|O', filters, fill_value: '' }, (from) => vlenBytes(padded(long, from, '')))
  writeArray(folder, 'x', { dtype: '<f8' }, (from) => {
    const cells = new Float64Array(chunk)
    cells.set(numbers.subarray(from, from + chunk))
    return new Uint8Array(cells.buffer)
  })
  squares = mkdtempSync(join(tmpdir(), 'chunkql-'))
  writeSquare(squares)
  const attach = { t: folder, s: squares }
  compiled = await connect({ threads: 2, attach })
  oracle = await connect({ threads: 1, attach })
  await oracle.query("SET engine = 'interpreter'")
})

after(async () => {
  await compiled.close()
  await oracle.close()
  for (const each of [folder, squares]) rmSync(each, { recursive: true })
})

/** Query, and how many chunks are read: each array has 16, `long` only those where a row passes. */
const queries: readonly (readonly [sql: string, chunks: number])[] = [
  ["SELECT count(*) FROM t WHERE fixed = 'Ada'", 16],
  ["SELECT count(*) FROM t WHERE fixed <> 'Ada'", 16],
  ["SELECT count(*) FROM t WHERE long IN ('Ada 1', 'Zoë 9', 'nobody')", 16],
  ["SELECT count(*) FROM t WHERE fixed LIKE '%\\_' ESCAPE '\\'", 16],
  ["SELECT count(*) FROM t WHERE lower(fixed) = 'ada' OR length(fixed) > 6", 16],
  ["SELECT count(*) FROM t WHERE NOT (long ILIKE 'a%')", 16],
  ["SELECT count(*) FROM t WHERE fixed < 'B'", 16],
  ['SELECT count(*) FROM t WHERE fixed IS NULL', 16],
  ["SELECT sum(x) FROM t WHERE fixed = 'Bo' AND x > 20", 32],
  ["SELECT sum(x) FROM t WHERE fixed = 'Bo' OR x > 20", 32],
  ["SELECT sum(x) FROM t WHERE fixed = 'Bo' AND long LIKE '% 1_'", 48],
  ["SELECT fixed, sum(x) FROM t WHERE fixed >= 'B' GROUP BY fixed ORDER BY fixed", 32],
  ["SELECT fixed, count(*) FILTER (WHERE long LIKE '%3') FROM t GROUP BY fixed ORDER BY fixed", 32],
  ["SELECT sum(CASE WHEN fixed = 'Ada' THEN x ELSE -x END) FROM t", 32],
  ["SELECT row, long, fixed FROM t WHERE fixed = 'Zoë' AND x < 30 ORDER BY row", 36],
  ["SELECT long FROM t WHERE long = 'Ada 7' ORDER BY row DESC LIMIT 2", 16],
  ["SELECT count(*) FROM t WHERE (fixed = 'Ada') IS NOT TRUE", 16],
  ["SELECT a, b FROM s WHERE square = 'Ada' ORDER BY a, b", 4],
  ["SELECT a, b, square FROM s WHERE square IN ('Bo', 'Zoë') AND a + b <> 3 ORDER BY a, b", 4],
]

for (const [sql, chunks] of queries) {
  test(sql, async () => {
    const rowsOf = async (db: Database) =>
      (await db.query(sql)).toArray().map((row) => JSON.stringify(row.toJSON(), plain))
    assert.deepEqual(await rowsOf(compiled), await rowsOf(oracle))
    const { work } = await compiled.explain(sql, { analyze: true })
    assert.equal(work?.read, chunks)
  })
}

function plain(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value
}

test('a filter of texts is compiled', async () => {
  const plan = await compiled.explain("SELECT count(*) FROM t WHERE fixed LIKE 'A%' AND x > 3")
  assert.match(plan.toString(), /compiled/)
})

test('what may fail for a text of a row that is filtered out is not asked of it', async () => {
  const sql =
    "SELECT sum(CAST(substr(long, 5) AS INTEGER)) FROM t WHERE fixed = 'Ada' AND CAST(substr(long, 5) AS INTEGER) < 9"
  assert.equal(
    String((await compiled.query(sql)).getChildAt(0)?.get(0)),
    String((await oracle.query(sql)).getChildAt(0)?.get(0)),
  )
})

test('a pattern that is wrong is told as the interpreter tells it', async () => {
  await assert.rejects(compiled.query("SELECT count(*) FROM t WHERE fixed LIKE 'a\\' ESCAPE '\\'"), /escape/)
})

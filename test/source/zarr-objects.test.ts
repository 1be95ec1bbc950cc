/** Text, bytes and lists: values against numpy (make-objects.py, make-structs.py), and what outputs make of them. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { connect } from '../../src/index.js'
import type { Value } from '../../src/model/type.js'
import { openLocation } from '../../src/source/registry.js'
import { readAll } from './read-all.js'
import { arrayV2, directory, mapStore } from './stores.js'

const fixtures = fileURLToPath(new URL('../../../test/fixtures/zarr/', import.meta.url))
const expected: Record<string, readonly string[]> = JSON.parse(
  readFileSync(`${fixtures}expected/objects-v2.json`, 'utf8'),
)
const structs = JSON.parse(readFileSync(`${fixtures}expected/structs-v2.json`, 'utf8'))

/** JSON has the shortest digits of a FLOAT. */
const single = (value: number | null) => (value === null ? null : Math.fround(value))

async function duckdb(sql: string): Promise<unknown[][]> {
  const connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect()
  return (await connection.runAndReadAll(sql)).getRowsJson() as unknown[][]
}

const plain = (value: Value): Value => (value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value)

test('text and bytes of any number of dimensions have the values that numpy has', async () => {
  const source = await openLocation(`${fixtures}objects-v2.zarr`)
  for (const [name, values] of Object.entries(expected)) {
    assert.deepEqual((await readAll(source, name, name)).map(plain), values, name)
  }
})

test('queries read them in the order of the grid, filtered and grouped, counting each chunk once', async () => {
  const db = await connect({ attach: { s: `${fixtures}objects-v2.zarr` }, threads: 2 })
  for (const name of ['unicode_C', 'unicode_F', 'ascii', 'vlen', 'vlen_fill', 'cube']) {
    const rows = await db.query(`SELECT ${name} AS t FROM s.${name}`)
    assert.deepEqual(
      [...rows].map(({ t }) => t),
      expected[name],
      name,
    )
    const groups = await db.query(`SELECT ${name} AS t, count(*) AS n FROM s.${name} WHERE ${name} <> '' GROUP BY t`)
    const counts = new Map([...groups].map(({ t, n }) => [t, Number(n)]))
    for (const word of new Set(expected[name])) {
      const count = expected[name]?.filter((each) => each === word).length
      assert.equal(counts.get(word), word === '' ? undefined : count, `${name}: ${word}`)
    }
  }
  const { chunks } = await db.explain(`SELECT max(vlen) FROM s.vlen WHERE dim_0 < 2`, { analyze: true })
  assert.deepEqual(chunks, { total: 9, pruned: 6, prunedByStatistics: 0, answered: 0, read: 3 })
  await db.close()
})

test('bytes are BLOB, printed, compared and cast as in DuckDB', async () => {
  const db = await connect({ attach: { s: `${fixtures}objects-v2.zarr` } })
  const [row] = await db.query(`SELECT raw::VARCHAR AS t FROM s.raw WHERE dim_0 = 4 LIMIT 1`)
  assert.equal(row.t, '\\x00\\x01\\xFE\\xFF')
  const [counted] = await db.query(
    `SELECT count(*) AS n, count(DISTINCT raw) AS d, max(raw) AS m FROM s.raw WHERE raw = '\\x00\\x01\\xFE\\xFF'::BLOB`,
  )
  assert.deepEqual([Number(counted.n), Number(counted.d), [...counted.m]], [3, 1, [0, 1, 254, 255]])
  const { header } = await db.run('SELECT blobs FROM s.blobs')
  assert.equal(header.columns[0]?.type.kind, 'blob')
  await db.close()
})

test('a field of several values is a list of a fixed size', async () => {
  const db = await connect({ attach: { s: `${fixtures}structs-v2.zarr` } })
  const rows = await db.query('SELECT data, grid FROM s.lists ORDER BY time')
  assert.deepEqual(
    rows.schema.fields.map(({ type }) => String(type)),
    ['FixedSizeList[5]<Float32>', 'FixedSizeList[2]<FixedSizeList[3]<Int16>>'],
  )
  const described = await db.query('DESCRIBE s.lists')
  assert.deepEqual(
    [...described].map((each) => each.column_type),
    ['BIGINT', 'BIGINT', 'FLOAT[5]', 'SMALLINT[3][2]', 'FLOAT'],
  )
  const [whole] = await db.query('SELECT data::VARCHAR AS d, grid::VARCHAR AS g FROM s.lists LIMIT 1')
  const [data, grid] = [structs.lists.data[0], structs.lists.grid[0]]
  assert.equal(whole.g, `[[${grid.slice(0, 3).join(', ')}], [${grid.slice(3).join(', ')}]]`)
  assert.ok(whole.d.startsWith(data[0] === null ? '[NULL, ' : `[${data[0]}`.slice(0, 4)), whole.d)
  await db.close()
})

test('lists and bytes go to files as DuckDB reads them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'chunkql-'))
  const db = await connect({ attach: { s: `${fixtures}structs-v2.zarr`, o: `${fixtures}objects-v2.zarr` } })
  const parquet = join(folder, 'lists.parquet')
  await db.export('SELECT time, data, grid FROM s.lists', parquet)
  const rows = await duckdb(`SELECT time::VARCHAR AS t, data, grid FROM '${parquet}'`)
  assert.deepEqual(
    rows.map(([time]) => time),
    structs.lists.time,
  )
  assert.deepEqual(
    rows.map(([, data]) => data),
    structs.lists.data,
  )
  assert.deepEqual(
    rows.map(([, , grid]) => (grid as number[][]).flat()),
    structs.lists.grid,
  )
  const blobs = join(folder, 'blobs.parquet')
  await db.export('SELECT blobs FROM o.blobs', blobs)
  assert.deepEqual(
    await duckdb(`SELECT lower(hex(blobs)) FROM '${blobs}'`),
    expected.blobs?.map((hex) => [hex]),
  )
  const json = join(folder, 'lists.json')
  await db.export('SELECT data FROM s.lists', json)
  assert.deepEqual(
    JSON.parse(readFileSync(json, 'utf8')).map(({ data }: { data: number[] }) => data.map(single)),
    structs.lists.data,
  )
  const csv = join(folder, 'lists.csv')
  await db.export('SELECT grid FROM s.lists LIMIT 1', csv)
  const [first] = structs.lists.grid
  assert.equal(
    readFileSync(csv, 'utf8'),
    `grid\n"[[${first.slice(0, 3).join(', ')}], [${first.slice(3).join(', ')}]]"\n`,
  )
  await db.close()
})

test('bytes that are no text are refused with their place', async () => {
  const bad = { dims: ['x'], shape: [2], zarray: { dtype: '|S2' }, chunks: { '0': Uint8Array.of(65, 66, 0xff, 0xfe) } }
  const db = await connect({ attach: { s: mapStore({ bad }) } })
  await assert.rejects(db.query('SELECT max(bad) FROM s.bad'), /not UTF-8/)
  await db.close()
})

/** As the vlen-utf8 codec lays them. */
function variable(texts: readonly string[]): Uint8Array {
  const count = Buffer.alloc(4)
  count.writeUInt32LE(texts.length)
  const parts = texts.flatMap((text) => {
    const bytes = Buffer.from(text)
    const length = Buffer.alloc(4)
    length.writeUInt32LE(bytes.length)
    return [length, bytes]
  })
  return Buffer.concat([count, ...parts])
}

test('functions and groups of texts that repeat are computed once for each text, and mean the same', async () => {
  const words = ['12', 'seven', '', 'Ärger', '40', 'none']
  const texts = Array.from({ length: 3000 }, (_, i) => words[(i * i + (i >> 3)) % 6] as string)
  const narrow = Buffer.concat(texts.map((text) => Buffer.concat([Buffer.from(text), Buffer.alloc(8)]).subarray(0, 8)))
  const spec = { dims: ['i'], shape: [3000] }
  const common = { chunks: [1000], fill_value: 'none' }
  const cut = (start: number) => variable(texts.slice(start, start + 1000))
  const store = mapStore({
    k: {
      ...spec,
      zarray: { ...common, dtype: '|O', filters: [{ id: 'vlen-utf8' }] },
      chunks: { '0': cut(0), '1': cut(1000), '2': cut(2000) },
    },
    s: {
      ...spec,
      zarray: { ...common, dtype: '|S8', fill_value: Buffer.from('none').toString('base64') },
      chunks: Object.fromEntries([0, 1, 2].map((c) => [`${c}`, narrow.subarray(c * 8000, (c + 1) * 8000)])),
    },
  })
  const db = await connect({ attach: { t: store } })
  const rows = texts.map((text, i) => ({ i, text: text === 'none' ? null : text }))
  const count = (test: (text: string, i: number) => boolean) =>
    rows.filter(({ i, text }) => text !== null && test(text, i)).length
  for (const name of ['k', 's']) {
    const conditions: readonly (readonly [string, number])[] = [
      [`${name} = 'seven'`, count((text) => text === 'seven')],
      [`${name} IN ('12', '40', 'x')`, count((text) => text === '12' || text === '40')],
      [`upper(${name}) LIKE 'ÄR%' OR ${name} < '2'`, count((text) => text === 'Ärger' || text < '2')],
      [`${name} || 'x' <> 'x' AND i >= 1500`, count((text, i) => text !== '' && i >= 1500)],
      [`${name} IS NULL`, rows.filter(({ text }) => text === null).length],
      [`TRY_CAST(${name} AS INTEGER) > 20`, count((text) => text === '40')],
      [`${name} IN ('12', '40') AND CAST(${name} AS INTEGER) = 12`, count((text) => text === '12')],
    ]
    for (const [condition, expectedCount] of conditions) {
      const [row] = await db.query(`SELECT count(*) AS n FROM t.${name} WHERE ${condition}`)
      assert.equal(Number(row.n), expectedCount, condition)
    }
    const groups = await db.query(
      `SELECT ${name} AS t, length(${name}) AS l, count(*) AS n, min(i) AS a FROM t.${name} GROUP BY ${name}, l`,
    )
    for (const { t, n, a, l } of groups) {
      const mine = rows.filter(({ text }) => text === t)
      assert.deepEqual(
        [Number(n), Number(a), l === null ? null : Number(l)],
        [mine.length, mine[0]?.i, t === null ? null : [...t].length],
      )
    }
    assert.equal(groups.numRows, 6)
    const single = await db.query(`SELECT ${name} AS t, count(*) AS n FROM t.${name} GROUP BY ALL ORDER BY t`)
    assert.deepEqual(
      [...single].map(({ t }) => t),
      ['', '12', '40', 'seven', 'Ärger', null],
    )
    await assert.rejects(db.query(`SELECT max(CAST(${name} AS INTEGER)) FROM t.${name}`), /cannot cast 'seven'/)
  }
  await groupsOfTexts(db, rows)
  await db.close()
})

/** Texts as keys beside others, where some rows do not pass and chunks number their texts each in their own way. */
async function groupsOfTexts(
  db: Awaited<ReturnType<typeof connect>>,
  rows: readonly { readonly i: number; readonly text: string | null }[],
) {
  for (const threads of [1, 2]) {
    await db.query(`SET threads = ${threads}`)
    const groups = await db.query(
      'SELECT k, i % 3 AS r, s, count(*) AS n, sum(i) AS total FROM t.k WHERE i % 7 <> 2 GROUP BY ALL',
    )
    const expected = new Map<string, [number, number]>()
    for (const { i, text } of rows) {
      if (i % 7 === 2) continue
      const name = `${text}|${i % 3}|${text}`
      const [n, total] = expected.get(name) ?? [0, 0]
      expected.set(name, [n + 1, total + i])
    }
    const found = [...groups].map(({ k, r, s, n, total }): [string, [number, number]] => [
      `${k}|${r}|${s}`,
      [Number(n), Number(total)],
    ])
    assert.deepEqual(new Map(found), expected)
  }
}

test('texts of several stores are laid end to end, where chunks meet and where they do not', async () => {
  const part = (texts: readonly string[], chunk: number, label: string) => {
    const chunks: Record<string, Uint8Array> = {}
    for (let c = 0; c * chunk < texts.length; c++) {
      const cells = texts.slice(c * chunk, (c + 1) * chunk)
      chunks[`k/${c}`] = variable([...cells, ...new Array<string>(chunk - cells.length).fill('')])
    }
    const filters = [{ id: 'vlen-utf8' }]
    const zarray = (shape: readonly number[], chunks: readonly number[]) =>
      arrayV2({ shape, zarray: { dtype: '|O', chunks, filters, fill_value: '' } })
    return directory({
      '.zgroup': { zarr_format: 2 },
      'k/.zarray': zarray([texts.length], [chunk]),
      'k/.zattrs': { _ARRAY_DIMENSIONS: ['i'] },
      'name/.zarray': zarray([], []),
      'name/.zattrs': { _ARRAY_DIMENSIONS: [] },
      'name/0': variable([label]),
      ...chunks,
    })
  }
  const [a, b] = [
    ['u', 'v', 'w', 'u', 'x'],
    ['v', 'v', 'y'],
  ]
  for (const [chunkA, lengthA] of [
    [3, 5],
    [2, 4],
  ] as const) {
    const first = part(a.slice(0, lengthA), chunkA, 'p')
    const second = part(b, chunkA, 'p')
    const db = await connect()
    const rows = await db.query(`SELECT k, name FROM ['${first}', '${second}']`)
    assert.deepEqual(
      [...rows].map(({ k }) => k),
      [...a.slice(0, lengthA), ...b].map((text) => text || null),
    )
    await db.close()
  }
  const other = part(b, 3, 'r')
  const db = await connect()
  await assert.rejects(db.query(`SELECT k, name FROM ['${part(a, 3, 'p')}', '${other}']`), /'name' is not the same/)
  await db.close()
})

test('items of list fields become rows, with their places', async () => {
  const db = await connect({ attach: { s: `${fixtures}structs-v2.zarr` }, threads: 2 })
  const data = structs.lists.data as (number | null)[][]
  for (const engine of ['auto', 'interpreter']) {
    await db.query(`SET engine = '${engine}'`)
    const rows = await db.query(
      'SELECT dim_0, unnest(data) AS x, generate_subscripts(data, 1) AS i FROM s.lists WHERE dim_0 <> 3',
    )
    const expectedRows = data.flatMap((items, row) => (row === 3 ? [] : items.map((x, i) => [row, x, i + 1])))
    assert.deepEqual(
      [...rows].map(({ dim_0, x, i }) => [Number(dim_0), x, Number(i)]),
      expectedRows,
    )
    const sums = await db.query(
      `SELECT i, sum(x) AS total FROM (SELECT unnest(data) AS x, generate_subscripts(data, 1) AS i FROM s.lists)
       GROUP BY i ORDER BY i`,
    )
    for (const { i, total } of sums) {
      const column = data.map((items) => items[Number(i) - 1]).filter((x) => typeof x === 'number')
      const expectedTotal = column.reduce((sum, x) => sum + x, 0)
      assert.ok(Math.abs(total - expectedTotal) < 1e-9, `${i}: ${total}`)
    }
    const [counted] = await db.query('SELECT count(*) AS n FROM (SELECT unnest(data) AS x, area FROM s.lists)')
    assert.equal(Number(counted.n), data.flat().length)
  }
  await db.close()
})

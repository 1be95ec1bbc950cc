/** Parts of lists in structured arrays: read as columns, folded, unnested as a dimension; every way gives the same. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { connect, type Database } from '../../src/index.js'
import { mapStore } from '../source/stores.js'

const rows = 53
const chunk = 10

/** Fields with their NumPy types and how a value is written at an offset. */
const fields = [
  ['n', '<i4', 1, 4],
  ['m', '>i2', 1, 2],
  ['f', '<f4', 7, 4],
  ['g', '>f8', 5, 8],
  ['a', '|i1', 7, 1],
  ['b', '<u2', 6, 2],
  ['c', '>i4', 3, 4],
  ['d', '<u4', 9, 4],
  ['w', '<i8', 2, 8],
  ['h', '<f2', 3, 2],
] as const

const cellBytes = fields.reduce((sum, [, , items, bytes]) => sum + items * bytes, 0)

/** Numbers that look random and are the same every time. */
function* noise(): Generator<number> {
  for (let x = 12345; ; ) {
    x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff
    yield x / 0x80000000
  }
}

type Write = (view: DataView, at: number, random: number) => void

const special = (random: number): number =>
  random < 0.15 ? Number.NaN : random > 0.97 ? Number.POSITIVE_INFINITY : Math.round((random - 0.5) * 1e4) / 8

const writers: Readonly<Record<(typeof fields)[number][1], Write>> = {
  '<i4': (view, at, random) => view.setInt32(at, Math.floor(random * 20) - 10, true),
  '>i2': (view, at, random) => view.setInt16(at, Math.floor(random * 16) - 8),
  '<f4': (view, at, random) => view.setFloat32(at, special(random), true),
  '>f8': (view, at, random) => view.setFloat64(at, special(random) * 1.1),
  '|i1': (view, at, random) => view.setInt8(at, random * 256 - 128),
  '<u2': (view, at, random) => view.setUint16(at, random * 65536, true),
  '>i4': (view, at, random) => view.setInt32(at, (random - 0.5) * 4e9),
  '<u4': (view, at, random) => view.setUint32(at, random * 4294967295, true),
  '<i8': (view, at, random) => view.setBigInt64(at, BigInt(Math.floor((random - 0.5) * 1e15)), true),
  '<f2': (view, at, random) => view.setUint16(at, 0x3c00 + Math.floor(random * 512), true),
}

function peaks(): Map<string, Uint8Array> {
  const random = noise()
  const chunks = Array.from({ length: Math.ceil(rows / chunk) }, (_, k): [string, Uint8Array] => {
    const bytes = new Uint8Array(chunk * cellBytes)
    const view = new DataView(bytes.buffer)
    let at = 0
    for (let row = 0; row < chunk; row++) {
      for (const [, type, items, size] of fields) {
        for (let i = 0; i < items; i++, at += size) writers[type](view, at, random.next().value as number)
      }
    }
    return [String(k), bytes]
  })
  const dtype = fields.map(([name, type, items]) => (items === 1 ? [name, type] : [name, type, [items]]))
  return mapStore({
    peaks: { shape: [rows], dims: ['peak'], zarray: { chunks: [chunk], dtype }, chunks: Object.fromEntries(chunks) },
  })
}

/** With the rule that each is about. */
const queries: readonly (readonly [string, string])[] = [
  [
    'SELECT i, sum(v), count(*), min(v), max(v) FROM s.peaks, unnest(f) WITH ORDINALITY u(v, i) GROUP BY i ORDER BY i',
    'unnest-along-dimension',
  ],
  [
    'SELECT i, sum(v), count(v) FROM s.peaks, unnest(g) WITH ORDINALITY u(v, i) WHERE i <= n GROUP BY i ORDER BY i',
    'unnest-along-dimension',
  ],
  ['SELECT peak, n, v, i FROM s.peaks, unnest(c) WITH ORDINALITY u(v, i) WHERE v > 0', 'unnest-along-dimension'],
  [
    'SELECT v, count(*) FROM s.peaks, unnest(a) u(v) WHERE peak BETWEEN 7 AND 33 GROUP BY v ORDER BY v',
    'unnest-along-dimension',
  ],
  [
    'SELECT m, sum(v), avg(v) FROM s.peaks, unnest(b) WITH ORDINALITY u(v, i) WHERE i = 3 GROUP BY m ORDER BY m',
    'unnest-along-dimension',
  ],
  ['SELECT sum(v), sum(z) FROM s.peaks, unnest(f) u(v), unnest(g) y(z) WHERE v < z', 'unnest-along-dimension'],
  ['SELECT unnest(c) AS x, unnest(h) AS y, generate_subscripts(c, 1) AS i, n FROM s.peaks', 'unnest-along-dimension'],
  ['SELECT unnest(c) AS x, unnest(d) AS y FROM s.peaks WHERE n > 3', 'push-filter'],
  ['SELECT v FROM s.peaks[11:29], unnest(d) u(v) LIMIT 17 OFFSET 5', 'unnest-along-dimension'],
  ['SELECT first(v), last(v), any_value(i) FROM s.peaks, unnest(w) WITH ORDINALITY u(v, i)', 'unnest-along-dimension'],
  ['SELECT count(*) FROM s.peaks, unnest(f)', 'unnest-along-dimension'],
  [
    'SELECT f[1], g[-1], c[2], c[2]::BIGINT + c[3] AS s, f[8], f[0], len(f), h[2] FROM s.peaks WHERE b[6] > 9000',
    'read-list-parts',
  ],
  ['SELECT sum(f[1]), max(g[5]), min(c[1]), sum(w[2]), max(h[3]) FROM s.peaks', 'read-list-parts'],
  [
    'SELECT peak, list_sum(f), list_sum(g), list_sum(a), list_sum(b), list_sum(c), list_sum(d), list_sum(w), list_sum(h) FROM s.peaks',
    'read-list-parts',
  ],
  [
    'SELECT list_avg(f), list_avg(g), list_avg(a), list_avg(b), list_avg(c), list_avg(d) FROM s.peaks',
    'read-list-parts',
  ],
  [
    'SELECT list_min(f), list_min(g), list_min(a), list_min(b), list_min(c), list_min(d) FROM s.peaks WHERE list_max(c) > 5',
    'read-list-parts',
  ],
  [
    'SELECT list_max(f), list_max(g), list_max(a), list_max(b), list_max(c), list_max(d) FROM s.peaks',
    'read-list-parts',
  ],
  [
    'SELECT n, list_sum(f[1:n]), list_max(g[2:n]), list_min(a[3:n]), list_avg(b[:n]), list_sum(c[-2:n]) FROM s.peaks',
    'read-list-parts',
  ],
  [
    'SELECT m, list_sum(f[1:m]), list_max(g[2:m]), list_min(a[3:m]), list_avg(b[:m]), list_sum(d[0:m]) FROM s.peaks',
    'read-list-parts',
  ],
  [
    'SELECT list_sum(f[2:5]), list_sum(f[-3:-2]), list_max(a[6:99]), list_min(c[3:1]), list_avg(d[:0]) FROM s.peaks',
    'read-list-parts',
  ],
  [
    'SELECT sum(list_sum(f[1:n])), avg(list_max(f)), count(list_sum(g[4:m])), sum(list_min(c)) FROM s.peaks',
    'read-list-parts',
  ],
  ['SELECT list_max(a[1:n]) AS x, count(*), sum(f[2]) FROM s.peaks GROUP BY x ORDER BY x', 'read-list-parts'],
  [
    'SELECT peak, f[1:n] AS part FROM s.peaks WHERE list_sum(f) > 100 AND f[3] < 400 ORDER BY list_sum(f), peak LIMIT 5',
    'read-list-parts',
  ],
]

async function answer(db: Database, sql: string): Promise<unknown[]> {
  const { header, batches } = await db.run(sql)
  const found: unknown[] = [header.columns.map(({ name, type }) => [name, type.kind])]
  for await (const { length, columns } of batches) {
    for (let row = 0; row < length; row++) {
      found.push(columns.map(({ values, valid }) => (valid?.[row] === 0 ? null : values[row])))
    }
  }
  return found
}

/** Sums of floats may differ in their last digits. */
function near(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(near)
  return typeof value === 'number' && Number.isFinite(value) ? Number(value.toPrecision(11)) : value
}

test('lists are read, folded and unnested alike by every way', async () => {
  const db = await connect({ attach: { s: peaks() }, threads: 1 })
  for (const nanIsNull of [true, false]) {
    await db.query(`SET nan_is_null = ${nanIsNull}`)
    for (const [sql, rule] of queries) {
      await db.query('SET engine = auto')
      await db.query('SET optimizer = false')
      const expected = near(await answer(db, sql))
      await db.query('SET optimizer = true')
      assert.ok((await db.explain(sql)).toString().includes(rule), `${rule}: ${sql}`)
      assert.deepEqual(near(await answer(db, sql)), expected, sql)
      await db.query('SET engine = interpreter')
      assert.deepEqual(near(await answer(db, sql)), expected, `interpreted: ${sql}`)
    }
  }
  await db.close()
})

test('items and folds compile, and read no chunk twice', async () => {
  const db = await connect({ attach: { s: peaks() }, threads: 1 })
  for (const sql of [
    'SELECT i, sum(v) FROM s.peaks, unnest(f) WITH ORDINALITY u(v, i) GROUP BY i',
    'SELECT sum(f[1]), sum(f[2]), sum(n) FROM s.peaks',
    'SELECT sum(list_sum(g[1:m])), max(list_max(f)), sum(c[1]), sum(n) FROM s.peaks WHERE list_min(c) < 0',
  ]) {
    const { chunks, ...plan } = await db.explain(sql, { analyze: true })
    assert.deepEqual([chunks.total, chunks.read], [6, 6], sql)
    assert.match(plan.toString(), /engine: compiled/, sql)
  }
  await db.close()
})

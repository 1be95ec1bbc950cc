/** What ANALYZE keeps beside sums: ends of texts, which values a chunk has where they are few, and how its cells lie. */
import assert from 'node:assert/strict'
import { appendFileSync, cpSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import type { ArraySpec } from '../source/stores.js'
import { type Fixture, makeOld, withFixture } from './fixture.js'
import { anyTexts, fixedTexts } from './texts.js'

/** Four chunks of four texts. */
const names = [
  ['apple', 'avocado', 'apple', 'banana'],
  ['cherry', 'cherry', 'cherry', 'cherry'],
  ['date', null, 'fig', 'elder'],
  [null, null, null, null],
] as const

const kinds: Readonly<Record<string, ArraySpec>> = {
  'of one size': fixedTexts(names, 8),
  'of any size': anyTexts(names),
}

/** Which rows, and how many chunks are read: of `n` there are none. */
const filters: readonly (readonly [where: string, rows: string, read: number])[] = [
  ["v = 'cherry'", '4 5 6 7', 0],
  ["v = 'banana'", '3', 1],
  ["v = 'apricot'", '', 0],
  ["v = 'zebra'", '', 0],
  ["v > 'ch'", '4 5 6 7 8 10 11', 1],
  ["v > 'd' AND v < 'e'", '8', 1],
  ["v <> 'cherry'", '0 1 2 3 8 10 11', 1],
  ["v IN ('cherry', 'fig')", '4 5 6 7 10', 1],
  ["v NOT IN ('apple', 'avocado', 'banana')", '4 5 6 7 8 10 11', 1],
  ["v LIKE 'a%'", '0 1 2', 1],
  ["v LIKE '%rr%'", '4 5 6 7', 0],
  ["upper(v) = 'FIG'", '10', 1],
  ['length(v) = 6', '3 4 5 6 7', 1],
  ['v IS NULL', '9 12 13 14 15', 1],
  ['v IS NOT NULL', '0 1 2 3 4 5 6 7 8 10 11', 1],
  ["coalesce(v, 'none') = 'none'", '9 12 13 14 15', 1],
]

for (const [kind, spec] of Object.entries(kinds)) {
  for (const engine of ['auto', 'interpreter']) {
    test(`chunks are left out by their texts ${kind}, ${engine}`, () =>
      withFixture({ v: spec }, async ({ ask }) => {
        await ask(`SET engine = '${engine}'`)
        const sqlOf = (where: string) => `SELECT n FROM $t WHERE ${where} ORDER BY n`
        for (const [where, rows] of filters) assert.equal((await ask(sqlOf(where))).rows.join(' '), rows, where)
        assert.deepEqual((await ask('ANALYZE $t')).rows, ['v 4 4'])
        for (const [where, rows, read] of filters) {
          const found = await ask(sqlOf(where))
          assert.equal(found.rows.join(' '), rows, where)
          assert.equal(found.read, read, where)
        }
      }))
  }
}

const ends: readonly (readonly [sql: string, row: string, read: number, answered: number])[] = [
  ['SELECT min(v), max(v), count(v), count(*) FROM $t', 'apple fig 11 16', 0, 4],
  ["SELECT min(v), max(v) FROM $t WHERE v > 'ch'", 'cherry fig', 1, 1],
  ["SELECT count(*), count(v), max(v) FROM $t WHERE v <= 'cherry'", '8 8 cherry', 0, 2],
  ["SELECT count(*) FROM $t WHERE v = 'cherry'", '4', 0, 1],
  ['SELECT min(v), max(n), sum(n) FROM $t', 'apple 15 120', 4, 0],
  ["SELECT max(v) FILTER (WHERE v < 'c') FROM $t", 'banana', 4, 0],
  ['SELECT min(v), count(DISTINCT v) FROM $t', 'apple 7', 4, 0],
  ['SELECT min(v), max(v) FROM $t WHERE n < 6', 'apple cherry', 1, 1],
  ['SELECT min(v) FROM $t WHERE n >= 12', '', 0, 1],
]

for (const [kind, spec] of Object.entries(kinds)) {
  test(`ends and counts of texts ${kind} are answered`, () =>
    withFixture({ v: spec }, async ({ ask }) => {
      for (const [sql, row] of ends) assert.equal((await ask(sql)).rows[0], row, sql)
      await ask('ANALYZE $t')
      for (const [sql, row, read, answered] of ends)
        assert.deepEqual(await ask(sql), { rows: [row], read, answered }, sql)
    }))
}

test('numbers beside texts are answered too', () => {
  const values = { dims: ['n'], shape: [16], zarray: { chunks: [4], dtype: '<f8' } }
  const chunks = [0, 1, 2, 3].map((c) => [String(c), Float64Array.from({ length: 4 }, (_, i) => 4 * c + i)])
  return withFixture(
    { v: kinds['of any size'] as ArraySpec, x: { ...values, chunks: Object.fromEntries(chunks) } },
    async ({ ask }) => {
      await ask('ANALYZE $t')
      const sql = 'SELECT min(v), sum(x), avg(x), max(x), stddev(x), count(x) FROM $t'
      const found = await ask(sql)
      assert.equal(found.read, 0)
      await ask('SET pruning = false')
      assert.deepEqual(found.rows, (await ask(sql)).rows)
    },
  )
})

test('the first texts are in few chunks', () =>
  withFixture({ v: fixedTexts(names.slice(0, 3), 8) }, async ({ ask }) => {
    await ask('ANALYZE $t')
    const first = (order: string) => ask(`SELECT v FROM $t ORDER BY v ${order}`)
    assert.deepEqual(await first('LIMIT 1'), { rows: ['apple'], read: 1, answered: 0 })
    assert.deepEqual(await first('DESC NULLS LAST LIMIT 1'), { rows: ['fig'], read: 1, answered: 0 })
    assert.deepEqual(await first('NULLS FIRST LIMIT 1'), { rows: [''], read: 2, answered: 0 })
    assert.deepEqual(await first('LIMIT 4'), { rows: ['apple', 'apple', 'avocado', 'banana'], read: 3, answered: 0 })
  }))

test('a byte order mark at the start of an end belongs to it', () =>
  withFixture({ v: anyTexts([['\ufeffa', '\ufeffb']]) }, async ({ ask }) => {
    await ask('ANALYZE $t')
    assert.deepEqual(await ask('SELECT min(v), max(v) FROM $t'), { rows: ['\ufeffa \ufeffb'], read: 0, answered: 1 })
  }))

const long = 'x'.repeat(150)
/** Ends that are longer than what is kept, or do not come back as they were; one chunk each. */
const cut: readonly (readonly string[])[] = [
  [`a${long}1`, `a${long}2`],
  [`b${'ü'.repeat(80)}`, `b${'ü'.repeat(81)}`],
  [`c${'\u{10ffff}'.repeat(40)}`, `c${'\u{10ffff}'.repeat(41)}`],
  ['\u{10ffff}'.repeat(40), '\u{10ffff}'.repeat(41)],
  [`d\0`, `d\0\0`],
  [`e${'\ud7ff'.repeat(90)}`, `e${'\ud7ff'.repeat(91)}`],
  // By code units the first one would come last.
  ['\ufffd', '\u{1f600}'],
  ['', ''],
]

test('ends that are cut are bounds, and none answers', () =>
  withFixture({ v: anyTexts(cut) }, async ({ ask }) => {
    const texts = cut.flat()
    const rowsOf = async (where: string, parameter: string) =>
      (await ask(`SELECT n FROM $t WHERE ${where.replace('?', `'${parameter}'`)} ORDER BY n`)).rows.join(' ')
    const queries = texts.flatMap((text) =>
      [text, text.slice(0, -1)].flatMap((each) =>
        ['v = ?', 'v > ?', 'v <= ?', 'v <> ?'].map((where) => [where, each] as const),
      ),
    )
    const ordered = ['v LIMIT 3', 'v DESC LIMIT 3', 'v LIMIT 9'].map((order) => `SELECT v, n FROM $t ORDER BY ${order}`)
    const sql = [...ordered, 'SELECT min(v), max(v), count(v) FROM $t', 'SELECT max(v) FROM $t WHERE n < 4']
    const expected: unknown[] = []
    for (const [where, text] of queries) expected.push(await rowsOf(where, text))
    for (const each of sql) expected.push((await ask(each)).rows)
    assert.deepEqual((await ask('ANALYZE $t')).rows, ['v 8 8'])
    const found: unknown[] = []
    for (const [where, text] of queries) found.push(await rowsOf(where, text))
    for (const each of sql) found.push((await ask(each)).rows)
    assert.deepEqual(found, expected)
    // They prune all the same.
    assert.equal((await ask(`SELECT n FROM $t WHERE v = 'a${long}1'`)).read, 1)
    assert.equal((await ask(`SELECT n FROM $t WHERE v > 'cd' AND v < 'd'`)).read, 1)
    assert.equal((await ask('SELECT max(v) FROM $t WHERE n < 2')).read, 1)
  }))

test('what cannot be read as text is not known, and no trouble for what is beside', () => {
  const damaged = fixedTexts([names[0], names[1]], 8)
  const cells = damaged.chunks?.[1] as Uint32Array
  cells[0] = 0xd800
  return withFixture({ v: damaged }, async ({ ask }) => {
    assert.deepEqual((await ask('ANALYZE $t')).rows, ['v 2 1'])
    assert.deepEqual(await ask("SELECT n FROM $t WHERE v = 'apple' AND n < 4"), {
      rows: ['0', '2'],
      read: 1,
      answered: 0,
    })
    await assert.rejects(ask("SELECT n FROM $t WHERE v = 'apple'"), { code: 'unsupported' })
  })
})

type Numbers = Uint8Array | Int16Array | Int32Array | BigInt64Array | BigUint64Array | Float32Array

/** Chunks of numbers along one axis. */
function numbers(dtype: string, chunks: readonly Numbers[], more: Pick<ArraySpec, 'attributes'> = {}): ArraySpec {
  const size = chunks[0]?.length ?? 0
  const zarray = { chunks: [size], dtype, fill_value: null }
  return { dims: ['n'], shape: [size * chunks.length], zarray, chunks: Object.fromEntries(chunks.entries()), ...more }
}

/** Which values are there decides, where their ends do not: of `n` no chunks are read. */
const sets: Readonly<
  Record<string, { readonly spec: ArraySpec; readonly asked: readonly (readonly [string, string, number])[] }>
> = {
  bytes: {
    spec: numbers('|u1', [Uint8Array.of(1, 9, 5, 1), Uint8Array.of(200, 200, 200, 200), Uint8Array.of(0, 2, 4, 8)]),
    asked: [
      ['v = 7', '', 0],
      ['v = 5', '2', 1],
      ['v IN (3, 6, 7)', '', 0],
      ['v IN (4, 200)', '4 5 6 7 10', 1],
      ['v NOT IN (1, 5, 9)', '4 5 6 7 8 9 10 11', 0],
      ['v <> 7', '0 1 2 3 4 5 6 7 8 9 10 11', 0],
      ['v % 2 = 0', '4 5 6 7 8 9 10 11', 0],
      ['v % 2 = 0 AND v % 4 = 1', '', 0],
      ['v BETWEEN 6 AND 7 OR v = 200', '4 5 6 7', 0],
      ['CASE WHEN v = 7 THEN 1 ELSE 2 END = 1', '', 0],
      ['v = n', '', 2],
    ],
  },
  'with a missing value': {
    spec: numbers('<i2', [Int16Array.of(1, -9, 5, 1), Int16Array.of(-9, -9, -9, -9), Int16Array.of(3, 3, 3, -9)], {
      attributes: { missing_value: -9 },
    }),
    asked: [
      ['v = 2', '', 0],
      ['v IS NULL', '1 4 5 6 7 11', 2],
      ['v = 3', '8 9 10', 1],
      ['v <> 2', '0 2 3 8 9 10', 2],
      ['coalesce(v, 0) IN (1, 5)', '0 2 3', 1],
      ['v IS NOT NULL OR n >= 0', '0 1 2 3 4 5 6 7 8 9 10 11', 0],
    ],
  },
  'of 64 bits': {
    spec: numbers('<i8', [BigInt64Array.of(-(2n ** 62n), 2n ** 62n, 0n), BigInt64Array.of(7n, 9n, 7n)]),
    asked: [
      ['v = 5', '', 0],
      [`v = ${2n ** 62n}`, '1', 1],
      ['v % 2 = 1', '3 4 5', 0],
      ['v = 8', '', 0],
    ],
  },
  'of 64 bits without a sign': {
    spec: numbers('<u8', [
      BigUint64Array.of(2n ** 64n - 1n, 0n, 5n),
      BigUint64Array.of(2n ** 63n, 2n ** 63n, 2n ** 63n),
    ]),
    asked: [
      [`v = ${2n ** 63n}`, '3 4 5', 0],
      ['v = 4', '', 0],
      [`v = ${2n ** 64n - 1n}`, '0', 1],
    ],
  },
  booleans: {
    spec: numbers('|b1', [Uint8Array.of(0, 1, 0), Uint8Array.of(1, 1, 1), Uint8Array.of(0, 0, 0)]),
    asked: [
      ['v', '1 3 4 5', 1],
      ['NOT v', '0 2 6 7 8', 1],
      ['v = true AND v = false', '', 0],
    ],
  },
  'too many': {
    spec: numbers('<i4', [
      Int32Array.from({ length: 33 }, (_, i) => 2 * i),
      Int32Array.from({ length: 33 }, (_, i) => 2 * Math.min(i, 31)),
    ]),
    asked: [
      ['v = 33', '', 1],
      ['v = 64', '32', 1],
    ],
  },
}

for (const [name, { spec, asked }] of Object.entries(sets)) {
  for (const engine of ['auto', 'interpreter']) {
    test(`chunks are left out by their values: ${name}, ${engine}`, () =>
      withFixture({ v: spec }, async ({ ask }) => {
        await ask(`SET engine = '${engine}'`)
        const rowsOf = async (where: string) => {
          const { rows, read } = await ask(`SELECT n FROM $t WHERE ${where} ORDER BY n`)
          return [where, rows.join(' '), read]
        }
        for (const [where, rows] of asked) assert.deepEqual((await rowsOf(where)).slice(0, 2), [where, rows])
        await ask('ANALYZE $t')
        for (const [where, rows, read] of asked) assert.deepEqual(await rowsOf(where), [where, rows, read])
      }))
  }
}

test('a value for which the predicate fails keeps its chunk, and the query tells', () =>
  withFixture({ v: numbers('<i4', [Int32Array.of(1, 2, 4), Int32Array.of(5, 7, 2147483647)]) }, async ({ ask }) => {
    await ask('ANALYZE $t')
    assert.deepEqual(await ask('SELECT n FROM $t WHERE v + 1 = 4 AND n < 3'), { rows: [], read: 0, answered: 0 })
    await assert.rejects(ask('SELECT n FROM $t WHERE v + 1 = 7'), { code: 'value' })
  }))

/** Nulls, whether constant, how sorted: 1 ascending, 2 descending, 3 both. */
const orders: Readonly<Record<string, { readonly spec: ArraySpec; readonly records: readonly string[] }>> = {
  integers: {
    spec: numbers(
      '<i4',
      [
        [1, 1, 2],
        [3, 2, 2],
        [5, 5, 5],
        [1, 3, 2],
        [3, 1, 2],
      ].map((each) => Int32Array.from(each)),
    ),
    records: ['0 0 1', '0 0 2', '0 1 3', '0 0 0', '0 0 0'],
  },
  'floats with NaN, and zeros': {
    spec: numbers(
      '<f4',
      [
        [1, Number.NaN, 2],
        [-0, 0, -0],
        [2, 1, 0],
        [Number.NEGATIVE_INFINITY, 0, 1],
      ].map((each) => Float32Array.from(each)),
    ),
    records: ['1 0 0', '0 1 3', '0 0 2', '0 0 1'],
  },
  'packed the other way round': {
    spec: numbers(
      '<i2',
      [
        [1, 2, 3],
        [3, 2, 1],
        [4, 4, 4],
      ].map((each) => Int16Array.from(each)),
      { attributes: { scale_factor: -0.5 } },
    ),
    records: ['0 0 2', '0 0 1', '0 1 3'],
  },
  times: {
    spec: numbers(
      '<i4',
      [
        [1, 2, 3],
        [3, 2, 1],
        [4, 4, 4],
      ].map((each) => Int32Array.from(each)),
      { attributes: { units: 'days since 2000-01-01' } },
    ),
    records: ['0 0 1', '0 0 2', '0 1 3'],
  },
  texts: {
    spec: anyTexts([
      ['a', 'b', 'b'],
      ['b', 'a', 'a'],
      ['', '', ''],
      ['a', null, 'b'],
      ['\u{1f600}', '\ufffd', 'a'],
    ]),
    records: ['0 0 1', '0 0 2', '0 1 3', '1 0 0', '0 0 2'],
  },
  'texts of one size': {
    spec: fixedTexts(
      [
        ['a', 'b', 'b'],
        ['b', 'a', 'a'],
        ['', '', ''],
        ['a', 'c', 'b'],
        [null, null, null],
      ],
      6,
    ),
    records: ['0 0 1', '0 0 2', '0 1 3', '0 0 0', '3 0 0'],
  },
}

for (const [name, { spec, records }] of Object.entries(orders)) {
  test(`it is kept how cells lie: ${name}`, () =>
    withFixture({ v: spec }, async (fixture) => {
      const { ask } = fixture
      await ask('ANALYZE $t')
      const folder = folderOf(fixture, /v-[0-9a-f]{16}$/)
      assert.deepEqual((await ask(`SELECT nulls, constant, sorted FROM '${folder}'`)).rows, records)
      const shown = (await ask('SHOW STATISTICS $t')).rows[0]?.split(' ').slice(5, 7).map(Number)
      const isIn = (column: number) => records.filter((record) => record.split(' ')[column] !== '0').length
      assert.deepEqual(shown, [isIn(1), isIn(2)])
    }))
}

test('cells are looked at in the order of their axes, at the edges those that are there', () => {
  const chunk = (cells: readonly number[], order: 'C' | 'F') => {
    const at = (i: number) => (order === 'C' ? i : (i % 3) * 2 + Math.floor(i / 3))
    const values = new Int32Array(6)
    cells.forEach((cell, i) => {
      values[at(i)] = cell
    })
    return values
  }
  const shape = [4, 5]
  const cells = [
    [1, 2, 3, 4, 5, 6],
    [7, 8, 0, 9, 9, 0],
    [6, 5, 4, 3, 2, 1],
    [1, 2, 7, 1, 3, 7],
  ]
  const of = (order: 'C' | 'F'): ArraySpec => {
    const files = cells.map((each, c) => [`${c >> 1}.${c & 1}`, chunk(each, order)])
    return {
      dims: ['y', 'x'],
      shape,
      zarray: { chunks: [2, 3], dtype: '<i4', order },
      chunks: Object.fromEntries(files),
    }
  }
  return withFixture({ c: of('C'), f: of('F') }, async (fixture) => {
    await fixture.ask('ANALYZE $t')
    for (const name of ['c', 'f']) {
      const folder = folderOf(fixture, new RegExp(`${name}-[0-9a-f]{16}$`))
      assert.deepEqual((await fixture.ask(`SELECT cells, sorted FROM '${folder}'`)).rows, ['6 1', '4 1', '6 2', '4 0'])
      const read = async (where: string) => (await fixture.ask(`SELECT count(*) FROM $t WHERE ${name} ${where}`)).read
      // Behind the edge lies a 0, which is none of the array's.
      assert.equal(await read('= 0'), 0)
      assert.equal(await read('IN (8, 10)'), 1)
    }
  })
})

/** The array of a column's records, or of its values. */
function folderOf({ cache }: Pick<Fixture, 'cache'>, form: RegExp): string {
  const files = readdirSync(cache, { recursive: true }).map(String)
  return join(cache, files.find((file) => form.test(file)) ?? '')
}

test('values are an array that can be queried, and damaged ones are none', () =>
  withFixture({ v: anyTexts(names), f: fixedTexts(names, 8) }, async (fixture) => {
    const { ask } = fixture
    await ask('ANALYZE $t')
    const texts = folderOf(fixture, /v-[0-9a-f]{16}-values$/)
    assert.deepEqual((await ask(`SELECT count, "min", "max", "values" FROM '${texts}'`)).rows, [
      '3 apple banana ["apple","avocado","banana"]',
      '1 cherry cherry ["cherry"]',
      '3 date fig ["date","elder","fig"]',
      '0   []',
    ])
    const found = await ask("SELECT n FROM $t WHERE v = 'apricot'")
    assert.deepEqual(found, { rows: [], read: 0, answered: 0 })
    const file = join(texts, '0')
    const whole = readFileSync(file)
    appendFileSync(file, 'more')
    assert.equal((await ask("SELECT n FROM $t WHERE v = 'apricot'")).read, 3)
    writeFileSync(file, Buffer.from(whole.toString('latin1').replaceAll('["', '[['), 'latin1'))
    assert.equal((await ask("SELECT n FROM $t WHERE v = 'apricot'")).read, 1)
    await ask('DROP STATISTICS $t')
    assert.deepEqual(
      readdirSync(join(texts, '..')).filter((each) => !each.startsWith('.')),
      [],
    )
  }))

/** Of three chunks of four cells: a query that needs what is known of the second, its answer before and after a change. */
const changing: Readonly<
  Record<string, { readonly spec: ArraySpec; readonly rewritten: Uint8Array; readonly where: string }>
> = {
  texts: {
    spec: fixedTexts([names[0], names[1], names[0]], 8),
    rewritten: fixedTexts([names[0]], 8).chunks?.['0'] as Uint8Array,
    where: "v = 'banana'",
  },
  'texts of any size': {
    spec: anyTexts([names[0], names[1], names[0]]),
    rewritten: anyTexts([['banana', 'banana', 'banana', 'banana']]).chunks?.['0'] as Uint8Array,
    where: "v = 'banana'",
  },
  numbers: {
    spec: numbers('<i2', [Int16Array.of(1, 3, 7, 7), Int16Array.of(1, 9, 1, 9), Int16Array.of(1, 3, 7, 7)]),
    rewritten: new Uint8Array(Int16Array.of(1, 9, 7, 9).buffer),
    where: 'v = 7',
  },
}

const setMetadata = (path: string, changed: object) => {
  const file = join(path, 'v/.zarray')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...changed }))
}

const ways: Readonly<Record<string, (path: string, rewritten: Uint8Array) => void>> = {
  'a chunk that was rewritten with the same size': (path, rewritten) => {
    writeFileSync(join(path, 'v/1'), rewritten)
    utimesSync(join(path, 'v/1'), 1e9 + 1, 1e9 + 1)
  },
  'a chunk that was rewritten just now': (path, rewritten) => writeFileSync(join(path, 'v/1'), rewritten),
  'a chunk that was deleted': (path) => rmSync(join(path, 'v/1')),
  'an array that has grown by a chunk': (path, rewritten) => {
    writeFileSync(join(path, 'v/3'), rewritten)
    setMetadata(path, { shape: [16] })
  },
  'an array that ends within its last chunk': (path) => setMetadata(path, { shape: [11] }),
}

for (const [kind, { spec, rewritten, where }] of Object.entries(changing)) {
  for (const [way, change] of Object.entries(ways)) {
    test(`what is known of ${kind} does not hold for ${way}`, () =>
      withFixture({ v: spec }, async ({ ask, path }) => {
        const asked = [
          `SELECT n FROM $t WHERE ${where} ORDER BY n`,
          `SELECT n FROM $t WHERE NOT (${where}) ORDER BY n`,
          'SELECT min(v), max(v), count(v), count(*) FROM $t',
          'SELECT v FROM $t ORDER BY v DESC LIMIT 1',
        ]
        const answers = async () => {
          const found = []
          for (const sql of asked) found.push((await ask(sql)).rows.join(' '))
          return found
        }
        await ask('ANALYZE $t')
        await answers()
        change(path, rewritten)
        const known = await answers()
        await ask('SET pruning = false')
        assert.deepEqual(known, await answers())
        await ask('SET pruning = true')
        makeOld(path, 1e9 + 2)
        await ask('ANALYZE $t')
        assert.deepEqual(await answers(), known)
        assert.equal((await ask(asked[2] as string)).read, 0)
      }))
  }
}

test('of two who analyze at the same time the values of one count with the records of the other', () =>
  withFixture({ v: numbers('<i2', [Int16Array.of(1, 3), Int16Array.of(5, 9)]) }, async (fixture) => {
    const { ask, path } = fixture
    const read = async (where: string) => (await ask(`SELECT n FROM $t WHERE ${where}`)).read
    await ask('ANALYZE $t')
    const values = folderOf(fixture, /v-[0-9a-f]{16}-values$/)
    const before = readFileSync(join(values, '0'))
    const later = Date.now()
    while (Date.now() === later);
    await ask('ANALYZE $t')
    assert.notDeepEqual(readFileSync(join(values, '0')), before)
    writeFileSync(join(values, '0'), before)
    assert.equal(await read('v = 2'), 0)
    // Those of a chunk that has changed in between do not.
    writeFileSync(join(path, 'v/0'), Int16Array.of(1, 2))
    utimesSync(join(path, 'v/0'), 1e9 + 1, 1e9 + 1)
    await ask('ANALYZE $t')
    writeFileSync(join(values, '0'), before)
    assert.deepEqual(await ask('SELECT n FROM $t WHERE v = 2'), { rows: ['1'], read: 1, answered: 0 })
  }))

test('of another type, and in the form of an older version, nothing is known', () =>
  withFixture({ v: numbers('<i2', [Int16Array.of(1, 3), Int16Array.of(5, 9)]) }, async (fixture) => {
    const { ask, path } = fixture
    const read = async (where: string) => (await ask(`SELECT n FROM $t WHERE ${where}`)).read
    await ask('ANALYZE $t')
    assert.equal(await read('v = 4'), 0)
    const values = folderOf(fixture, /v-[0-9a-f]{16}-values$/)
    const records = values.replace('-values', '')
    // Without what lies beside, ends are still known.
    const metadata = readFileSync(join(values, '.zarray'), 'utf8')
    writeFileSync(join(values, '.zarray'), metadata.replace('"count"', '"number"'))
    assert.equal(await read('v = 4'), 0)
    assert.equal(await read('v = 2'), 1)
    writeFileSync(join(values, '.zarray'), metadata)
    assert.equal(await read('v = 2'), 0)
    const older = JSON.parse(readFileSync(join(records, '.zarray'), 'utf8'))
    writeFileSync(join(records, '.zarray'), JSON.stringify({ ...older, dtype: older.dtype.slice(0, 14) }))
    assert.equal(await read('v = 4'), 2)
    await ask('ANALYZE $t')
    assert.equal(await read('v = 2'), 0)
    setMetadata(path, { dtype: '<u2' })
    assert.equal(await read('v = 2'), 2)
  }))

test('values count only with the records that they were collected with', () =>
  withFixture({ v: numbers('<i2', [Int16Array.of(1, 3), Int16Array.of(5, 9)]) }, async (fixture) => {
    const { ask, path } = fixture
    const read = async () => (await ask('SELECT n FROM $t WHERE v = 2')).read
    await ask('ANALYZE $t')
    const file = join(folderOf(fixture, /v-[0-9a-f]{16}-values$/), '0')
    const older = readFileSync(file)
    assert.equal(await read(), 0)
    writeFileSync(join(path, 'v/0'), Int16Array.of(1, 2))
    makeOld(path, 1e9 + 1)
    await ask('ANALYZE $t')
    assert.equal(await read(), 1)
    writeFileSync(file, older)
    assert.deepEqual((await ask('SELECT n FROM $t WHERE v = 2')).rows, ['1'])
  }))

const texts: Readonly<Record<string, ArraySpec>> = { v: anyTexts(names), w: fixedTexts(names, 8) }

test('values that threads find come home', () =>
  withFixture(
    texts,
    async ({ ask }) => {
      assert.deepEqual((await ask('ANALYZE $t')).rows, ['v 4 4', 'w 4 4'])
      for (const name of ['v', 'w']) {
        assert.deepEqual(await ask(`SELECT n FROM $t WHERE ${name} = 'apricot'`), { rows: [], read: 0, answered: 0 })
        const ends = await ask(`SELECT min(${name}), max(${name}) FROM $t WHERE ${name} <> 'b'`)
        assert.deepEqual(ends, { rows: ['apple fig'], read: 1, answered: 2 })
      }
    },
    { threads: 2, inline_bytes: 0 },
  ))

test('values of several stores as one table', () =>
  withFixture(texts, async ({ ask, path }) => {
    const both = `['${path}', '${path}/../more.zarr']`
    cpSync(path, join(path, '../more.zarr'), { recursive: true, preserveTimestamps: true })
    await ask(`ANALYZE ${both}`)
    for (const name of ['v', 'w']) {
      const cherries = { rows: ['4', '5', '6', '7', '20', '21', '22', '23'], read: 0, answered: 0 }
      assert.deepEqual(await ask(`SELECT n FROM ${both} WHERE ${name} = 'cherry' ORDER BY n`), cherries)
      const ends = { rows: ['apple fig 22'], read: 0, answered: 8 }
      assert.deepEqual(await ask(`SELECT min(${name}), max(${name}), count(${name}) FROM ${both}`), ends)
    }
  }))

test('texts and numbers side by side in a structure', () => {
  const cells = [
    ['b', 3],
    ['a', 3],
    ['a', 9],
    ['', 1],
    ['c', 1],
    ['c', 1],
  ] as const
  const bytes = new Uint8Array(6 * 5)
  cells.forEach(([text, number], i) => {
    bytes.set(new TextEncoder().encode(text), 5 * i)
    new DataView(bytes.buffer).setInt16(5 * i + 3, number, true)
  })
  const dtype = [
    ['s', '|S3'],
    ['x', '<i2'],
  ]
  const chunks = { 0: bytes.slice(0, 15), 1: bytes.slice(15) }
  const spec = { dims: ['n'], shape: [6], zarray: { chunks: [3], dtype }, chunks }
  return withFixture({ v: spec }, async ({ ask }) => {
    await ask('ANALYZE $t')
    const rowsOf = (where: string) => ask(`SELECT n FROM $t WHERE ${where} ORDER BY n`)
    assert.deepEqual(await rowsOf("s = 'b' AND x = 4"), { rows: [], read: 0, answered: 0 })
    assert.deepEqual(await rowsOf("s IN ('a', 'b')"), { rows: ['0', '1', '2'], read: 0, answered: 0 })
    assert.deepEqual(await rowsOf("s <> '' AND x % 3 = 1"), { rows: ['4', '5'], read: 1, answered: 0 })
    const shown = (await ask('SHOW STATISTICS $t')).rows.map((row) => row.split(' ').slice(0, 7).join(' '))
    assert.deepEqual(shown, ['s 2 2 0 2 0 2', 'x 2 2 2 2 1 2'])
  })
})

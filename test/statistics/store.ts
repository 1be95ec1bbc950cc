/** A store whose chunks differ in what their values lie between, and random queries to it. Used by the random tests of statistics. */
import { readdirSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { arrayV2, directory } from '../source/stores.js'

export const rows = 24
export const columns = 16

const numbers = {
  Float64Array: '<f8',
  Float32Array: '<f4',
  Int16Array: '<i2',
  Int32Array: '<i4',
  BigInt64Array: '<i8',
  Uint8Array: '|u1',
} as const

type Numbers = Float64Array | Float32Array | Int16Array | Int32Array | BigInt64Array | Uint8Array

/** Few of each level, some of them in all. Those of the last level are too long to be kept whole. */
const words: readonly (readonly string[])[] = [
  ['ash', 'ash', 'ash'],
  ['', 'birch', 'Ash'],
  ['none', 'cedar', 'ash'],
  ['none', 'none', 'none'],
  ['\ufffd', '\u{1f600}', 'Øre'],
  ['elm'.repeat(70), `${'elm'.repeat(70)}s`, 'e'],
]

const mostLetters = 211

/** Texts of one size. */
interface MadeTexts {
  readonly chunk: readonly [number, number]
  readonly letters: number
  text(level: number, n: number): string
}

const texts: Readonly<Record<string, MadeTexts>> = {
  name: { chunk: [6, 8], letters: 5, text: (level, n) => words[level % 5]?.[n % 3] ?? '' },
  long: { chunk: [12, 16], letters: mostLetters, text: (level, n) => words[(level + 2) % 6]?.[n % 3] ?? '' },
}

interface Made {
  readonly chunk: readonly [number, number]
  readonly attributes?: object
  values(count: number): Numbers
  /** The value of a cell: `level` is that of its chunk, `n` a number from 0 to 99. */
  cell(level: number, n: number): number | bigint
}

const made: Readonly<Record<string, Made>> = {
  a: {
    chunk: [8, 8],
    values: (count) => new Float64Array(count),
    cell: (level, n) => (level === 3 && n < 30 ? Number.NaN : n === 50 ? -0 : level * 2 - 4 + n / 64),
  },
  f: {
    chunk: [4, 16],
    values: (count) => new Float32Array(count),
    cell: (level, n) => (level === 5 && n < 3 ? Number.POSITIVE_INFINITY : level + n / 100),
  },
  packed: {
    chunk: [8, 4],
    attributes: { scale_factor: 0.5, add_offset: 10, missing_value: -1 },
    values: (count) => new Int16Array(count),
    cell: (level, n) => (level === 0 ? -1 : level === 1 && n < 20 ? -1 : level * 4 + (n % 4)),
  },
  i: { chunk: [6, 16], values: (count) => new Int32Array(count), cell: (level, n) => level * 3 - 6 + (n % 4) },
  u: { chunk: [8, 8], values: (count) => new Uint8Array(count), cell: (level, n) => level * 30 + (n % 5) },
  flag: {
    chunk: [4, 8],
    attributes: { missing_value: -9 },
    values: (count) => new Int16Array(count),
    cell: (level, n) => (level === 0 || (level === 1 && n < 40) ? -9 : level === 2 ? 7 : 3 * (n % level)),
  },
  big: {
    chunk: [12, 8],
    values: (count) => new BigInt64Array(count),
    cell: (level, n) => (level === 2 ? 2n ** 62n + BigInt(n) : BigInt(level * 10 + (n % 3))),
  },
  at: {
    chunk: [8, 16],
    attributes: { units: 'hours since 2000-01-01' },
    values: (count) => new Int32Array(count),
    cell: (level, n) => level * 24 * 40 - 24 * 20 + n * 5,
  },
}

/** Of one seed always the same. Files are old, so that they have fingerprints. */
export function makeStore(seed: number): string {
  const files: Record<string, unknown> = { '.zgroup': { zarr_format: 2 } }
  let state = seed
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor(state / 2 ** 16) % 100
  }
  for (const [name, { chunk, attributes, values, cell }] of Object.entries(made)) {
    const kind = values(0).constructor.name as keyof typeof numbers
    const zarray = { chunks: chunk, dtype: numbers[kind], fill_value: null }
    files[`${name}/.zarray`] = arrayV2({ shape: [rows, columns], zarray })
    files[`${name}/.zattrs`] = { _ARRAY_DIMENSIONS: ['y', 'x'], ...attributes }
    for (let r = 0; r * chunk[0] < rows; r++) {
      for (let c = 0; c * chunk[1] < columns; c++) {
        const level = random() % 6
        const cells = values(chunk[0] * chunk[1])
        for (let i = 0; i < cells.length; i++) cells[i] = cell(level, random()) as never
        files[`${name}/${r}.${c}`] = cells
      }
    }
  }
  for (const [name, array] of Object.entries(texts)) writeTexts(files, name, array, random)
  coordinate(
    'y',
    Int32Array.from({ length: rows }, (_, i) => i * 10),
  )
  coordinate(
    'x',
    Float64Array.from({ length: columns }, (_, i) => 80 - i * 10),
  )
  const path = directory(files)
  for (const file of readdirSync(path, { recursive: true })) utimesSync(join(path, String(file)), 1e9, 1e9)
  return path

  function coordinate(name: string, values: Int32Array | Float64Array): void {
    const dtype = values instanceof Int32Array ? '<i4' : '<f8'
    files[`${name}/.zarray`] = arrayV2({ shape: [values.length], zarray: { dtype } })
    files[`${name}/.zattrs`] = { _ARRAY_DIMENSIONS: [name] }
    files[`${name}/0`] = values
  }
}

/** `random`: numbers from 0 to 99. */
function writeTexts(
  files: Record<string, unknown>,
  name: string,
  { chunk, letters, text }: MadeTexts,
  random: () => number,
): void {
  const zarray = { chunks: chunk, dtype: `<U${letters}`, fill_value: null }
  files[`${name}/.zarray`] = arrayV2({ shape: [rows, columns], zarray })
  files[`${name}/.zattrs`] = { _ARRAY_DIMENSIONS: ['y', 'x'], missing_value: 'none' }
  for (let r = 0; r * chunk[0] < rows; r++) {
    for (let c = 0; c * chunk[1] < columns; c++) {
      const level = random() % 6
      const cells = new Uint32Array(chunk[0] * chunk[1] * letters)
      for (let i = 0; i < cells.length; i += letters) {
        const points = Array.from(text(level, random()), (letter) => letter.codePointAt(0) as number)
        cells.set(points, i)
      }
      files[`${name}/${r}.${c}`] = cells
    }
  }
}

const pick = (...texts: string[]) => fc.constantFrom(...texts)
const both = (a: fc.Arbitrary<unknown>, between: fc.Arbitrary<string>, b: fc.Arbitrary<unknown>) =>
  fc.tuple(a, between, b).map((parts) => `(${parts.join(' ')})`)

interface Parts {
  readonly number: string
  readonly time: string
  readonly condition: string
}

/** Expressions over the columns: arithmetic, casts, dates, CASE, and conditions of every kind. */
const { number, condition } = fc.letrec<Parts>((tie) => {
  const constant = fc.oneof(fc.integer({ min: -8, max: 40 }).map(String), pick('0.5', '2.25', '-1.5', '11.5', 'NULL'))
  const field = pick('a', 'f', 'packed', 'i', 'u', 'big', 'flag', 'flag', 'x', 'y')
  const part = pick('year', 'month', 'day', 'hour', 'dayofyear', 'week', 'epoch', 'dayofweek', 'quarter')
  const type = pick('INTEGER', 'DOUBLE', 'FLOAT', 'BIGINT', 'TINYINT', 'UTINYINT')
  const number = fc.oneof(
    { maxDepth: 3 },
    field,
    fc.oneof(field, field, constant),
    both(tie('number'), pick('+', '-', '*', '/', '%', '//'), fc.oneof(constant, field, tie('number'))),
    fc
      .tuple(pick('abs', 'floor', 'ceil', 'round', 'sign', 'sin', 'exp', 'atan', '-'), tie('number'))
      .map(([f, x]) => `${f}(${x})`),
    fc.tuple(tie('number'), pick('-1', '0', '1')).map(([x, digits]) => `round(${x}, ${digits})`),
    tie('number').map((x) => `sqrt(abs(${x}))`),
    fc.tuple(pick('CAST', 'TRY_CAST'), tie('number'), type).map(([cast, x, to]) => `${cast}(${x} AS ${to})`),
    fc
      .tuple(pick('coalesce', 'greatest', 'least', 'nullif'), tie('number'), tie('number'))
      .map(([f, a, b]) => `${f}(${a}, ${b})`),
    fc
      .tuple(tie('condition'), tie('number'), tie('number'))
      .map(([c, a, b]) => `CASE WHEN ${c} THEN ${a} ELSE ${b} END`),
    fc.tuple(part, tie('time')).map(([f, t]) => `${f}(${t})`),
  )
  const time = fc.oneof(
    { maxDepth: 2 },
    fc.constant('at'),
    fc
      .tuple(pick('year', 'month', 'week', 'day', 'hour', 'quarter'), tie('time'))
      .map(([u, t]) => `date_trunc('${u}', ${t})`),
    fc
      .tuple(tie('time'), pick('+', '-'), pick('1 month', '36 hours', '10 days', '1 year'))
      .map(([t, s, d]) => `(${t} ${s} INTERVAL '${d}')`),
    fc.tuple(pick('10 days', '1 month', '7 hours'), tie('time')).map(([w, t]) => `time_bucket(INTERVAL '${w}', ${t})`),
  )
  const day = fc.integer({ min: -30, max: 220 }).map((days) => {
    const iso = new Date(Date.UTC(2000, 0, 1 + days)).toISOString()
    return `TIMESTAMP '${iso.slice(0, 10)} ${iso.slice(11, 19)}'`
  })
  const compares = pick('<', '<=', '>', '>=', '=', '<>', 'IS DISTINCT FROM', 'IS NOT DISTINCT FROM')
  const text = fc.oneof(
    pick('name', 'name', 'long'),
    fc.tuple(pick('lower', 'upper', 'trim'), pick('name', 'long')).map(([f, x]) => `${f}(${x})`),
    fc.constant("coalesce(name, 'x')"),
  )
  const word = fc.oneof(
    fc.constantFrom(...words.flat()),
    pick('a', 'b', 'ashes', 'elm', 'elm'.repeat(40), '\u{ffff}', '\u{1f601}', 'zz'),
  )
  const quoted = word.map((each) => `'${each}'`)
  const tested = fc.oneof(
    both(text, pick('<', '<=', '>', '>=', '=', '=', '<>'), quoted),
    fc
      .tuple(text, pick('IN', 'NOT IN'), fc.array(quoted, { minLength: 1, maxLength: 4 }))
      .map(([x, word, list]) => `(${x} ${word} (${list.join(', ')}))`),
    fc.tuple(text, pick('IS NULL', 'IS NOT NULL')).map((parts) => `(${parts.join(' ')})`),
    both(text, pick('LIKE', 'NOT LIKE', 'ILIKE'), pick("'a%'", "'%sh'", "'%'", "'e_m%'", "'_'")),
    both(pick('length(name)', 'length(long)'), pick('<', '=', '>'), pick('0', '3', '5', '210')),
    both(fc.constant('name'), pick('=', '<', '<>'), fc.constant('long')),
  )
  const condition = fc.oneof(
    { maxDepth: 3 },
    tested,
    tested,
    both(fc.constant('flag'), pick('=', '=', '<>', '<'), pick('0', '1', '3', '6', '7', '-9')),
    both(tie('number'), compares, constant),
    both(tie('number'), compares, tie('number')),
    both(tie('time'), pick('<', '<=', '>', '>=', '=', '<>'), day),
    fc.tuple(tie('number'), constant, constant).map(([x, a, b]) => `(${x} BETWEEN ${a} AND ${b})`),
    fc
      .tuple(tie('number'), pick('IN', 'NOT IN'), fc.array(constant, { minLength: 1, maxLength: 4 }))
      .map(([x, word, list]) => `(${x} ${word} (${list.join(', ')}))`),
    fc.tuple(tie('number'), pick('IS NULL', 'IS NOT NULL')).map((parts) => `(${parts.join(' ')})`),
    tie('number').map((x) => `isnan(CAST(${x} AS DOUBLE))`),
    both(tie('condition'), pick('AND', 'OR', 'AND', 'OR', '='), tie('condition')),
    tie('condition').map((c) => `(NOT ${c})`),
    fc
      .tuple(tie('condition'), pick('IS TRUE', 'IS NOT TRUE', 'IS FALSE', 'IS NOT FALSE', 'IS NULL'))
      .map((parts) => `(${parts.join(' ')})`),
  )
  return { number, time, condition }
})

const aggregates = [
  'count(*)',
  'count(*), count(a), count(packed)',
  'sum(i), min(i), max(i)',
  'min(a), max(a), min(packed), max(packed)',
  'avg(f), avg(packed), sum(u)',
  'stddev(packed), avg(i)',
  'min(at), max(at), max(big), min(big)',
  'median(i), count(DISTINCT u)',
  'sum(i * u), max(f - packed)',
  'min(name), max(name), count(name), count(*)',
  'min(long), max(long), min(a), count(flag), sum(i), avg(f)',
  'count(DISTINCT flag), count(DISTINCT name), sum(flag)',
]

const keys = ['y', 'y // 80', 'x < 0', 'i % 3', 'month(at)', 'packed, y // 120', 'u', 'flag', 'name']

/** A query to a table with that name: aggregates, groups, or rows in the order of the grid. */
export function queryTo(table: string): fc.Arbitrary<string> {
  const where = fc.oneof(
    condition,
    both(pick('y < 120', 'x > -20', 'y >= 45', 'x % 20 = 0'), pick('AND', 'OR'), condition),
  )
  const whole = fc.constantFrom(...aggregates).map((what) => [what, ''])
  const grouped = fc
    .tuple(fc.constantFrom(...aggregates), fc.constantFrom(...keys))
    .map(([what, by]) => [`${by}, ${what}`, ` GROUP BY ${by} ORDER BY ALL`])
  const first = fc
    .tuple(
      pick('a', 'packed', 'i', 'at', 'u', 'flag', 'name', 'long'),
      pick('ASC', 'DESC', 'DESC NULLS FIRST', 'NULLS LAST'),
      fc.integer({ min: 1, max: 9 }),
    )
    .map(([by, order, limit]) => [`y, x, ${by}, f`, ` ORDER BY ${by} ${order}, y, x LIMIT ${limit}`])
  const plain = pick('y, x, a', 'y, x, u, packed', 'y, x', 'y, x, name, flag').map((what) => [what, ''])
  const computed = number.map((x) => [`count(${x}), max(${x})`, ''])
  return fc
    .tuple(fc.oneof(whole, whole, grouped, grouped, first, plain, computed), where)
    .map(([[what, tail], filter]) => `SELECT ${what} FROM ${table} WHERE ${filter}${tail}`)
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as T from '../../src/model/type.js'
import { encode as csv } from '../../src/output/csv.js'
import { encode as json } from '../../src/output/json.js'
import { encode as ndjson } from '../../src/output/ndjson.js'
import { extremes, headerOf, resultOf, textOf } from './sample.js'

test('CSV of every type', async () => {
  assert.equal(
    await textOf(csv, resultOf(extremes)),
    [
      'nothing,yes,i8,i16,i32,i64,u8,u16,u32,u64,f32,f64,text,day,moment',
      ',true,-128,-32768,-2147483648,-9223372036854775808,0,0,0,0,-0.0,-0.0,"",0001-01-01,0001-01-01 00:00:00',
      ',false,127,32767,2147483647,9223372036854775807,255,65535,4294967295,18446744073709551615,0.1,5e-324,' +
        '"a ""quoted"", line\nnext",1970-01-01,1970-01-01 00:00:00.000001',
      ',true,0,0,0,9007199254740993,1,1,2147483648,9223372036854775808,nan,-inf,é 日本 🌡️,9999-12-31,' +
        '9999-12-31 23:59:59.999999',
      ',,,,,,,,,,,,,,',
      '',
    ].join('\n'),
  )
})

test('CSV quotes what would be misread, also in the header, and nothing else', async () => {
  const quoted = ['', 'a,b', 'q"q', 'line\nx', 'cr\rx', '#comment']
  const bare = ['a b', ' lead', 'trail ', "a'b", 'tab\tx', 'a;b', 'a|b', '\\', 'NULL', '1']
  const text = await textOf(csv, resultOf([['co,l', T.VARCHAR, [...quoted, ...bare]]]))
  const expected = ['"co,l"', '""', '"a,b"', '"q""q"', '"line\nx"', '"cr\rx"', '"#comment"', ...bare, '']
  assert.equal(text, expected.join('\n'))
})

test('any texts come back from CSV by the rules of RFC 4180', async () => {
  const cell = fc.option(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', '#', 'é') }))
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell)), async (rows) => {
      const columns = [0, 1].map((k) => ['c', T.VARCHAR, rows.map((row) => row[k] ?? null)] as const)
      assert.deepEqual(parseCsv(await textOf(csv, resultOf(columns))).slice(1), rows)
    }),
  )
})

/** RFC 4180 with an unquoted empty field as NULL. */
function parseCsv(text: string): (string | null)[][] {
  const rows: (string | null)[][] = []
  let row: (string | null)[] = []
  for (const [, quoted, bare, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n)/g)) {
    row.push(quoted?.replaceAll('""', '"') ?? (bare || null))
    if (end === ',') continue
    rows.push(row)
    row = []
  }
  return rows
}

test('JSON of every type: bare exact integers, null where JSON has no number', async () => {
  const [first, second, third, fourth] = (await textOf(ndjson, resultOf(extremes))).split('\n')
  assert.match(first ?? '', /"i64":-9223372036854775808,.*"f32":-0.0,"f64":-0.0,"text":"","day":"0001-01-01"/)
  assert.match(second ?? '', /"u64":18446744073709551615,"f32":0.1,"f64":5e-324,"text":"a \\"quoted\\", line\\nnext"/)
  assert.match(
    third ?? '',
    /"i64":9007199254740993,.*"f32":null,"f64":null,"text":"é 日本 🌡️".*"moment":"9999-12-31 23:59:59.999999"/,
  )
  assert.ok(Object.values(JSON.parse(fourth ?? '')).every((value) => value === null))
})

test('JSON is an array whose objects are the lines of NDJSON', async () => {
  const result = resultOf(extremes, extremes)
  const lines = (await textOf(ndjson, result)).trimEnd().split('\n')
  assert.equal(lines.length, 8)
  assert.equal(await textOf(json, result), `[${lines.join(',\n')}]\n`)
})

test('numbers of JSON are valid and keep their value', () => {
  return fc.assert(
    fc.asyncProperty(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })), async (values) => {
      const rows: { x: number }[] = JSON.parse(await textOf(json, resultOf([['x', T.FLOAT64, values]])))
      assert.deepEqual(
        rows.map(({ x }) => x),
        values,
      )
    }),
  )
})

test('empty results and repeated names', async () => {
  const empty = {
    header: headerOf([
      ['a', T.INT32, []],
      ['a', T.INT32, []],
    ]),
    batches: [],
  }
  assert.equal(await textOf(csv, empty), 'a,a_1\n')
  assert.equal(await textOf(json, empty), '[]\n')
  assert.equal(await textOf(ndjson, empty), '')
  assert.equal(
    await textOf(
      ndjson,
      resultOf([
        ['a', T.INT32, [1]],
        ['a', T.INT32, [2]],
      ]),
    ),
    '{"a":1,"a_1":2}\n',
  )
})

test('long results come in pieces of many rows', async () => {
  const values = Array.from({ length: 50_000 }, (_, row) => BigInt(row))
  const pieces: number[] = []
  for await (const piece of csv(resultOf([['x', T.INT64, values]]))) pieces.push(piece.length)
  assert.ok(pieces.length > 3 && pieces.length < 20, `${pieces.length} pieces`)
})

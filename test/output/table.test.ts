import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as T from '../../src/model/type.js'
import type { FormatOptions, ResultStream } from '../../src/output/output-format.js'
import { encode } from '../../src/output/table.js'
import { batchOf, headerOf, type Named, resultOf, textOf } from './sample.js'

const range = (length: number) => Array.from({ length }, (_, index) => index)
const integers = (count: number, name = 'n'): Named => [name, T.INT64, range(count).map(BigInt)]

async function linesOf(result: ResultStream, options: FormatOptions = { width: 80 }): Promise<string[]> {
  return (await textOf(encode, result, options)).split('\n')
}

async function shows(result: ResultStream, expected: string, options?: FormatOptions): Promise<void> {
  const lines = expected
    .trim()
    .split('\n')
    .map((line) => line.trim())
  assert.deepEqual(await linesOf(result, options), [...lines, ''])
}

test('names, types, numbers to the right, wide characters, NULL and line breaks', () =>
  shows(
    resultOf([
      ['a', T.INT32, [1, 20, null]],
      ['name', T.VARCHAR, ['x', '日本語 é🌡️\nnew', null]],
      ['f', T.FLOAT32, [Math.fround(0.1), -0, Number.NaN]],
      ['when', T.TIMESTAMP, [0n, 500000n, null]],
      ['yes', T.BOOLEAN, [true, false, null]],
    ]),
    `
    ┌───────┬─────────────────┬───────┬───────────────────────┬─────────┐
    │   a   │      name       │   f   │         when          │   yes   │
    │ int32 │     varchar     │ float │       timestamp       │ boolean │
    ├───────┼─────────────────┼───────┼───────────────────────┼─────────┤
    │     1 │ x               │   0.1 │ 1970-01-01 00:00:00   │ true    │
    │    20 │ 日本語 é🌡️\\nnew │  -0.0 │ 1970-01-01 00:00:00.5 │ false   │
    │  NULL │ NULL            │   nan │ NULL                  │ NULL    │
    └───────┴─────────────────┴───────┴───────────────────────┴─────────┘`,
  ))

test('no rows', () =>
  shows(
    resultOf([['a', T.INT64, []]]),
    `
    ┌────────┐
    │   a    │
    │ int64  │
    ├────────┤
    │ 0 rows │
    └────────┘`,
  ))

test('the middle of a long result is dots, counted below', async () => {
  const lines = await linesOf(resultOf([integers(60), ['s', T.VARCHAR, range(60).map((i) => `row ${i}`)]]), {
    width: 80,
    maxRows: 4,
  })
  assert.deepEqual(lines.slice(4), [
    '│     0 │ row 0   │',
    '│     1 │ row 1   │',
    '│     · │   ·     │',
    '│     · │   ·     │',
    '│     · │   ·     │',
    '│    58 │ row 58  │',
    '│    59 │ row 59  │',
    '├───────┴─────────┤',
    '│     60 rows     │',
    '│    (4 shown)    │',
    '└─────────────────┘',
    '',
  ])
})

test('a result barely longer than the limit is shown whole', async () => {
  assert.equal((await linesOf(resultOf([integers(43)]))).filter((line) => line.includes('·')).length, 0)
  assert.equal((await linesOf(resultOf([integers(44)]))).filter((line) => line.includes('·')).length, 3)
})

test('the same rows are shown however the result is cut into batches', async () => {
  const whole = integers(1000)
  const expected = await linesOf(resultOf([whole]))
  for (const size of [1, 7, 43, 500]) {
    const batches = range(Math.ceil(1000 / size)).map((k) =>
      batchOf([['n', T.INT64, whole[2].slice(k * size, (k + 1) * size)]]),
    )
    assert.deepEqual(await linesOf({ header: headerOf([whole]), batches }), expected, `batches of ${size}`)
  }
})

test('too many columns: the middle is left out and counted', () =>
  shows(
    resultOf(range(20).map((k) => integers(1, `column_${k}`))),
    `
    ┌──────────┬──────────┬───┬───────────┬───────────┐
    │ column_0 │ column_1 │ … │ column_18 │ column_19 │
    │  int64   │  int64   │   │   int64   │   int64   │
    ├──────────┼──────────┼───┼───────────┼───────────┤
    │        0 │        0 │ … │         0 │         0 │
    ├──────────┴──────────┴───┴───────────┴───────────┤
    │ 1 row                      20 columns (4 shown) │
    └─────────────────────────────────────────────────┘`,
    { width: 60 },
  ))

test('long values give room before columns are left out', () =>
  shows(
    resultOf([
      ['a', T.VARCHAR, ['x'.repeat(100)]],
      ['b', T.VARCHAR, ['日本'.repeat(20)]],
    ]),
    `
    ┌──────────────────────┬────────────────────────┐
    │          a           │           b            │
    │       varchar        │        varchar         │
    ├──────────────────────┼────────────────────────┤
    │ xxxxxxxxxxxxxxxxxxx… │ 日本日本日本日本日本…  │
    └──────────────────────┴────────────────────────┘`,
    { width: 49 },
  ))

test('no line is wider than the terminal, whatever its width', async () => {
  const wide = range(12).map((k): Named => [`c${k}`, T.VARCHAR, ['some longer text than fits', null]])
  for (const width of range(120).slice(24)) {
    const lines = await linesOf(resultOf(wide), { width })
    assert.ok(
      lines.every((line) => line.length <= width),
      `width ${width}: ${lines[0]}`,
    )
  }
})

test('control characters do not reach the terminal', async () => {
  const lines = await linesOf(resultOf([['x', T.VARCHAR, ['\x1b[31mred\x07\u2028\0']]]))
  assert.equal(lines[4], '│ \\x1b[31mred\\x07\\u2028\\0 │')
})

test('colours only when asked for', async () => {
  const result = resultOf([['x', T.INT32, [null]]])
  const start = '\x1b['
  assert.ok(!(await textOf(encode, result, { width: 80 })).includes(start))
  assert.ok((await textOf(encode, result, { width: 80, colour: true })).includes(`${start}1m`))
})

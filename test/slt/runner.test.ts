/** The runner judges the engine, so it is judged here: it must find every kind of fault. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { type Answer, formatRows, mismatch } from './answer.js'
import type { Dataset } from './dataset.js'
import { pairwise } from './matrix.js'
import { type Engine, runScript } from './run-script.js'
import { parseScript } from './script.js'

const answer: Answer = {
  names: ['a', 'x'],
  types: ['INTEGER', 'DOUBLE'],
  rows: [
    [2, 0.1],
    [1, null],
  ],
  work: { read: 3, chunksTotal: 36 },
}

function engineOf(respond: (sql: string) => Answer): Engine & { readonly loaded: string[] } {
  const loaded: string[] = []
  return {
    name: 'chunkql',
    capabilities: new Set(['zarr']),
    loaded,
    load: async (dataset: Dataset) => void loaded.push(dataset.name),
    run: async (sql) => respond(sql),
  }
}

const failuresOf = async (text: string, respond = (_: string) => answer) =>
  (await runScript(parseScript('a.slt', text), engineOf(respond), true)).failures

const right = [
  '# types: INTEGER DOUBLE',
  '# work: chunks=3/36 read=3',
  'query IR nosort',
  'SELECT',
  '----',
  '2\t0.1',
  '1\tNULL',
]

test('a right answer passes', async () => {
  assert.deepEqual(await failuresOf(right.join('\n')), [])
})

for (const [name, from, to] of [
  ['a wrong value', '2\t0.1', '3\t0.1'],
  ['a float that is off by more than the order of adding explains', '2\t0.1', '2\t0.10000000001'],
  ['a missing NULL', '1\tNULL', '1\t0.0'],
  ['a row too few', '1\tNULL', '1\tNULL\n1\tNULL'],
  ['another type', '# types: INTEGER DOUBLE', '# types: BIGINT DOUBLE'],
  ['other work', 'chunks=3/36', 'chunks=4/36'],
  ['an order that is not the rows', '2\t0.1\n1\tNULL', '1\tNULL\n2\t0.1'],
] as const) {
  test(`${name} fails`, async () => {
    assert.equal((await failuresOf(right.join('\n').replace(from, to))).length, 1)
  })
}

test('rowsort forgives the order of rows and valuesort that of values', () => {
  assert.equal(mismatch(['1\tNULL', '2\t0.1'], answer, 'rowsort'), undefined)
  assert.equal(
    mismatch(
      ['0.1', '1', '2', 'NULL'].map(String),
      { ...answer, types: ['DOUBLE'], rows: answer.rows.flat().map((x) => [x]) },
      'valuesort',
    ),
    undefined,
  )
})

test('an error must come where it is expected, be ours, and say what it should', async () => {
  const text = 'statement error\nSELECT\n----\n<REGEX>:(?i)no column'
  const raise = (error: unknown) => () => {
    throw error
  }
  const ours = (message: string) => Object.assign(new Error(message), { code: 'bind' })
  assert.deepEqual(await failuresOf(text, raise(ours('No column x'))), [])
  assert.equal((await failuresOf(text)).length, 1)
  assert.equal((await failuresOf(text, raise(ours('no table')))).length, 1)
  assert.equal((await failuresOf(text, raise(new TypeError('no column')))).length, 1)
  assert.equal((await failuresOf(right.join('\n'), raise(ours('x')))).length, 1)
})

test('skipif, onlyif and require leave out what they name', async () => {
  const query = 'query I\nSELECT\n----\n9'
  const fails = (text: string) => failuresOf(text).then((failures) => failures.length)
  assert.equal(await fails(`skipif chunkql\n${query}`), 0)
  assert.equal(await fails(`skipif duckdb\n${query}`), 1)
  assert.equal(await fails(`onlyif duckdb\n${query}`), 0)
  assert.equal(await fails(`onlyif chunkql\n${query}`), 1)
  assert.equal(await fails(`require memory\n\n${query}`), 0)
  assert.equal(await fails(`require zarr\n\n${query}`), 1)
})

test('cells are written as sqllogictest does', () => {
  const cells: [string, Answer['rows'][number][number], string][] = [
    ['DOUBLE', 3, '3.0'],
    ['DOUBLE', Number.NaN, 'nan'],
    ['DOUBLE', Number.NEGATIVE_INFINITY, '-inf'],
    ['FLOAT', Math.fround(0.1), '0.1'],
    ['VARCHAR', '', '(empty)'],
    ['BIGINT', 9007199254740993n, '9007199254740993'],
    ['BOOLEAN', true, 'true'],
    ['INTEGER', null, 'NULL'],
  ]
  for (const [type, cell, text] of cells) {
    assert.deepEqual(formatRows({ names: ['x'], types: [type], rows: [[cell]] }, 'nosort'), [text])
  }
})

test('eight configurations hold every pair of choices', () => {
  const keys = ['engine', 'threads', 'data', 'optimized'] as const
  for (const a of keys) {
    for (const b of keys.filter((key) => key !== a)) {
      const values = (key: (typeof keys)[number]) => new Set(pairwise.map((configuration) => configuration[key])).size
      const pairs = new Set(pairwise.map((configuration) => `${configuration[a]} ${configuration[b]}`))
      assert.equal(pairs.size, values(a) * values(b), `${a} x ${b}`)
    }
  }
})

/** Chunks that are decoded as a loop comes to their cells: every cell is seen once, as it is when the chunk is decoded whole. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { chunkWindow, hasWholeChunk } from '../../src/execute/chunk-window.js'
import { connect } from '../../src/index.js'
import { createMachine } from '../../src/kernel/machine.js'
import type { StoredColumn } from '../../src/model/stored-column.js'
import { Scratch } from '../../src/operator/scratch.js'
import { isInOrder, spanOf } from '../../src/operator/window.js'
import { container, writeArray } from './blosc-store.js'

const folder = await mkdtemp(join(tmpdir(), 'chunkql-window-'))
after(() => rm(folder, { recursive: true }))

test('a window shows each cell that is asked for, and decodes no block twice', () => {
  const bytes = 1_000_003
  const stored = Uint8Array.from({ length: bytes }, (_, i) => (i * 31 + (i >> 8)) & 255)
  const blocks = fc.constantFrom(1000, 4096, 32768, 100_001, 262_144)
  const steps = fc.array(fc.tuple(fc.nat(60_000), fc.nat(200_000)), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(blocks, steps, (block, moves) => {
      const machine = createMachine({ limit: 2 ** 26 })
      const decoded: [number, number][] = []
      const decode = (out: number, from: number, to: number) => {
        assert.equal(from % block, 0)
        assert.ok(to % block === 0 || to === bytes, `${to} is no end of a block`)
        assert.ok(from >= (decoded.at(-1)?.[1] ?? 0), 'a block is decoded again')
        decoded.push([from, to])
        machine.bytes.set(stored.subarray(from, to), out + from)
      }
      const window = chunkWindow({ bytes, block, cell: 8, decode }, machine, new Scratch(machine))
      let first = 0
      for (const [move, length] of moves) {
        first += move
        const last = Math.min(first + length, bytes - 8)
        if (first > last) break
        const at = window.show(first, last)
        const shown = machine.bytes.subarray(at + first, at + last + 8)
        assert.ok(Buffer.compare(shown, stored.subarray(first, last + 8)) === 0, `[${first}, ${last}]`)
        first = Math.min(first, last)
      }
    }),
    { numRuns: 200 },
  )
})

test('the span of a call is from its first cell to its last', () => {
  const rows = Int32Array.of(2, 0, 5, 0, 9, 0)
  const runs = Int32Array.of(0, 10, 0, 20, 5, 0)
  assert.deepEqual(spanOf({ row: 0, rows: 3, run: 0, runs: 2, cells: 45 }, rows, runs, 1000, 4), [2000, 9096])
  assert.deepEqual(spanOf({ row: 1, rows: 1, run: 1, runs: 1, cells: 5 }, rows, runs, 1000, 4), [5080, 5096])
})

test('cells are in order where each loop steps over all that lies within', () => {
  assert.equal(isInOrder([0, 1, 2], [5, 6, 7], [168, 28, 4]), true)
  assert.equal(isInOrder([2, 1, 0], [5, 6, 7], [168, 28, 4]), false)
  assert.equal(isInOrder([0, 1, 2], [5, 1, 7], [168, 0, 4]), true)
  assert.equal(isInOrder([0, 1, 2], [5, 6, 7], [0, 28, 4]), false)
})

const shape = [11, 150, 301]
const chunks = [6, 150, 301]
const plane = 150 * 301

/** Whole numbers, so that sums are exact; some are missing. */
const valueAt = (i: number) => (i % 97 === 5 ? Number.NaN : ((i * 7919) % 1000) - 300)

function chunkOf(n: number, order: 'C' | 'F', isWide: boolean): Uint8Array {
  const cells = new (isWide ? Float64Array : Float32Array)(6 * plane)
  for (let i = 0; i < 6; i++) {
    for (let j = 0; j < 150; j++) {
      for (let k = 0; k < 301; k++) {
        const at = order === 'C' ? (i * 150 + j) * 301 + k : (k * 150 + j) * 6 + i
        cells[at] = valueAt(((n * 6 + i) * 150 + j) * 301 + k)
      }
    }
  }
  return new Uint8Array(cells.buffer)
}

function writeStore(name: string, order: 'C' | 'F', block: number): void {
  for (const [array, isWide] of [
    ['x', false],
    ['y', true],
  ] as const) {
    const size = isWide ? 8 : 4
    const encoded = [0, 1].map((n) => container(chunkOf(n, order, isWide), size, block > 8192, block))
    const metadata = { shape, chunks, dtype: `<f${size}`, order, fill_value: 'NaN' }
    writeArray(join(folder, name, array), metadata, {
      '0.0.0': encoded[0] as Uint8Array,
      '1.0.0': encoded[1] as Uint8Array,
    })
  }
}

const queries = [
  'SELECT count(*) AS n, count(x) AS c, sum(x) AS s, min(x), max(x) FROM g',
  'SELECT count(*) AS n, sum(x + y) AS s FROM g WHERE x > 290',
  'SELECT sum(y) AS s, count(y) AS n FROM g WHERE x = 17',
  'SELECT k, sum(x) AS s, count(y) AS n FROM g GROUP BY k ORDER BY k',
  'SELECT j % 3 AS r, sum(x) AS s FROM g WHERE i >= 2 AND k < 200 GROUP BY r ORDER BY r',
  'SELECT j, k, count(x) AS n, max(y) AS m FROM g GROUP BY j, k ORDER BY j, k LIMIT 500',
  'SELECT floor(x / 100) AS f, count(*) AS n, sum(y) AS s FROM g GROUP BY f ORDER BY f',
  'SELECT x, count(*) AS n, median(y) AS m FROM g WHERE j < 100 GROUP BY x ORDER BY x NULLS LAST',
  'SELECT i, sum(x) AS s, round(stddev_pop(y), 6) AS d FROM g GROUP BY i ORDER BY i',
]

for (const [order, block] of [
  ['C', 262_144],
  ['F', 4096],
] as const) {
  test(`queries over chunks in order ${order}, in blocks of ${block}, have the answers of the interpreter`, async () => {
    const name = `${order}${block}.zarr`
    writeStore(name, order, block)
    const db = await connect({ attach: { g: join(folder, name) }, threads: 1 })
    const total = Array.from({ length: 11 * plane }, (_, i) => valueAt(i)).reduce(
      (sum, x) => (Number.isNaN(x) ? sum : sum + x),
      0,
    )
    assert.equal((await db.query('SELECT sum(x) AS s FROM g')).get(0)?.toJSON().s, total)
    for (const sql of queries) {
      await db.query("SET engine = 'auto'")
      const compiled = (await db.query(sql)).toArray().map((row) => row.toJSON())
      await db.query("SET engine = 'interpreter'")
      assert.deepEqual(
        compiled,
        (await db.query(sql)).toArray().map((row) => row.toJSON()),
        sql,
      )
    }
    await db.close()
  })
}

test('a chunk that lies under several pieces is read and decoded once', async () => {
  const name = 'pieces.zarr'
  writeStore(name, 'C', 65_536)
  const cut = chunkOf(0, 'C', false)
  const parts = Array.from({ length: 11 }, (_, i) => {
    const part = cut.subarray((i % 6) * plane * 4, ((i % 6) + 1) * plane * 4)
    return [`${i}.0.0`, container(part, 4, true)] as const
  })
  const metadata = { shape, chunks: [1, 150, 301], dtype: '<f4', fill_value: 'NaN' }
  writeArray(join(folder, name, 'z'), metadata, Object.fromEntries(parts))
  const db = await connect({ attach: { g: join(folder, name) }, threads: 1 })
  const { batches, work } = await db.run('SELECT sum(x), sum(z) FROM g')
  for await (const _ of batches);
  assert.deepEqual([work?.requests, work?.read], [13, 13])
  await db.close()
})

test('a box has a whole chunk where no other box reads it', () => {
  const grid = [11, 150, 301].map((size, dim) => ({ name: 'ijk'[dim] as string, size }))
  const column = (dims: number[], chunk: number[]) => ({ dims, layout: { chunk } }) as unknown as StoredColumn
  const [whole, last] = [column([0, 1, 2], [6, 150, 301]), { start: [6, 0, 0], end: [11, 150, 301] }]
  assert.equal(hasWholeChunk(whole, last, grid), true)
  assert.equal(hasWholeChunk(whole, { ...last, start: [7, 0, 0] }, grid), false)
  assert.equal(hasWholeChunk(whole, { ...last, end: [11, 150, 300] }, grid), false)
  assert.equal(hasWholeChunk(column([1, 2], [150, 301]), { start: [6, 0, 0], end: [7, 150, 301] }, grid), false)
  assert.equal(hasWholeChunk(column([1, 2], [150, 301]), last, [{ name: 'i', size: 1 }, ...grid.slice(1)]), true)
})

test('damage is told with its chunk, and the next query is answered', async () => {
  const name = 'damaged.zarr'
  writeStore(name, 'C', 65_536)
  const path = join(folder, name, 'x', '1.0.0')
  const whole = readFileSync(path)
  const db = await connect({ attach: { g: join(folder, name) }, threads: 1 })
  const ask = async () => (await db.query('SELECT sum(x) AS s FROM g')).get(0)?.toJSON().s
  const total = await ask()
  // The length in the header; a stream of a block in the middle; all that comes after the header.
  for (const damaged of [whole.with(12, 1), whole.with(whole.length >> 1, 1).fill(7, 60, 80), whole.subarray(0, 40)]) {
    writeFileSync(path, damaged)
    await assert.rejects(ask(), { code: 'store', where: /x, chunk 1\.0\.0/ })
    writeFileSync(path, whole)
    assert.equal(await ask(), total)
  }
  await db.close()
})

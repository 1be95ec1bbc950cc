/** Parts of chunks: what a scan looks at is decoded, and nothing that it does not look at. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { portions } from '../../src/execute/portion.js'
import { connect, type Database } from '../../src/index.js'
import { type IndexRange, rangeTotal } from '../../src/model/job.js'
import type { Layout } from '../../src/model/schema.js'
import type { StoredColumn } from '../../src/model/stored-column.js'
import { blockBytes, container, writeArray } from './blosc-store.js'

const folder = await mkdtemp(join(tmpdir(), 'chunkql-portion-'))
after(() => rm(folder, { recursive: true }))

function layoutOf(chunk: readonly number[], order: readonly number[], cell: number): Layout {
  const strides = new Array<number>(chunk.length)
  let bytes = cell
  for (const axis of order.toReversed()) {
    strides[axis] = bytes
    bytes *= chunk[axis] as number
  }
  return { storage: 'f4', chunk, strides, bytes, unpack: { kind: 'none' }, missing: [], nanIsNull: true }
}

function columnOf(layout: Layout): StoredColumn {
  const type = { kind: 'float32' } as const
  return { kind: 'stored', id: 0, name: 'x', type, dims: [0, 1, 2], layout, nullable: true, phase: 'late' }
}

const ranges = (size: number): fc.Arbitrary<readonly IndexRange[]> =>
  fc.uniqueArray(fc.nat(size), { minLength: 2, maxLength: 8 }).map((ends) => {
    const sorted = ends.toSorted((a, b) => a - b)
    return Array.from({ length: sorted.length >> 1 }, (_, i) => [sorted[2 * i] as number, sorted[2 * i + 1] as number])
  })

test('all bytes of the selected cells are part of a portion, and few others where they are few', () => {
  const sizes = [30, 50, 60] as const
  const orders = fc.constantFrom([0, 1, 2], [2, 1, 0], [1, 2, 0])
  const shapes = fc.constantFrom([20, 40, 50], [30, 50, 60], [7, 64, 64])
  const selections = fc.tuple(...sizes.map((size) => fc.option(ranges(size))))
  fc.assert(
    fc.property(orders, shapes, selections, (order, shape, chosen) => {
      const layout = layoutOf(shape, order, 4)
      const selection = chosen.map((each, dim): readonly IndexRange[] => each ?? [[0, sizes[dim] as number]])
      const dims = sizes.map((size, dim) => ({ name: `d${dim}`, size }))
      const portion = portions([columnOf(layout)], layout, { dims, selection })([0, 0, 0])
      const covers = (at: number) => portion?.ranges?.some(([from, past]) => from <= at && at + 4 <= past) ?? true
      const isSelected = (index: number, dim: number) =>
        (selection[dim] as readonly IndexRange[]).some(([start, end]) => start <= index && index < end)
      let selected = 0
      for (let i = 0; i < (shape[0] as number); i++) {
        for (let j = 0; j < (shape[1] as number); j++) {
          for (let k = 0; k < (shape[2] as number); k++) {
            if (![i, j, k].every(isSelected)) continue
            selected++
            const [a = 0, b = 0, c = 0] = layout.strides
            assert.ok(covers(i * a + j * b + k * c), `cell ${i}, ${j}, ${k}`)
          }
        }
      }
      const taken = portion?.ranges && rangeTotal(portion.ranges)
      if (selected < 100 && taken !== undefined) assert.equal(taken, selected * 4)
    }),
    { numRuns: 60 },
  )
})

/** A stream that is longer than the container: whoever decodes it gets an error. */
function damageBlock(chunk: Uint8Array, block: number): void {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  view.setUint32(view.getUint32(16 + 4 * block, true), 0xffffff, true)
}

const engines = ['auto', 'interpreter']

async function asked(db: Database, sql: string): Promise<{ answer: unknown; bytesDecoded: number | undefined }> {
  const [row] = await db.query(sql)
  const { work } = await db.explain(sql, { analyze: true })
  return { answer: row.toJSON(), bytesDecoded: work?.bytesDecoded }
}

test('blocks of blosc that hold no selected cell are not decoded', async () => {
  const shape = [8, 64, 64]
  const values = Float32Array.from({ length: 8 * 64 * 64 }, (_, i) => i)
  const chunk = container(new Uint8Array(values.buffer), 4, true)
  // Each block holds 16 rows of j.
  for (let block = 0; block < 32; block++) if (block % 4 !== 1) damageBlock(chunk, block)
  writeArray(join(folder, 'grid.zarr/x'), { shape, chunks: shape, dtype: '<f4' }, { '0.0.0': chunk })
  const db = await connect({ attach: { g: join(folder, 'grid.zarr') } })
  for (const engine of engines) {
    await db.query(`SET engine = '${engine}'`)
    const { answer, bytesDecoded } = await asked(
      db,
      'SELECT sum(x) AS s, count(*) AS n FROM g.x WHERE j >= 16 AND j < 32',
    )
    const expected = values.reduce((sum, x, i) => ((i >> 6) % 64 >= 16 && (i >> 6) % 64 < 32 ? sum + x : sum), 0)
    assert.deepEqual(answer, { s: expected, n: BigInt(8 * 16 * 64) }, engine)
    assert.equal(bytesDecoded, 8 * blockBytes, engine)
    await assert.rejects(db.query('SELECT sum(x) FROM g.x WHERE j >= 16 AND j < 33'), /passes the end/, engine)
  }
  await db.close()
})

/** Fields of odd sizes; with the last one cells are too large to be split into streams. */
const fields = [
  ['t', '<i8'],
  ['n', '<i4'],
  ['flag', '|u1'],
  ['short', '<i2'],
  ['y', '<f4'],
] as const

function structs(count: number, cell: number): Uint8Array {
  const bytes = new Uint8Array(count * cell)
  const view = new DataView(bytes.buffer)
  for (let i = 0; i < count; i++) {
    const at = i * cell
    view.setBigInt64(at, BigInt(i) * 1_000_000_007n, true)
    view.setInt32(at + 8, -i, true)
    view.setUint8(at + 12, i % 251)
    view.setInt16(at + 13, (i % 5000) - 2500, true)
    if (cell > 15) view.setFloat32(at + 15, i / 4, true)
  }
  return bytes
}

for (const cell of [15, 19]) {
  const form = cell > 15 ? 'blocks of one stream' : 'a stream for each byte'
  test(`of structured cells only the fields in use are put together: ${form}`, async () => {
    const shape = [5, 10, 101]
    const count = 5 * 10 * 101
    const dtype = cell > 15 ? fields : fields.slice(0, -1)
    const store = join(folder, `structs-${cell}.zarr`)
    const chunk = container(structs(count, cell), cell, cell <= 15)
    writeArray(join(store, 's'), { shape, chunks: shape, dtype }, { '0.0.0': chunk })
    const db = await connect({ attach: { g: store } })
    const triangle = (count * (count - 1)) / 2
    for (const engine of engines) {
      await db.query(`SET engine = '${engine}'`)
      const one = await asked(db, 'SELECT sum(n) AS n FROM g.s')
      assert.deepEqual(one, { answer: { n: BigInt(-triangle) }, bytesDecoded: count * 4 }, engine)
      const two = await asked(db, 'SELECT sum(t) AS t, min(short) AS s FROM g.s WHERE flag >= 0')
      const expected = { t: BigInt(triangle) * 1_000_000_007n, s: -2500 }
      assert.deepEqual(two, { answer: expected, bytesDecoded: count * 11 }, engine)
      const all = await asked(db, `SELECT ${dtype.map(([name]) => `max(${name})`).join(', ')} FROM g.s`)
      assert.equal(all.bytesDecoded, count * cell, engine)
    }
    await db.close()
  })
}

test('a chunk of which all cells within the grid are selected is decoded whole', () => {
  const layout = layoutOf([20, 50, 60], [0, 1, 2], 4)
  const dims = [30, 50, 60].map((size, dim) => ({ name: `d${dim}`, size }))
  const of = (start: number, chunk: number) =>
    portions([columnOf(layout)], layout, { dims, selection: [[[start, 30]], [[0, 50]], [[0, 60]]] })([chunk, 0, 0])
  assert.equal(of(20, 1)?.ranges, undefined)
  assert.notEqual(of(21, 1)?.ranges, undefined)
  assert.notEqual(of(10, 0)?.ranges, undefined)
})

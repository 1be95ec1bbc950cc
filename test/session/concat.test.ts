/** Several stores as one table: regular ones, and such as were written with other chunks, scales and dates each. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import fc from 'fast-check'
import { connect, type Database } from '../../src/index.js'
import { textAt } from '../../src/model/value-text.js'
import { piecesOf } from '../../src/source/concat/pieces.js'
import { type ArraySpec, arrayV2 } from '../source/stores.js'

interface PartSpec {
  readonly rows: number
  readonly chunk: number
  /** The first row is that of this day. */
  readonly day: number
  readonly scale?: number
  readonly order?: 'C' | 'F'
  readonly arrays?: Readonly<Record<string, ArraySpec>>
}

const width = 3

/** `v(time, x)` is 10 * day + x, NULL on each fifth day at x = 0; `time` counts from the first day of the part. */
function arraysOf({ rows, chunk, day, scale = 1, order = 'C', arrays }: PartSpec): Record<string, ArraySpec> {
  const date = new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10)
  const stored = (row: number, x: number) => (x === 0 && (day + row) % 5 === 0 ? -1 : ((day + row) * 10 + x) / scale)
  const chunks: Record<string, Int16Array> = {}
  const times: Record<string, Int32Array> = {}
  for (let c = 0; c * chunk < rows; c++) {
    const cell = (row: number, x: number) => stored(c * chunk + row, x)
    const at = (i: number) =>
      order === 'C' ? cell(Math.floor(i / width), i % width) : cell(i % chunk, Math.floor(i / chunk))
    chunks[`${c}.0`] = Int16Array.from({ length: chunk * width }, (_, i) => at(i))
    times[`${c}`] = Int32Array.from({ length: chunk }, (_, i) => c * chunk + i)
  }
  const i2 = { dtype: '<i2', chunks: [chunk, width], order }
  return {
    time: {
      dims: ['time'],
      shape: [rows],
      zarray: { chunks: [chunk] },
      attributes: { units: `days since ${date}` },
      chunks: times,
    },
    x: { dims: ['x'], shape: [width], chunks: { '0': Int32Array.of(7, 8, 9) } },
    v: {
      dims: ['time', 'x'],
      shape: [rows, width],
      zarray: i2,
      attributes: { scale_factor: scale, _FillValue: -1 },
      chunks,
    },
    mask: { dims: ['x'], shape: [width], chunks: { '0': Int32Array.of(0, 1, 1) } },
    ...arrays,
  }
}

/** Stores `0.zarr`, `1.zarr` ... in a new directory. */
function write(parts: readonly PartSpec[]): string {
  const root = mkdtempSync(join(tmpdir(), 'chunkql-'))
  for (const [i, part] of parts.entries()) {
    const file = (key: string, content: string | ArrayBufferView) => {
      const path = join(root, `${i}.zarr`, key)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, typeof content === 'string' ? content : new Uint8Array(content.buffer))
    }
    file('.zgroup', '{"zarr_format": 2}')
    for (const [name, spec] of Object.entries(arraysOf(part))) {
      file(`${name}/.zarray`, JSON.stringify(arrayV2(spec)))
      file(`${name}/.zattrs`, JSON.stringify({ _ARRAY_DIMENSIONS: spec.dims, ...spec.attributes }))
      for (const [key, chunk] of Object.entries(spec.chunks ?? {})) file(`${name}/${key}`, chunk)
    }
  }
  return root
}

async function rows(db: Database, sql: string): Promise<string[]> {
  const found: string[] = []
  for await (const { length, columns } of (await db.run(sql)).batches)
    for (let row = 0; row < length; row++)
      found.push(columns.map((column) => textAt(column, row) ?? 'NULL').join(' | '))
  return found
}

/** What the table is said to hold, from day 0 on. */
function expected(days: number): string[] {
  return Array.from({ length: days * width }, (_, i) => {
    const [day, x] = [Math.floor(i / width), i % width]
    const date = new Date(Date.UTC(2000, 0, 1 + day)).toISOString().slice(0, 10)
    return `${date} 00:00:00 | ${x + 7} | ${x === 0 && day % 5 === 0 ? 'NULL' : `${day * 10 + x}.0`}`
  })
}

const shapes: Readonly<Record<string, readonly PartSpec[]>> = {
  'chunks that meet at borders': [
    { rows: 4, chunk: 2, day: 0 },
    { rows: 2, chunk: 2, day: 4 },
    { rows: 3, chunk: 2, day: 6 },
  ],
  'chunks that do not meet': [
    { rows: 3, chunk: 2, day: 0 },
    { rows: 5, chunk: 3, day: 3 },
    { rows: 1, chunk: 1, day: 8 },
  ],
  'other scales and orders of memory': [
    { rows: 2, chunk: 2, day: 0 },
    { rows: 5, chunk: 4, day: 2, scale: 0.5, order: 'F' },
    { rows: 2, chunk: 1, day: 7, scale: 0.25 },
  ],
}

for (const [what, parts] of Object.entries(shapes)) {
  test(`${what}: every row is there, in order, on every way`, async () => {
    const root = write(parts)
    const from = `FROM '${root}/*.zarr'`
    for (const settings of [{ engine: 'interpreter' }, { inline_bytes: 0, threads: 2 }, {}]) {
      const db = await connect({ settings })
      assert.deepEqual(await rows(db, `SELECT time, x, v ${from}`), expected(9), JSON.stringify(settings))
      assert.deepEqual(await rows(db, `SELECT count(*), count(v), sum(v), max(mask) ${from}`), ['27 | 25 | 1057.0 | 1'])
      assert.deepEqual(
        await rows(db, `SELECT time, sum(v) AS s ${from} WHERE v > 41 AND x < 9 GROUP BY time ORDER BY s LIMIT 2`),
        ['2000-01-06 00:00:00 | 51.0', '2000-01-07 00:00:00 | 121.0'],
      )
      await db.close()
    }
  })
}

test('filename is a column that is asked for by name, and prunes', async () => {
  const root = write(shapes['chunks that meet at borders'] ?? [])
  const db = await connect()
  assert.deepEqual(
    await rows(
      db,
      `SELECT replace(filename, '${root}/', '') AS f, count(*), min(time) FROM '${root}/*.zarr' GROUP BY f ORDER BY f`,
    ),
    ['0.zarr | 12 | 2000-01-01 00:00:00', '1.zarr | 6 | 2000-01-05 00:00:00', '2.zarr | 9 | 2000-01-07 00:00:00'],
  )
  const { batches, work } = await db.run(`SELECT sum(v) FROM '${root}/*.zarr' WHERE filename LIKE '%1.zarr'`)
  for await (const { columns } of batches) assert.equal(columns[0]?.values[0], 226)
  assert.deepEqual([work.chunksTotal, work.read], [5, 1])
  const columns = await rows(db, `DESCRIBE SELECT * FROM '${root}/*.zarr'`)
  assert.equal(
    columns.some((column) => column.startsWith('filename')),
    false,
  )
  await db.close()
})

test('a list has its order, and may be attached', async () => {
  const root = write(shapes['chunks that meet at borders'] ?? [])
  const [a, b] = [`${root}/2.zarr`, `${root}/0.zarr`]
  const db = await connect({ attach: { two: [a, b] } })
  const sql = (from: string) => `SELECT min(time), max(time), first(time) FROM ${from}`
  const answer = ['2000-01-01 00:00:00 | 2000-01-09 00:00:00 | 2000-01-07 00:00:00']
  assert.deepEqual(await rows(db, sql(`['${a}', '${b}']`)), answer)
  assert.deepEqual(await rows(db, sql('two.v')), answer)
  assert.deepEqual(await rows(db, `SELECT max(x) FROM "${root}/[02].zarr".v`), ['9'])
  await db.close()
})

test('stores that do not fit together say where', async () => {
  const plain: PartSpec = { rows: 2, chunk: 2, day: 0 }
  const x = (...values: number[]): ArraySpec => ({
    dims: ['x'],
    shape: [width],
    chunks: { '0': Int32Array.from(values) },
  })
  const ask = async (second: Partial<PartSpec>, sql: string, first: Partial<PartSpec> = {}) => {
    const root = write([
      { ...plain, ...first },
      { ...plain, day: 2, ...second },
    ])
    const db = await connect()
    const answer = rows(db, `${sql} FROM '${root}/*.zarr'`).finally(() => db.close())
    return answer
  }
  await assert.rejects(
    ask({ arrays: { x: x(1, 2, 3) } }, 'SELECT max(x)'),
    /'x' is not the same in .*0\.zarr and .*1\.zarr/,
  )
  await assert.rejects(ask({ arrays: { mask: x(1, 2, 3) } }, 'SELECT max(mask), max(v)'), /'mask' is not the same/)
  const extra = { arrays: { w: { dims: ['time', 'x'], shape: [2, width] } } }
  await assert.rejects(ask({}, 'SELECT max(w)', extra), /w .*is in .*0\.zarr and not in .*1\.zarr/)
  const other = { arrays: { w: { dims: ['time', 'x'], shape: [2, width], zarray: { dtype: '<f4' } } } }
  await assert.rejects(ask(other, 'SELECT max(w)', extra), /INTEGER in .*0\.zarr and FLOAT in .*1\.zarr/)
  assert.deepEqual(await ask(other, 'SELECT max(v)', extra), ['32.0'])
  await assert.rejects(ask({}, "SELECT 1 FROM 'no/*.zarr' --"), /no path is like 'no\/\*\.zarr'/)
})

test('BY NAME unites columns: what a store lacks is NULL in its rows', async () => {
  const grid = { dims: ['time', 'x'], shape: [2, width] }
  const float = { ...grid, zarray: { dtype: '<f8' }, chunks: { '0.0': new Float64Array(6).fill(1.5) } }
  const count = { ...grid, attributes: { missing_value: -9 }, chunks: { '0.0': new Int32Array(6).fill(4) } }
  const since = { units: 'days since 2001-01-01' }
  const date = { dims: ['time'], shape: [2], attributes: since, chunks: { '0': Int32Array.of(1, 1) } }
  const root = write([
    { rows: 2, chunk: 2, day: 0, arrays: { w: float } },
    { rows: 2, chunk: 2, day: 2, arrays: { n: count, seen: date } },
    { rows: 2, chunk: 2, day: 4, arrays: { w: float, plain: { dims: ['time', 'x'], shape: [2, width] } } },
  ])
  for (const settings of [{ engine: 'interpreter' }, { inline_bytes: 0, threads: 2 }, {}]) {
    const db = await connect({ settings })
    const from = `FROM '${root}/*.zarr' BY NAME`
    assert.deepEqual(await rows(db, `SELECT count(*), count(v), sum(w), count(w), sum(n), count(n) ${from}`), [
      '18 | 16 | 18.0 | 12 | 24 | 6',
    ])
    assert.deepEqual(
      await rows(db, `SELECT time, n, w, seen ${from} AS t WHERE t.x = 8 AND time > '2000-01-02' LIMIT 3`),
      [
        '2000-01-03 00:00:00 | 4 | NULL | 2001-01-02 00:00:00',
        '2000-01-04 00:00:00 | 4 | NULL | 2001-01-02 00:00:00',
        '2000-01-05 00:00:00 | NULL | 1.5 | NULL',
      ],
    )
    await assert.rejects(rows(db, `SELECT plain ${from}`), /a store lacks it, and none of its numbers stands for NULL/)
    await assert.rejects(rows(db, `SELECT w FROM '${root}/*.zarr'`), /w .*is in .*0.zarr and not in .*1.zarr/)
    await db.close()
  }
})

type Part = Parameters<typeof piecesOf>[0][number]

/** The cells of the whole that a piece says it gives, each as `row column`; checks that the part has them there. */
function cellsOf(piece: ReturnType<typeof piecesOf>[number], part: Part, chunk: readonly number[], index: number[]) {
  const [rows, columns] = piece.extent as [number, number]
  return Array.from({ length: rows * columns }, (_, i) => {
    const at = [Math.floor(i / columns), i % columns]
    const inChunk = at.map((each, k) => each + (piece.from[k] as number))
    assert.ok(inChunk.every((each, k) => each < (part.chunk[k] as number)))
    const inPart = inChunk.map((each, k) => each + (piece.index[k] as number) * (part.chunk[k] as number))
    assert.ok(inPart.every((each, k) => each < (part.shape[k] as number)))
    const inWhole = at.map((each, k) => each + (piece.to[k] as number) + (index[k] as number) * (chunk[k] as number))
    assert.deepEqual([(inPart[0] as number) + part.start, inPart[1]], inWhole)
    return inWhole.join(' ')
  })
}

test('pieces cover each cell of a chunk once, and nothing else', () => {
  const size = fc.integer({ min: 1, max: 4 })
  const part = fc.record({ rows: fc.integer({ min: 0, max: 7 }), chunk: fc.tuple(size, size) })
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.tuple(size, size), (specs, chunk) => {
      let start = 0
      const parts = specs.map(({ rows: length, chunk: own }): Part => {
        start += length
        return { start: start - length, shape: [length, 3], chunk: own }
      })
      const counts = [Math.ceil(start / chunk[0]), Math.ceil(3 / chunk[1])] as const
      const cells = Array.from({ length: counts[0] * counts[1] }, (_, i) => {
        const index = [Math.floor(i / counts[1]), i % counts[1]]
        return piecesOf(parts, 0, chunk, index).flatMap((piece) =>
          cellsOf(piece, parts[piece.part] as Part, chunk, index),
        )
      }).flat()
      assert.equal(cells.length, start * 3)
      assert.equal(new Set(cells).size, cells.length)
    }),
  )
})

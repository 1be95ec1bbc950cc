/** Arrays of version 3 in any shape, type, order and codec, written by zarrita, read by us: the same numbers. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import * as zarrita from 'zarrita'
import type { Storage } from '../../src/model/schema.js'
import { openLocation } from '../../src/source/registry.js'
import { allocateStored } from '../../src/source/unpack.js'
import { readAll, tableOf } from './read-all.js'

const types: Readonly<Record<Exclude<Storage, 'bool' | 'f2'>, zarrita.NumberDataType | zarrita.BigintDataType>> = {
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f4: 'float32',
  f8: 'float64',
}
const storages = Object.keys(types) as (keyof typeof types)[]

const compressors: readonly zarrita.CodecMetadata[][] = [
  [],
  [{ name: 'numcodecs.lz4', configuration: { acceleration: 1 } }],
  [{ name: 'zstd', configuration: { level: 1, checksum: false } }],
  [{ name: 'blosc', configuration: { cname: 'lz4', clevel: 5, shuffle: 'shuffle', typesize: 4, blocksize: 0 } }],
]

const axis = fc.record({ size: fc.integer({ min: 0, max: 7 }), chunk: fc.integer({ min: 1, max: 5 }) })
const anyArray = fc.record({
  axes: fc.array(axis, { maxLength: 3 }),
  storage: fc.constantFrom(...storages),
  endian: fc.constantFrom('little', 'big'),
  separator: fc.constantFrom<'.' | '/'>('.', '/'),
  compressor: fc.constantFrom(...compressors),
  turn: fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }),
  written: fc.integer({ min: 0, max: 7 }),
  fill: fc.integer({ min: 0, max: 100 }),
})

test('what zarrita writes in version 3 is read as it was', async () => {
  await fc.assert(
    fc.asyncProperty(anyArray, async ({ axes, storage, endian, separator, compressor, turn, written, fill }) => {
      const shape = axes.map(({ size }) => size)
      const isBig = storage === 'i8' || storage === 'u8'
      const values = allocateStored(
        storage,
        shape.reduce((product, size) => product * size, 1),
      )
      for (let i = 0; i < values.length; i++) values[i] = (isBig ? BigInt(i + 1) << 40n : (i + 1) % 128) as never
      const store = new Map<string, Uint8Array>()
      const order = permutation(turn, shape.length)
      const transpose = shape.length > 0 ? [{ name: 'transpose', configuration: { order } }] : []
      await zarrita.create(store)
      const location = zarrita.root(store).resolve('v')
      await zarrita.create(location, {
        shape,
        chunkShape: axes.map(({ chunk }) => chunk),
        dtype: types[storage],
        chunkSeparator: separator,
        // zarrita writes no bigint, but reads one.
        fillValue: fill as never,
        codecs: [...transpose, { name: 'bytes', configuration: { endian } }, ...compressor],
      })
      const rows = Math.min(written, shape[0] ?? 0)
      await write((await zarrita.open.v3(location, { kind: 'array' })) as never, values, shape, rows)
      const slab = values.length / Math.max(1, shape[0] ?? 1)
      const expected = Array.from(values as Iterable<number | bigint>).map((value, i) =>
        shape.length === 0 || i < rows * slab ? value : isBig ? BigInt(fill) : fill,
      )
      const source = await openLocation(withRootGroup(store))
      assert.deepEqual(
        tableOf(source, 'v').dims.map(({ size }) => size),
        shape,
      )
      assert.deepEqual(await readAll(source, 'v', 'v'), expected)
    }),
    { numRuns: 100 },
  )
})

/** Writes the first rows; chunks that only hold others are never made. */
async function write(
  array: zarrita.Array<'float32', Map<string, Uint8Array>>,
  values: unknown,
  shape: readonly number[],
  rows: number,
): Promise<void> {
  if (shape.length === 0) return zarrita.set(array, null, (values as number[])[0] as number)
  if (rows === 0 || shape.includes(0)) return
  const box = [rows, ...shape.slice(1)]
  const stride = box.map((_, axis) => box.slice(axis + 1).reduce((product, size) => product * size, 1))
  const data = (values as Float32Array).subarray(0, rows * (stride[0] ?? 1))
  const selection = box.map((size) => zarrita.slice(0, size))
  await zarrita.set(array, selection, { data, shape: box, stride })
}

function permutation(turn: readonly number[], rank: number): number[] {
  const left = Array.from({ length: rank }, (_, axis) => axis)
  return Array.from({ length: rank }, (_, i) => left.splice((turn[i] ?? 0) % left.length, 1)[0] ?? 0)
}

/** A Map cannot be listed as directories can: the group says inline what it holds. */
function withRootGroup(store: Map<string, Uint8Array>): Map<string, Uint8Array> {
  const node = JSON.parse(new TextDecoder().decode(store.get('/v/zarr.json')))
  const group = {
    zarr_format: 3,
    node_type: 'group',
    attributes: {},
    consolidated_metadata: { kind: 'inline', must_understand: false, metadata: { v: node } },
  }
  return new Map(store).set('/zarr.json', new TextEncoder().encode(JSON.stringify(group)))
}

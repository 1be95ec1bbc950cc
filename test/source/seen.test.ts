/** Fingerprints that are told by the read itself: those that asking by the path would give, none where bytes may be of two versions. */
import assert from 'node:assert/strict'
import { renameSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { createMachine } from '../../src/kernel/machine.js'
import { type Fingerprints, isKnown, isMissing, noFingerprints } from '../../src/model/fingerprint.js'
import { openLocation } from '../../src/source/registry.js'
import type { ChunkedColumn } from '../../src/source/source.js'
import { directoryStore } from '../../src/source/zarr/store/directory.js'
import { arrayV2, arrayV3, directory } from './stores.js'

const old = new Date('2020-02-02T02:02:02.123Z')

function makeOld(root: string, ...keys: string[]): string {
  for (const key of keys) utimesSync(join(root, key), old, old)
  return root
}

async function columnOf(root: string): Promise<ChunkedColumn> {
  const source = await openLocation(root)
  return source.column(source.schema.tables[0]?.name as string, 'v')
}

function seenOf(column: ChunkedColumn, chunk: readonly number[]): { seen: Fingerprints; cells: number[] | null } {
  const machine = createMachine({ limit: 2 ** 24 })
  const seen = noFingerprints(1)
  const fetched = column.read?.(column.locate(chunk), machine, undefined, seen)
  const cells = fetched && 'address' in fetched && [...new Int32Array(machine.memory.buffer, fetched.address, 2)]
  return { seen, cells: cells || null }
}

function filesOf(last = Int32Array.of(3, 4)): Record<string, unknown> {
  return {
    '.zgroup': { zarr_format: 2 },
    'v/.zarray': { ...arrayV2({ shape: [6] }), chunks: [2], fill_value: 0 },
    'v/.zattrs': { _ARRAY_DIMENSIONS: ['x'] },
    'v/0': Int32Array.of(1, 2),
    'v/1': last,
  }
}

test('of files: the same as by their paths', async () => {
  const root = makeOld(directory(filesOf()), 'v/0')
  const column = await columnOf(root)
  assert.equal(column.readTells, true)
  const asked = (await column.fingerprints?.([[0], [1], [2]])) as Fingerprints
  const found = [0, 1, 2].map((chunk) => seenOf(column, [chunk]))
  assert.deepEqual(BigUint64Array.from(found.flatMap(({ seen }) => [...seen])), asked)
  assert.deepEqual(
    found.map(({ seen }) => [isKnown(seen, 0), isMissing(seen, 0)]),
    [
      [true, false],
      [false, false],
      [true, true],
    ],
  )
})

test('a file that is written to while it is read has none, one that is replaced that of what was read', () => {
  for (const length of [8, 200_000]) {
    const root = makeOld(directory({ a: new Uint8Array(length).fill(1) }), 'a')
    const path = join(root, 'a')
    const read = (meanwhile: () => void) => {
      const seen = noFingerprints(1)
      let bytes = new Uint8Array(0)
      const place = (count: number) => {
        bytes = new Uint8Array(count)
        meanwhile()
        return bytes
      }
      directoryStore(root).read?.('a', place, undefined, seen)
      return { seen, bytes }
    }
    const before = statSync(path, { bigint: true }).mtimeNs
    assert.equal(read(() => undefined).seen[0], before)
    const later = new Date(old.getTime() + 1)
    assert.equal(isKnown(read(() => utimesSync(path, later, later)).seen, 0), false)
    utimesSync(path, old, old)
    const replaced = read(() => {
      writeFileSync(join(root, 'b'), new Uint8Array(length).fill(2))
      makeOld(root, 'b')
      utimesSync(join(root, 'b'), later, later)
      renameSync(join(root, 'b'), path)
    })
    assert.deepEqual([replaced.seen[0], replaced.bytes.at(-1)], [before, 1])
  }
})

const inShards = {
  name: 'sharding_indexed',
  configuration: {
    chunk_shape: [2],
    codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    index_codecs: [{ name: 'bytes', configuration: { endian: 'little' } }],
    index_location: 'end',
  },
}

/** Two chunks of two cells, of which the second is there where `second` is. */
function shard(second: boolean): Uint8Array {
  const none = 2n ** 64n - 1n
  const index = BigUint64Array.of(0n, 8n, ...(second ? [8n, 8n] : [none, none]))
  const cells = Int32Array.of(1, 2, ...(second ? [3, 4] : []))
  return Buffer.concat([new Uint8Array(cells.buffer), new Uint8Array(index.buffer)])
}

function shards(): string {
  const array = arrayV3({
    shape: [8],
    data_type: 'int32',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [4] } },
    codecs: [inShards],
    dimension_names: ['x'],
  })
  const root = directory({
    'zarr.json': { zarr_format: 3, node_type: 'group' },
    'v/zarr.json': array,
    'v/c/0': shard(false),
  })
  return makeOld(root, 'v/c/0')
}

test('of shards: theirs, also of chunks that are not there', async () => {
  const column = await columnOf(shards())
  assert.equal(column.readTells, true)
  const asked = (await column.fingerprints?.([[0], [1], [2]])) as Fingerprints
  const found = [0, 1, 2].map((chunk) => seenOf(column, [chunk]))
  assert.deepEqual(BigUint64Array.from(found.flatMap(({ seen }) => [...seen])), asked)
  assert.deepEqual(
    found.map(({ cells }) => cells),
    [[1, 2], null, null],
  )
  assert.deepEqual(
    found.map(({ seen }) => [isKnown(seen, 0), isMissing(seen, 0)]),
    [
      [true, false],
      [true, false],
      [true, true],
    ],
  )
})

test('that a chunk is not there is told of the shard that the index is of', async () => {
  const root = shards()
  const column = await columnOf(root)
  seenOf(column, [0])
  writeFileSync(join(root, 'v/c/0'), shard(true))
  makeOld(root, 'v/c/0')
  // The index is still believed.
  assert.throws(() => seenOf(column, [1]), /replaced/)
  assert.deepEqual(seenOf(column, [1]).cells, [3, 4])
})

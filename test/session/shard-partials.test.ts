/** A shard that is replaced while its index is remembered: no partial is kept of what only the old one lacked. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { gzipSync } from 'node:zlib'
import { connect } from '../../src/index.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-shards-'))
after(() => rmSync(root, { recursive: true, force: true }))

const absent = 2n ** 64n - 1n
const littleEndian = { name: 'bytes', configuration: { endian: 'little' } }
const gzip = { name: 'gzip', configuration: { level: 1 } }

/** Chunks of four numbers each; undefined: not there. */
function shardOf(numbers: readonly (number | undefined)[]): Uint8Array {
  const parts = numbers.filter((each) => each !== undefined).map((each) => Int32Array.of(each, each, each, each))
  let place = 0
  const index = numbers.flatMap((each) => (each === undefined ? [absent, absent] : [BigInt(16 * place++), 16n]))
  return Buffer.concat([...parts, BigUint64Array.from(index)].map(({ buffer }) => new Uint8Array(buffer)))
}

function metadata(isPacked: boolean): object {
  const sharding = {
    name: 'sharding_indexed',
    configuration: { chunk_shape: [4], codecs: [littleEndian], index_codecs: [littleEndian] },
  }
  return {
    zarr_format: 3,
    node_type: 'array',
    shape: [16],
    data_type: 'int32',
    chunk_grid: { name: 'regular', configuration: { chunk_shape: [16] } },
    chunk_key_encoding: { name: 'default' },
    fill_value: 0,
    attributes: {},
    dimension_names: ['t'],
    codecs: isPacked ? [sharding, gzip] : [sharding],
  }
}

for (const isPacked of [false, true]) {
  test(`a chunk comes into a shard${isPacked ? ' that is compressed as a whole' : ''}`, async () => {
    const store = join(root, `${isPacked}.zarr`)
    const put = (numbers: readonly (number | undefined)[], seconds: number) => {
      const bytes = shardOf(numbers)
      mkdirSync(join(store, 'c'), { recursive: true })
      writeFileSync(join(store, 'c/0'), isPacked ? gzipSync(bytes) : bytes)
      // As one that was made elsewhere and is moved here.
      utimesSync(join(store, 'c/0'), seconds, seconds)
    }
    put([undefined, undefined, 3, 4], 1e9)
    writeFileSync(join(store, 'zarr.json'), JSON.stringify(metadata(isPacked)))
    const open = async () => {
      const settings = { local_cache: join(root, `cache-${isPacked}`), cache_partials: 1e8 }
      const db = await connect({ attach: { g: store }, threads: 1, settings })
      const ask = async () => (await db.query('SELECT sum(x) AS s FROM g AS g(t, x) WHERE t < 8')).get(0)?.toJSON().s
      return { ask, close: () => db.close() }
    }
    const first = await open()
    assert.equal(await first.ask(), 0n)
    put([1, 2, 3, 4], 1e9 + 5)
    assert.equal(await first.ask(), 12n)
    await first.close()
    const second = await open()
    assert.equal(await second.ask(), 12n)
    await second.close()
  })
}

/** What scans of remote stores leave behind: of exactly the version of each object that was fetched and decoded. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import test from 'node:test'
import { connect } from '../../src/index.js'
import { textAt } from '../../src/model/value-text.js'
import { answer, type Fault, serve } from '../source/http-server.js'
import { serveS3 } from '../source/s3-server.js'
import { arrayV2, arrayV3, directory } from '../source/stores.js'

const rows = 64
const hash = (body: Uint8Array) => createHash('md5').update(body).digest('hex')
const strong = (body: Uint8Array) => ({ etag: `"${hash(body)}"` })
type Headers = (body: Uint8Array) => Record<string, string>

const chunkOf = (c: number, add = 0) =>
  new Uint8Array(Int32Array.from({ length: rows }, (_, i) => c * rows + i + add).buffer)
const json = (value: object) => new TextEncoder().encode(JSON.stringify(value))

/** `v(n)`, each value its row. */
function plain(chunks: number): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>([
    ['.zgroup', json({ zarr_format: 2 })],
    ['v/.zarray', json({ ...arrayV2({ shape: [chunks * rows] }), chunks: [rows], dtype: '<i4' })],
    ['v/.zattrs', json({ _ARRAY_DIMENSIONS: ['n'] })],
  ])
  for (let c = 0; c < chunks; c++) files.set(`v/${c}`, chunkOf(c))
  return files
}

/** The same in shards of two chunks. */
function sharded(chunks: number): Map<string, Uint8Array> {
  const bytes = { name: 'bytes', configuration: { endian: 'little' } }
  const configuration = { chunk_shape: [rows], codecs: [bytes], index_codecs: [bytes], index_location: 'end' }
  const files = new Map<string, Uint8Array>([
    ['zarr.json', json({ zarr_format: 3, node_type: 'group' })],
    [
      'v/zarr.json',
      json(
        arrayV3({
          shape: [chunks * rows],
          data_type: 'int32',
          chunk_grid: { name: 'regular', configuration: { chunk_shape: [2 * rows] } },
          codecs: [{ name: 'sharding_indexed', configuration }],
          dimension_names: ['n'],
        }),
      ),
    ],
  ])
  for (let s = 0; 2 * s < chunks; s++) files.set(`v/c/${s}`, shardOf(chunkOf(2 * s), chunkOf(2 * s + 1)))
  return files
}

function shardOf(a: Uint8Array, b: Uint8Array): Uint8Array {
  const index = BigUint64Array.of(0n, BigInt(a.length), BigInt(a.length), BigInt(b.length))
  return Buffer.concat([a, b, new Uint8Array(index.buffer)])
}

interface Remote {
  readonly files: Map<string, Uint8Array>
  /** Requests for chunks since the last call: of which kind, and how many. */
  requests(): Record<string, number>
  ask(sql: string): Promise<{ readonly rows: string; readonly read: number }>
  /** Chunks of which something is known that holds. */
  known(): Promise<number>
  /** Called when a chunk was sent. */
  onSent: (key: string) => void
}

async function withRemote(
  files: Map<string, Uint8Array>,
  headers: Headers,
  work: (remote: Remote) => Promise<void>,
  settings: Record<string, unknown> = {},
): Promise<void> {
  let onSent: (key: string) => void = () => {}
  const fault: Fault = (asked, response, body) => {
    if (!asked.key.startsWith('v/') || !body) return false
    answer(asked, proxy(response, headers(body)) as never, body)
    if (asked.method === 'GET') onSent(asked.key)
    return true
  }
  const server = await serve((key) => files.get(key), fault)
  const local_cache = directory({})
  const db = await connect({ threads: 2, settings: { local_cache, http_retries: 0, ...settings } })
  let seen = 0
  const ask = async (sql: string) => {
    const { batches, work: done } = await db.run(sql.replaceAll('$t', `'${server.url}/v'`))
    const found: string[] = []
    for await (const { length, columns } of batches) {
      for (let row = 0; row < length; row++) found.push(columns.map((column) => textAt(column, row)).join(' '))
    }
    return { rows: found.join(), read: done.read }
  }
  try {
    await work({
      files,
      ask,
      known: async () => Number((await ask('SHOW STATISTICS $t')).rows.split(' ')[2]),
      requests() {
        const counts: Record<string, number> = {}
        for (const { method, key } of server.asked.slice(seen)) {
          if (/^v\/(c\/)?\d+$/.test(key)) counts[method] = (counts[method] ?? 0) + 1
        }
        seen = server.asked.length
        return counts
      },
      set onSent(to: (key: string) => void) {
        onSent = to
      },
    })
  } finally {
    await db.close()
    await server.close()
  }
}

/** The response with these headers in place of the server's own. */
function proxy(response: ServerResponse, own: Record<string, string>) {
  const end = (body?: unknown) => response.end(body)
  return {
    writeHead(status: number, headers: Record<string, string>) {
      const { etag: _, ...others } = headers
      response.writeHead(status, { ...others, ...own })
      return { end }
    },
    end,
  }
}

for (const [name, make] of Object.entries({ chunks: plain, shards: sharded })) {
  test(`a scan over HTTP leaves ends behind, ${name}: the next query asks only of chunks that it leaves out`, () =>
    withRemote(make(8), strong, async ({ ask, known, requests }) => {
      assert.deepEqual(await ask('SELECT sum(v) FROM $t'), { rows: '130816', read: 8 })
      assert.equal(requests().HEAD, undefined)
      assert.equal(await known(), 8)
      requests()
      assert.deepEqual(await ask('SELECT n FROM $t WHERE v = 300'), { rows: '300', read: 1 })
      const { HEAD = 0, GET = 0 } = requests()
      assert.ok(HEAD <= 8 && GET <= 2, `${HEAD} ${GET}`)
      assert.deepEqual(await ask('SELECT min(v), max(v), count(*) FROM $t'), { rows: '0 511 512', read: 0 })
      assert.equal(requests().GET, undefined)
    }))

  test(`an object that is replaced after it was sent, ${name}: what is known is of the old one, and not believed`, () =>
    withRemote(make(8), strong, async (remote) => {
      const { files, ask, known } = remote
      const key = name === 'chunks' ? 'v/5' : 'v/c/2'
      const other = name === 'chunks' ? chunkOf(5, 9000) : shardOf(chunkOf(4), chunkOf(5, 9000))
      let sent = 0
      remote.onSent = (each) => {
        // Of a shard the index comes first, then two chunks by one request.
        if (each === key && ++sent === (name === 'chunks' ? 1 : 2)) files.set(key, other)
      }
      assert.deepEqual(await ask('SELECT sum(v) FROM $t'), { rows: '130816', read: 8 })
      assert.equal(files.get(key), other)
      assert.equal(await known(), name === 'chunks' ? 7 : 6)
      assert.equal((await ask('SELECT max(v) FROM $t')).rows, `${9000 + 6 * rows - 1}`)
      assert.equal((await ask('SELECT count(*) FROM $t WHERE v > 1000')).rows, `${rows}`)
      // The scan has left behind what the new one has.
      assert.equal(await known(), 8)
    }))
}

for (const [name, headers, expected] of [
  ['nothing', () => ({}), 0],
  ['a weak ETag', (body: Uint8Array) => ({ etag: `W/"${hash(body)}"` }), 0],
  ['an old date', () => ({ 'last-modified': 'Thu, 04 Mar 2021 05:06:07 GMT' }), 4],
  ['the date of now', () => ({ 'last-modified': new Date().toUTCString() }), 0],
] as const satisfies readonly (readonly [string, Headers, number])[]) {
  test(`where a server tells ${name} of its objects, ${expected} of 4 chunks are known`, () =>
    withRemote(plain(4), headers, async ({ ask, known }) => {
      await ask('SELECT sum(v) FROM $t')
      assert.equal(await known(), expected)
      assert.deepEqual(await ask('SELECT max(v) FROM $t'), { rows: '255', read: expected === 4 ? 0 : 4 })
    }))
}

for (const [name, make] of Object.entries({ chunks: plain, shards: sharded })) {
  test(`ANALYZE asks nothing beside, ${name}, where the version comes with the bytes`, () =>
    withRemote(make(8), strong, async ({ ask, requests }) => {
      assert.equal((await ask('ANALYZE $t')).rows, 'v 8 8')
      assert.equal(requests().HEAD, undefined)
      assert.deepEqual(await ask('SELECT sum(v), count(*) FROM $t'), { rows: '130816 512', read: 0 })
      const { HEAD = 0, GET = 0 } = requests()
      assert.deepEqual([HEAD, GET], [name === 'chunks' ? 8 : 4, 0])
    }))

  test(`ANALYZE does not take what was replaced after it was sent for what it read, ${name}`, () =>
    withRemote(make(8), strong, async (remote) => {
      const { files, ask, known } = remote
      const key = name === 'chunks' ? 'v/5' : 'v/c/2'
      const other = name === 'chunks' ? chunkOf(5, 9000) : shardOf(chunkOf(4), chunkOf(5, 9000))
      let sent = 0
      remote.onSent = (each) => {
        if (each === key && ++sent === (name === 'chunks' ? 1 : 2)) files.set(key, other)
      }
      await ask('ANALYZE $t')
      assert.equal(files.get(key), other)
      assert.equal(await known(), name === 'chunks' ? 7 : 6)
      assert.equal((await ask('SELECT max(v), sum(v) FROM $t')).rows, `${9000 + 6 * rows - 1} ${130816 + 9000 * rows}`)
    }))
}

test('ANALYZE knows a chunk that is missing until it is there', () =>
  withRemote(plain(4), strong, async ({ files, ask, requests }) => {
    files.delete('v/2')
    assert.equal((await ask('ANALYZE $t')).rows, 'v 4 4')
    assert.deepEqual(requests(), { GET: 4 })
    const known = await ask('SELECT sum(v) FROM $t')
    assert.equal(known.read, 0)
    await ask('SET pruning = false')
    assert.equal((await ask('SELECT sum(v) FROM $t')).rows, known.rows)
    await ask('SET pruning = true')
    files.set('v/2', chunkOf(2, 5000))
    assert.equal((await ask('SELECT max(v) FROM $t')).rows, `${5000 + 3 * rows - 1}`)
  }))

test('ANALYZE asks for chunks of shards that are missing, before they are read and after', () => {
  const files = sharded(4)
  const nowhere = 2n ** 64n - 1n
  files.set(
    'v/c/1',
    Buffer.concat([chunkOf(2), new Uint8Array(BigUint64Array.of(0n, BigInt(4 * rows), nowhere, nowhere).buffer)]),
  )
  return withRemote(files, strong, async ({ ask, requests }) => {
    assert.equal((await ask('ANALYZE $t')).rows, 'v 4 4')
    assert.equal(requests().HEAD, 2)
    const sum = (3 * rows * (3 * rows - 1)) / 2
    assert.deepEqual(await ask('SELECT sum(v) FROM $t'), { rows: String(sum), read: 0 })
  })
})

test('ANALYZE of what has no version asks once, and keeps what counts for who trusts', () =>
  withRemote(
    plain(4),
    () => ({ etag: 'W/"1"' }),
    async ({ ask, requests }) => {
      assert.equal((await ask('ANALYZE $t')).rows, 'v 4 0')
      assert.deepEqual(requests(), { GET: 4, HEAD: 4 })
      await ask('SET trust_statistics = true')
      assert.deepEqual(await ask('SELECT max(v) FROM $t'), { rows: '255', read: 0 })
    },
  ))

test('nothing is left behind where it is not wanted', () =>
  withRemote(plain(4), strong, async ({ ask, known }) => {
    await ask('SET collect_statistics = off')
    await ask('SELECT sum(v) FROM $t')
    assert.equal(await known(), 0)
  }))

test('a chunk that is missing is noted as such, and read when it is there', () =>
  withRemote(plain(4), strong, async ({ files, ask, known }) => {
    files.delete('v/2')
    await ask('SELECT sum(v) FROM $t')
    assert.equal(await known(), 4)
    files.set('v/2', chunkOf(2, 5000))
    assert.equal((await ask('SELECT max(v) FROM $t')).rows, `${5000 + 3 * rows - 1}`)
  }))

test('bytes that a cache_directory brings again are known by what the server tells now', () => {
  const cache_directory = directory({})
  return withRemote(
    plain(4),
    strong,
    async ({ files, ask, known }) => {
      await ask('SET collect_statistics = off')
      await ask('SELECT sum(v) FROM $t')
      await ask('SET collect_statistics = auto')
      files.set('v/1', chunkOf(1, 7000))
      await ask('SELECT sum(v) FROM $t')
      assert.equal(await known(), 4)
      assert.deepEqual(await ask('SELECT max(v) FROM $t'), { rows: `${7000 + 2 * rows - 1}`, read: 0 })
    },
    { cache_directory },
  )
})

test('in S3 what GET tells is what a listing tells', async () => {
  const objects = new Map([...plain(40)].map(([key, bytes]) => [`s.zarr/${key}`, bytes]))
  const server = await serveS3({ objects, tag: (body) => `"${hash(body)}"` })
  const settings = {
    local_cache: directory({}),
    s3_endpoint: server.url,
    s3_access_key_id: 'a',
    s3_secret_access_key: 'b',
  }
  const db = await connect({ threads: 1, settings })
  const run = async (sql: string) => {
    const { batches, work } = await db.run(sql)
    for await (const _ of batches);
    return work.read
  }
  try {
    assert.equal(await run("SELECT sum(v) FROM 's3://data/s.zarr'"), 40)
    assert.equal(await run("SELECT max(v) FROM 's3://data/s.zarr'"), 0)
    objects.set('s.zarr/v/7', chunkOf(7, 9000))
    assert.equal(await run("SELECT max(v) FROM 's3://data/s.zarr'"), 1)
  } finally {
    await db.close()
    await server.close()
  }
})

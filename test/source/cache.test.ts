/** The cache of what HTTP brought: used while the server says that it is the same, verified, bounded, the oldest out first. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { connect } from '../../src/index.js'
import { fileCache } from '../../src/platform/node/file-cache.js'
import { answer, serve } from './http-server.js'
import { mapStore } from './stores.js'

function directoryFor(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'chunkql-cache-'))
  context.after(() => rmSync(directory, { recursive: true }))
  return directory
}

/** One chunk of a thousand numbers, whose version the server tells. */
async function setUp(context: TestContext, headersOf: (version: number) => Record<string, string>) {
  const cache_directory = directoryFor(context)
  let version = 1
  const chunk = () => Int32Array.from({ length: 1000 }, () => version)
  const sent: number[] = []
  const map = mapStore({ v: { shape: [1000], chunks: { '0': chunk() } } })
  const find = (key: string) =>
    key === 's.zarr/v/0' ? new Uint8Array(chunk().buffer) : map.get(key.replace('s.zarr', ''))
  const server = await serve(find, (asked, response, body) => {
    if (asked.key !== 's.zarr/v/0') return false
    const headers = headersOf(version)
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const { 'if-none-match': tag, 'if-modified-since': since } = asked.headers
    const isSame = (tag && tag === headers.etag) || (since && since === headers['last-modified'])
    sent.push(isSame ? 304 : 200)
    if (isSame) response.writeHead(304).end()
    else if (headers.etag) answer(asked, response, body, headers.etag)
    else response.writeHead(200).end(body)
    return true
  })
  const db = await connect({ settings: { cache_directory } })
  context.after(async () => {
    await db.close()
    await server.close()
  })
  await db.attach('s', `${server.url}/s.zarr`)
  const sum = async () => Number((await db.query('SELECT sum(v) AS s FROM s')).get(0)?.s)
  const change = () => {
    version++
  }
  return { sum, change, sent, cache_directory }
}

const validators: Record<string, (version: number) => Record<string, string>> = {
  etag: (version) => ({ etag: `"v${version}"` }),
  date: (version) => ({ 'last-modified': new Date(1e12 + version * 1e6).toUTCString() }),
}

for (const [name, headersOf] of Object.entries(validators)) {
  test(`${name}: what is the same is not sent again, what changed is`, async (context) => {
    const { sum, change, sent } = await setUp(context, headersOf)
    assert.deepEqual([await sum(), await sum()], [1000, 1000])
    change()
    assert.deepEqual([await sum(), await sum()], [2000, 2000])
    assert.deepEqual(sent, [200, 304, 200, 304])
  })
}

test('what has no version, or a version of this second, is not kept', async (context) => {
  const { sum, change, sent } = await setUp(context, () => ({ 'last-modified': new Date().toUTCString() }))
  assert.equal(await sum(), 1000)
  change()
  assert.equal(await sum(), 2000)
  assert.deepEqual(sent, [200, 200])
})

test('a file that was damaged is fetched again', async (context) => {
  const { sum, sent, cache_directory } = await setUp(context, () => ({ etag: '"same"' }))
  await sum()
  const damaged = readdirSync(cache_directory)
    .map((file) => join(cache_directory, file))
    .filter((file) => statSync(file).size > 4000)
  assert.equal(damaged.length, 1)
  for (const file of damaged) {
    const bytes = readFileSync(file)
    bytes[bytes.length - 100] = 77
    writeFileSync(file, bytes)
  }
  assert.equal(await sum(), 1000)
  assert.deepEqual(sent, [200, 200])
})

test('the cache stays within its size; what was used longest ago goes first', (context) => {
  const directory = directoryFor(context)
  const cache = fileCache(directory, 10_000)
  const paths = new Map<string, string>()
  for (const [i, name] of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].entries()) {
    const old = new Date(Date.now() - 60_000 + 1000 * i)
    const before = new Set(readdirSync(directory))
    cache.put(name, { tag: name, bytes: new Uint8Array(1000).fill(1) })
    const added = readdirSync(directory).find((file) => !before.has(file))
    paths.set(name, join(directory, added ?? assert.fail()))
    utimesSync(paths.get(name) as string, old, old)
  }
  assert.equal(cache.get('a')?.tag, 'a', 'used now')
  for (const name of ['i', 'j', 'k']) cache.put(name, { tag: name, bytes: new Uint8Array(1000) })
  const total = readdirSync(directory).reduce((sum, file) => sum + statSync(join(directory, file)).size, 0)
  assert.ok(total <= 10_000, `${total}`)
  assert.ok(cache.get('a') && cache.get('k'))
  assert.equal(cache.get('b'), undefined)
  cache.put('huge', { tag: 'huge', bytes: new Uint8Array(20_000) })
  assert.equal(cache.get('huge'), undefined)
  assert.deepEqual(
    readdirSync(directory).filter((file) => file.endsWith('.tmp')),
    [],
  )
})

test('a directory that cannot be made is an error', (context) => {
  const directory = directoryFor(context)
  writeFileSync(join(directory, 'file'), '')
  assert.throws(() => fileCache(join(directory, 'file'), 1e6), { code: 'io', message: /cache_directory/ })
})

/** Fingerprints of chunks: the same while nothing changed, another after every change, none where nothing can be relied on. */
import assert from 'node:assert/strict'
import { mkdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { type Fingerprints, isKnown, isMissing, sameFingerprint } from '../../src/model/fingerprint.js'
import { openLocation } from '../../src/source/registry.js'
import { type Fault, serve } from './http-server.js'
import { serveS3 } from './s3-server.js'
import { arrayV2, directory, mapStore } from './stores.js'

const old = new Date('2020-02-02T02:02:02.123Z')
const chunks = [[0], [1], [2]]

/** `v(x)` of 6 cells in chunks of two, of which the last is missing; all files are old. */
function store(zarray: object = {}, attributes: object = {}): string {
  const root = directory({
    '.zgroup': { zarr_format: 2 },
    'v/.zarray': { ...arrayV2({ shape: [6] }), chunks: [2], fill_value: 0, ...zarray },
    'v/.zattrs': { _ARRAY_DIMENSIONS: ['x'], ...attributes },
    'v/0': Int32Array.of(1, 2),
    'v/1': Int32Array.of(3, 4),
  })
  for (const chunk of ['v/0', 'v/1']) utimesSync(join(root, chunk), old, old)
  return root
}

function write(root: string, key: string, bytes: Uint8Array | Int32Array, time = new Date()): void {
  mkdirSync(dirname(join(root, key)), { recursive: true })
  writeFileSync(join(root, key), bytes)
  utimesSync(join(root, key), time, time)
}

async function ask(location: unknown, wanted: readonly (readonly number[])[] = chunks) {
  const source = await openLocation(location)
  const column = await source.column(source.schema.tables[0]?.name as string, 'v')
  const found = await column.fingerprints?.(wanted)
  assert.ok(found, 'there are fingerprints')
  return { found, digest: column.digest, source }
}

/** Chunk by chunk: same, other, none. */
function compared(a: Fingerprints, b: Fingerprints): string {
  const words = chunks.map((_, i) => (sameFingerprint(a, i, b, i) ? 'same' : isKnown(b, i) ? 'other' : 'none'))
  return words.join(' ')
}

test('of files: size and time of the last change, and whether they are there', async () => {
  const root = store()
  const { found } = await ask(root)
  const now = async () => compared(found, (await ask(root)).found)
  assert.equal(found[0], statSync(join(root, 'v/0'), { bigint: true }).mtimeNs)
  assert.deepEqual(
    chunks.map((_, i) => isMissing(found, i)),
    [false, false, true],
  )
  assert.equal(await now(), 'same same same')
  write(root, 'v/1', Int32Array.of(9, 9), new Date('2020-02-02T02:02:02.124Z'))
  assert.equal(await now(), 'same other same')
  write(root, 'v/1', new Uint8Array(9), old)
  assert.equal(await now(), 'same other same')
  write(root, 'v/2', Int32Array.of(5, 6), old)
  assert.equal(await now(), 'same other other')
  rmSync(join(root, 'v/0'))
  assert.equal(await now(), 'other other other')
})

test('what is younger than two seconds, or of the future, has none', async () => {
  const root = store()
  const { found } = await ask(root)
  write(root, 'v/0', Int32Array.of(1, 2), new Date(Date.now() - 1500))
  write(root, 'v/1', Int32Array.of(3, 4), new Date(Date.now() + 60_000))
  assert.equal(compared(found, (await ask(root)).found), 'none none same')
  write(root, 'v/0', Int32Array.of(1, 2), new Date(Date.now() - 2500))
  assert.equal(compared(found, (await ask(root)).found), 'other none same')
})

test('chunks that are missing have none when the array was taken away', async () => {
  const root = store()
  const source = await openLocation(root)
  const column = await source.column(source.schema.tables[0]?.name as string, 'v')
  const before = (await column.fingerprints?.(chunks)) as Fingerprints
  rmSync(join(root, 'v'), { recursive: true })
  assert.equal(compared(before, (await column.fingerprints?.(chunks)) as Fingerprints), 'none none none')
})

test('the digest is that of what decides values, not of the shape', async () => {
  const digest = async (zarray: object, attributes: object) => (await ask(store(zarray, attributes))).digest
  const first = await digest({}, {})
  assert.equal(await digest({ shape: [60] }, { history: 'appended' }), first)
  const others = [
    digest({ dtype: '>i4' }, {}),
    digest({ dtype: '<f4' }, {}),
    digest({ fill_value: 1 }, {}),
    digest({ compressor: { id: 'zlib', level: 1 } }, {}),
    digest({}, { scale_factor: 0.5 }),
    digest({}, { missing_value: 3 }),
    digest({}, { units: 'days since 2000-01-01' }),
  ]
  assert.equal(new Set([first, ...(await Promise.all(others))]).size, others.length + 1)
})

test('of a Map: which bytes there are', async () => {
  const map = mapStore({ v: { shape: [6], zarray: { chunks: [2] }, chunks: { 0: Int32Array.of(1, 2) } } })
  const { found, source } = await ask(map)
  assert.equal(compared(found, (await ask(map)).found), 'same same same')
  map.set('/v/0', new Uint8Array(8))
  assert.equal(compared(found, (await ask(map)).found), 'other same same')
  assert.equal(source.identity, undefined)
})

type Headers = Record<string, string>

async function askServer(root: string, headersOf: (times: number) => Headers, noHead = false) {
  const { readFileSync } = await import('node:fs')
  const fault: Fault = ({ method, key }, response, body, times) => {
    if (!/v\/\d$/.test(key) || !body) return false
    if (noHead && method === 'HEAD') response.writeHead(405).end()
    else
      response.writeHead(200, { 'content-length': body.length, ...headersOf(times) }).end(method === 'HEAD' ? '' : body)
    return true
  }
  const server = await serve((key) => {
    const path = join(root, key.replace(/^s\.zarr\//, ''))
    return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path) : undefined
  }, fault)
  try {
    const first = await ask(`${server.url}/s.zarr/v`)
    const again = await ask(`${server.url}/s.zarr/v`)
    return compared(first.found, again.found)
  } finally {
    await server.close()
  }
}

test('over HTTP: a strong ETag, else a date that is not of this moment, else none', async () => {
  const root = store()
  const date = 'Tue, 04 Feb 2020 10:00:00 GMT'
  assert.equal(await askServer(root, () => ({ etag: '"a"' })), 'same same same')
  assert.equal(await askServer(root, () => ({ etag: '"a"' }), true), 'same same same')
  assert.equal(await askServer(root, (times) => ({ etag: `"${times}"` })), 'other other same')
  assert.equal(await askServer(root, () => ({ 'last-modified': date })), 'same same same')
  assert.equal(await askServer(root, () => ({ 'last-modified': date, date })), 'none none same')
  assert.equal(await askServer(root, () => ({ etag: 'W/"a"' })), 'none none same')
  assert.equal(await askServer(root, () => ({})), 'none none same')
})

test('of several stores: where each lies counts, that there are more does not', async () => {
  const [a, b, c] = [store(), store(), store()]
  const few = await ask([a, b], [...chunks, [3], [4]])
  const more = await ask([a, b, c], [...chunks, [3], [4]])
  assert.equal(compared(few.found, more.found), 'same same same')
  assert.equal(few.digest, more.digest)
  assert.equal(compared(few.found, (await ask([b, a], chunks)).found), 'other other other')
  assert.ok(!sameFingerprint(few.found, 0, few.found, 3), 'equal files of two stores are not one')
  write(b, 'v/0', Int32Array.of(9, 9), new Date('2021-01-01'))
  const changed = await ask([a, b], [...chunks, [3], [4]])
  assert.equal(compared(few.found, changed.found), 'same same same')
  assert.ok(!sameFingerprint(few.found, 3, changed.found, 3))
})

test('of references: what they refer to, and which part of it', async () => {
  const root = directory({ 'all.bin': Int32Array.of(1, 2, 3, 4) })
  utimesSync(join(root, 'all.bin'), old, old)
  const zarray = JSON.stringify({ ...arrayV2({ shape: [6] }), chunks: [2], fill_value: 0 })
  const refs = (second: unknown) => ({
    '.zgroup': '{"zarr_format": 2}',
    'v/.zarray': zarray,
    'v/0': ['all.bin', 0, 8],
    'v/1': second,
  })
  const at = join(root, 'refs.json')
  writeFileSync(at, JSON.stringify(refs(['all.bin', 8, 8])))
  const { found } = await ask(at)
  assert.deepEqual(
    chunks.map((_, i) => isMissing(found, i)),
    [false, false, true],
  )
  writeFileSync(at, JSON.stringify(refs(['all.bin', 0, 8])))
  assert.equal(compared(found, (await ask(at)).found), 'same other same')
  writeFileSync(at, JSON.stringify(refs('base64:AAAAAAAAAAA=')))
  assert.equal(compared(found, (await ask(at)).found), 'same other same')
  write(root, 'all.bin', Int32Array.of(1, 2, 3, 5), new Date('2021-01-01'))
  assert.equal(compared(found, (await ask(at)).found), 'other other same')
})

/** 40 chunks of one cell in a bucket, of which every third is missing. */
function bucket(separator: '.' | '/'): Map<string, Uint8Array> {
  const zarray = { ...arrayV2({ shape: [8, 5] }), chunks: [1, 1], fill_value: 0, dimension_separator: separator }
  const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value))
  const objects = new Map([
    ['a/s.zarr/.zmetadata', bytes({ metadata: { '.zgroup': { zarr_format: 2 }, 'v/.zarray': zarray } })],
    ['a/s.zarr/v/.zarray', bytes(zarray)],
  ])
  for (const [i, [y, x]] of cells.entries()) {
    if (i % 3 > 0) objects.set(`a/s.zarr/v/${y}${separator}${x}`, Uint8Array.of(i, 0, 0, 0))
  }
  return objects
}

const cells = Array.from({ length: 40 }, (_, i): [number, number] => [Math.floor(i / 5), i % 5])

for (const separator of ['.', '/'] as const) {
  test(`in S3: many by listings, few by themselves, the same (chunks like 1${separator}2)`, async (context) => {
    const objects = bucket(separator)
    const server = await serveS3({ objects, tag: (body) => `"${body.join('-')}"`, pageSize: 7 })
    context.after(() => server.close())
    const options = { access: { s3_endpoint: server.url, s3_anonymous: true } }
    const source = await openLocation('s3://data/a/s.zarr', options)
    const column = await source.column(source.schema.tables[0]?.name as string, 'v')
    const listings = () => server.asked.filter(({ url }) => url.includes('start-after')).length
    const heads = () => server.asked.filter(({ method }) => method === 'HEAD').length
    const many = (await column.fingerprints?.(cells)) as Fingerprints
    assert.ok(listings() > 0 && heads() < 20, `${listings()} listings, ${heads()} of one object`)
    const before = listings()
    for (const [i, cell] of cells.entries()) {
      const one = (await column.fingerprints?.([cell])) as Fingerprints
      assert.ok(sameFingerprint(many, i, one, 0), `${cell}`)
      assert.equal(isMissing(one, 0), i % 3 === 0)
    }
    assert.equal(listings(), before)
    objects.set(`a/s.zarr/v/0${separator}1`, Uint8Array.of(99, 0, 0, 0))
    const again = (await column.fingerprints?.(cells)) as Fingerprints
    assert.deepEqual(
      cells.filter((_, i) => !sameFingerprint(many, i, again, i)),
      [[0, 1]],
    )
    // One that was learnt a moment ago will do where it is said to.
    const asked = server.asked.length
    await column.fingerprints?.([[0, 1]], { since: 0 })
    assert.equal(server.asked.length, asked)
  })
}

test('in S3: without the right to list, one by one', async (context) => {
  const objects = bucket('.')
  const server = await serveS3({ objects, tag: (body) => `"${body.join('-')}"`, mayList: false })
  context.after(() => server.close())
  const source = await openLocation('s3://data/a/s.zarr', { access: { s3_endpoint: server.url, s3_anonymous: true } })
  const column = await source.column(source.schema.tables[0]?.name as string, 'v')
  const found = (await column.fingerprints?.(cells)) as Fingerprints
  assert.ok(cells.every((_, i) => isMissing(found, i) === (i % 3 === 0) && isKnown(found, i)))
})

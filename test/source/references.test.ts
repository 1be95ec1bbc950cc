/** Kerchunk's references, in JSON and in Parquet, to files beside them and behind HTTP. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { DuckDBInstance } from '@duckdb/node-api'
import { connect } from '../../src/index.js'
import { openLocation } from '../../src/source/registry.js'
import { render } from '../../src/source/zarr/store/template.js'
import { checkFixture, fixtures } from './expected.js'
import { filesOf, serve } from './http-server.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-references-'))
after(() => rmSync(root, { recursive: true }))

/** The chunks of grid-v2 in one file, as they would lie in a NetCDF file, and where each is. */
const store = join(fixtures, 'grid-v2.zarr')
const metadata: Record<string, string> = {}
const places = new Map<string, [offset: number, length: number]>()
const parts: Buffer[] = [Buffer.from('some header')]
for (const file of readdirSync(store, { recursive: true }).map(String).sort()) {
  const path = join(store, file)
  if (!statSync(path).isFile()) continue
  const bytes = readFileSync(path)
  if (/\.z\w+$/.test(file)) metadata[file] = bytes.toString()
  else {
    places.set(file, [parts.reduce((sum, part) => sum + part.length, 0), bytes.length])
    parts.push(bytes)
  }
}
const packed = Buffer.concat(parts)
writeFileSync(join(root, 'packed.nc'), packed)

const partOf = (key: string) => places.get(key) ?? assert.fail(key)

function referencesTo(url: string): Record<string, unknown> {
  const chunks = [...places].map(([key, [offset, length]], i) => {
    const bytes = packed.subarray(offset, offset + length)
    // Every third stands in the reference itself.
    return [key, i % 3 === 0 ? `base64:${bytes.toString('base64')}` : [url, offset, length]]
  })
  return { ...metadata, ...Object.fromEntries(chunks) }
}

function written(name: string, content: unknown): string {
  writeFileSync(join(root, name), JSON.stringify(content))
  return join(root, name)
}

test('version 0, to a file beside it, by relative and by absolute path', async () => {
  await checkFixture('grid-v2', await openLocation(written('v0.json', referencesTo('packed.nc'))))
  await checkFixture('grid-v2', await openLocation(written('v0.json', referencesTo(join(root, 'packed.nc')))))
  await checkFixture('grid-v2', await openLocation(written('v0.json', referencesTo(`file://${root}/packed.nc`))))
})

test('version 1, with templates and generated references', async () => {
  const refs = referencesTo('{{u}}/packed.{{ f(c="n", d=1) }}')
  const names = ['t2m/0.0.0', 't2m/1.0.0', 't2m/2.0.0']
  for (const [i, name] of names.entries()) {
    delete refs[name]
    const [offset, length] = partOf(name)
    writeFileSync(
      join(root, `part_${i + 1}.bin`),
      Buffer.concat([Buffer.alloc(10 * i), packed.subarray(offset, offset + length)]),
    )
  }
  const [, length] = partOf(names[0] as string)
  const gen = [
    {
      key: 't2m/{{i}}.0.0',
      url: '{{u}}/part_{{i + 1}}.bin',
      offset: '{{ (i + 1) * 10 - 10 }}',
      length: `${length}`,
      dimensions: { i: { stop: 3 } },
    },
  ]
  // All three are of one length, or the test would read past an end.
  if (names.some((name) => partOf(name)[1] !== length)) gen.length = 0
  for (const name of gen.length === 0 ? names : []) refs[name] = ['{{u}}/packed.nc', ...partOf(name)]
  const location = written('v1.json', { version: 1, templates: { u: root, f: '{{c}}c' }, gen, refs })
  await checkFixture('grid-v2', await openLocation(location))
})

test('templates are filled in, and no programs', () => {
  const bindings = { u: 'http://a', f: '{{c}}-{{i}}', i: 3 }
  assert.equal(render("{{u}}/{{ f(c='x') }}/{{ (i + 1) * 1000 - 2 / 4 }}", bindings), 'http://a/x-3/3999.5')
  for (const bad of ['{{process}}', '{{constructor}}', '{{i.x}}', '{{ i + }}', '{{f(}}', '{{i; 1}}']) {
    assert.throws(() => render(bad, bindings), Error, bad)
  }
  assert.throws(() => render('{{a}}', { a: '{{a}}' }), /call each other/)
})

test('references behind HTTP to a file behind HTTP, in worker threads; neighbours come by one request', async (context) => {
  const server = await serve(filesOf(root))
  context.after(() => server.close())
  written('far.json', { version: 1, refs: referencesTo(`${server.url}/packed.nc`) })
  const db = await connect({ settings: { inline_bytes: 0, threads: 1 } })
  context.after(() => db.close())
  await db.attach('far', `${server.url}/far.json`)
  await db.attach('near', store)
  const sql = (name: string) => `SELECT sum(t2m) AS s, count(*) AS n, max(precip) AS p FROM ${name}.t2m`
  const before = server.asked.length
  assert.deepEqual(
    (await db.query(sql('far'))).toArray().map(String),
    (await db.query(sql('near'))).toArray().map(String),
  )
  const ranges = server.asked.slice(before).filter(({ key }) => key === 'packed.nc')
  assert.ok(ranges.length > 0 && ranges.length < 6, `${ranges.length}`)
})

test('a target that is not there, or is too short, is an error', async () => {
  const gone = await openLocation(written('gone.json', referencesTo('gone.nc')))
  await assert.rejects(checkFixture('grid-v2', gone), {
    code: 'store',
    message: /the file that .* refers to is not there: gone\.nc/,
  })
  writeFileSync(join(root, 'short.nc'), packed.subarray(0, 400))
  const short = await openLocation(written('short.json', referencesTo('short.nc')))
  await assert.rejects(checkFixture('grid-v2', short), { code: 'store', message: /were asked for, there are 400/ })
  await assert.rejects(openLocation(written('bad.json', { 'x/.zarray': 1 })), {
    code: 'store',
    message: /'x\/.zarray' is no reference/,
  })
  await assert.rejects(openLocation(written('bad.json', [1])), { code: 'store', message: /no object/ })
})

test('the Parquet form: records of so many chunks, written by DuckDB', async (context) => {
  const folder = join(root, 'grid.parq')
  mkdirSync(folder)
  const zmetadata = JSON.parse(metadata['.zmetadata'] ?? '{}')
  const size = 4
  writeFileSync(join(folder, '.zmetadata'), JSON.stringify({ metadata: zmetadata.metadata, record_size: size }))
  const instance = await DuckDBInstance.create()
  const duck = await instance.connect()
  for (const [path, zarray] of Object.entries(zmetadata.metadata) as [
    string,
    { shape: number[]; chunks: number[] },
  ][]) {
    if (!path.endsWith('/.zarray')) continue
    const array = path.slice(0, -'/.zarray'.length)
    const counts = zarray.shape.map((length, axis) => Math.ceil(length / (zarray.chunks[axis] ?? 1)))
    const total = counts.reduce((product, count) => product * count, 1)
    mkdirSync(join(folder, array), { recursive: true })
    for (let record = 0; record * size < total; record++) {
      const rows = Array.from({ length: size }, (_, i) => rowOf(array, counts, record * size + i))
      const target = join(folder, array, `refs.${record}.parq`)
      const select = `SELECT * FROM (VALUES ${rows.join()}) AS t(path, "offset", size, raw)`
      await duck.run(`COPY (${select}) TO '${target}' (FORMAT parquet, COMPRESSION ${record % 2 ? 'snappy' : 'zstd'})`)
    }
  }
  duck.closeSync()
  instance.closeSync()
  const server = await serve(filesOf(root))
  context.after(() => server.close())
  await checkFixture('grid-v2', await openLocation(folder))
  await checkFixture('grid-v2', await openLocation(`${server.url}/grid.parq`))
})

/** A chunk as kerchunk writes it: a part, raw bytes, or nothing. */
function rowOf(array: string, counts: readonly number[], number: number): string {
  let rest = number
  const index = counts.toReversed().map((count) => {
    const at = rest % count
    rest = Math.floor(rest / count)
    return at
  })
  const place = places.get(`${array}/${counts.length === 0 ? '0' : index.reverse().join('.')}`)
  if (!place || rest > 0) return '(NULL::VARCHAR, 0::BIGINT, 0::BIGINT, NULL::BLOB)'
  const [offset, length] = place
  const hex = [...packed.subarray(offset, offset + length)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  if (number % 3 === 1) return `(NULL::VARCHAR, 0::BIGINT, 0::BIGINT, '${hex.join('')}'::BLOB)`
  return `('${root}/packed.nc', ${offset}::BIGINT, ${length}::BIGINT, NULL::BLOB)`
}

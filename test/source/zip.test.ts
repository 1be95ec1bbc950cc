/** Zip archives as stores, local and behind HTTP: stored, deflated, with the records of large archives; damaged ones are refused. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { fileURLToPath } from 'node:url'
import { connect } from '../../src/index.js'
import { isChunkQLError } from '../../src/model/error.js'
import { openLocation } from '../../src/source/registry.js'
import { fileObject } from '../../src/source/zarr/store/object.js'
import { zipStore } from '../../src/source/zarr/store/zip.js'
import { checkFixture } from './expected.js'
import { filesOf, serve } from './http-server.js'

const archives = fileURLToPath(new URL('../../../test/fixtures/zip/', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'chunkql-zip-'))
after(() => rmSync(directory, { recursive: true }))

const cases = { 'names-v2.zarr.zip': 'names-v2', 'grid-v2.zarr.zip': 'grid-v2', 'grid-v2-long.zarr.zip': 'grid-v2' }

for (const [file, fixture] of Object.entries(cases)) {
  test(`${file} has the values that its writer reads`, async () => {
    await checkFixture(fixture, await openLocation(join(archives, file)))
  })

  test(`${file}: the same over HTTP, a request for a chunk`, async (context) => {
    const server = await serve(filesOf(archives))
    context.after(() => server.close())
    await checkFixture(fixture, await openLocation(`${server.url}/${file}`))
    assert.ok(server.asked.every(({ method, range }) => method === 'HEAD' || range))
  })
}

test('a query opens an archive in its threads, too', async (context) => {
  const db = await connect({ settings: { inline_bytes: 0 } })
  context.after(() => db.close())
  await db.attach('era', join(archives, 'grid-v2.zarr.zip'))
  assert.equal(Number((await db.query('SELECT count(t2m) AS n FROM era.t2m')).get(0)?.n), 399)
})

test('parts of entries are read, stored or deflated', async () => {
  for (const file of ['grid-v2.zarr.zip', 'grid-v2-long.zarr.zip']) {
    const store = await zipStore(fileObject(join(archives, file)))
    const whole = (await store.get('.zmetadata')) ?? assert.fail()
    assert.deepEqual(await store.getRange('.zmetadata', { offset: 5, length: 20 }), whole.subarray(5, 25))
    assert.deepEqual(await store.getRange('.zmetadata', { suffixLength: 7 }), whole.subarray(-7))
    await assert.rejects(store.getRange('.zmetadata', { offset: whole.length - 2, length: 5 }), /were asked for/)
    assert.equal(await store.get('nothing'), undefined)
    assert.equal(await store.size('.zmetadata'), whole.length)
  }
})

test('a damaged archive is an error, or reads as before', async () => {
  for (const file of Object.keys(cases)) {
    const good = readFileSync(join(archives, file))
    const intact = await contents(join(archives, file))
    let refused = 0
    for (let i = 0; i < 300; i++) {
      const bad = Uint8Array.from(good)
      if (i % 3 === 0) bad.fill(0, (i * 7919) % bad.length, ((i * 7919) % bad.length) + 9)
      else bad[(i * 104729) % bad.length] = (i * 31) & 0xff
      const path = join(directory, 'bad.zip')
      writeFileSync(path, i % 10 === 9 ? bad.subarray(0, (i * 50021) % bad.length) : bad)
      try {
        const found = await contents(path)
        // A name may have changed: what has kept it has kept its bytes.
        for (const [key, bytes] of found) if (intact.has(key)) assert.deepEqual(bytes, intact.get(key), key)
      } catch (error) {
        assert.ok(
          isChunkQLError(error) || /bytes .* were asked for/.test((error as Error).message),
          (error as Error).stack,
        )
        refused++
      }
    }
    assert.ok(refused > 50, `${refused}`)
  }
})

/** All entries, at once and by promises. */
async function contents(path: string): Promise<Map<string, Uint8Array>> {
  const store = await zipStore(fileObject(path))
  const found = new Map<string, Uint8Array>()
  const walk = async (prefix: string): Promise<void> => {
    for (const { name, isDirectory } of (await store.list?.(prefix)) ?? []) {
      const key = prefix === '' ? name : `${prefix}/${name}`
      if (isDirectory) {
        await walk(key)
        continue
      }
      const bytes = await store.get(key)
      let now = new Uint8Array()
      store.read?.(key, (length) => {
        now = new Uint8Array(length)
        return now
      })
      assert.deepEqual(now, Uint8Array.from(bytes ?? []), key)
      found.set(key, now)
    }
  }
  await walk('')
  return found
}

test('what is no archive, or is packed in another way, is refused', async () => {
  const path = join(directory, 'none.zip')
  writeFileSync(path, 'this is no archive')
  await assert.rejects(openLocation(path), { code: 'store', message: /no zip archive/ })
  const good = readFileSync(join(archives, 'names-v2.zarr.zip'))
  const method = good.lastIndexOf(Buffer.from('PK\x01\x02')) + 10
  writeFileSync(path, good.fill(14, method, method + 1))
  await assert.rejects(openLocation(path), { code: 'unsupported', message: /packed by method 14/ })
})

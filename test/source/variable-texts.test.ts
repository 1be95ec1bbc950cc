// Texts of any length: numbered in the machine as a map numbers them, and damage is told.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { connect, type Database } from '../../src/index.js'
import { createMachine } from '../../src/kernel/machine.js'
import { createVariableTable } from '../../src/kernel/variable-table.js'
import { isChunkQLError } from '../../src/model/error.js'
import { textsIn } from '../../src/model/vector.js'
import { VariableTexts } from '../../src/operator/variable-texts.js'
import { packTexts } from '../../src/source/objects.js'
import { readTexts, stringsOf } from '../../src/source/zarr/variable-texts.js'
import { damage, randomOf } from '../codec/mutate.js'
import { arrayV2, laid } from './stores.js'

function read(bytes: Uint8Array, cells: number, missing: readonly string[] = [], hasNull = false) {
  const machine = createMachine({ limit: 1 << 28 })
  const out = machine.allocate(cells * 4)
  const address = machine.allocate(bytes.length)
  machine.bytes.set(bytes, address)
  const texts = readTexts({ address, length: bytes.length }, machine, out, cells, { missing, hasNull })
  return { texts, numbers: [...new Int32Array(machine.memory.buffer, out, cells)] }
}

const word = fc.oneof(
  fc.constantFrom('', 'a', 'b', 'eight___', 'nine_____', 'ümlaut', 'ü', '𝛑', '\u0000', 'a\u0000', 'a'.repeat(1000)),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
)

test('the texts of a chunk are those that were written, each once', () => {
  const cells = fc.array(fc.oneof({ weight: 9, arbitrary: word }, fc.constant(null)), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(cells, fc.constantFrom([], ['', 'ü'], ['nowhere']), (texts, missing) => {
      const { texts: kept, numbers } = read(laid(texts), texts.length, missing, true)
      const strings = stringsOf(kept)
      const wanted = texts.map((text) => (text !== null && missing.includes(text as never) ? null : text))
      assert.deepEqual(
        numbers.map((number) => strings[number]),
        wanted,
      )
      const different = new Set(texts)
      assert.equal(strings.length, different.size)
    }),
    { numRuns: 300 },
  )
})

test('tables that grow number texts as a map does', () => {
  const machine = createMachine({ limit: 1 << 28 })
  const table = new VariableTexts(machine)
  const numbers = new Map<string, number>()
  const random = randomOf(7)
  for (let batch = 0; batch < 20; batch++) {
    const texts = Array.from({ length: 5000 }, () => `text ${'x'.repeat(random(40))} ${random(30_000)}`)
    const found = [...table.enter(packTexts(texts).utf8)]
    texts.forEach((text, i) => {
      if (!numbers.has(text)) numbers.set(text, numbers.size)
      assert.equal(found[i], numbers.get(text))
    })
  }
  assert.equal(table.count, numbers.size)
  assert.deepEqual(table.texts(), [...numbers.keys()])
  assert.deepEqual(table.texts(numbers.size - 3), [...numbers.keys()].slice(-3))
})

test('a partial takes along the texts of its records alone', () => {
  const machine = createMachine({ limit: 1 << 28 })
  const table = new VariableTexts(machine)
  table.enter(packTexts(['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff']).utf8)
  // Three records of one key (two words), the second of them NULL.
  const records = new Int32Array([0, 0, 4, 0, 1, 0, 0, 0, 0, 0, 2, 0])
  const left = table.leave(records.buffer, 2, 0)
  assert.deepEqual(textsIn(left), ['eeeee', 'ccc'])
  assert.deepEqual([records[2], records[10]], [0, 1])
  const all = new Int32Array(Array.from({ length: 12 }, (_, i) => [0, 0, i % 6, 0]).flat())
  assert.equal(textsIn(table.leave(all.buffer, 2, 0)).length, 6)
  assert.equal(all[2 + 4 * 5], 5)
})

for (const expected of [0, 20_000]) {
  test(`texts may end where memory does: a table for ${expected}`, () => {
    const machine = createMachine({ limit: 1 << 22 })
    const table = createVariableTable(machine, false, expected)
    const [pairs, codes] = [machine.allocate(24), machine.allocate(12)]
    const end = machine.memory.buffer.byteLength
    machine.bytes.set(new TextEncoder().encode('abcabc'), end - 64 - 6)
    const words = new Uint32Array(machine.memory.buffer, pairs, 6)
    words.set([end - 64 - 6, 3, end - 64, 0, end - 64 - 3, 3])
    table.find(pairs, 3, codes)
    assert.deepEqual([...new Int32Array(machine.memory.buffer, codes, 3)], [0, 1, 0])
  })
}

test('a table of many texts numbers those that are new side by side, and those that are none', () => {
  const texts = Array.from({ length: 60_000 }, (_, i) => {
    if (i % 11 === 0) return null
    return i % 7 === 0 ? 'again' : `${'x'.repeat(i % 19)}${Math.floor(i / 2) % 20_000}`
  })
  const { texts: kept, numbers } = read(laid(texts), texts.length, [], true)
  const strings = stringsOf(kept)
  const wrong = texts.findIndex((text, i) => strings[numbers[i] as number] !== text)
  assert.equal(wrong, -1)
  assert.equal(strings.length, new Set(texts).size)
})

test('damage is told, never read over', () => {
  const random = randomOf(Number(process.env.FUZZ_SEED ?? 1))
  const chunk = laid(['one', '', 'three', 'one', 'fünf', 'six', 'seven of them', 'é'])
  let errors = 0
  for (let i = 0; i < 3000; i++) {
    try {
      const { texts, numbers } = read(damage(chunk, random), 8, [], i % 2 === 0)
      const strings = stringsOf(texts)
      assert.ok(numbers.every((number) => number >= 0 && number < strings.length))
    } catch (error) {
      assert.ok(isChunkQLError(error) && ['store', 'unsupported'].includes(error.code), String(error))
      errors++
    }
  }
  assert.ok(errors > 300, `only ${errors} were noticed`)
})

const root = mkdtempSync(join(tmpdir(), 'chunkql-texts-'))
after(() => rmSync(root, { recursive: true, force: true }))

const [chunkRows, chunks] = [20_000, 3]
const random = randomOf(3)
const names = Array.from({ length: chunkRows * chunks }, (_, row) =>
  row % 97 === 0 ? '' : `${row % 31 === 0 ? 'Zürich' : 'station'} ${'x'.repeat(row % 13)} ${random(15_000)}`,
)

function makeStore(): string {
  const store = join(root, 'rows.zarr')
  const write = (name: string, metadata: object, chunk: (at: number) => Uint8Array) => {
    mkdirSync(join(store, name), { recursive: true })
    const zarray = { chunks: [chunkRows], ...metadata }
    writeFileSync(join(store, name, '.zarray'), JSON.stringify(arrayV2({ shape: [names.length], zarray })))
    writeFileSync(join(store, name, '.zattrs'), JSON.stringify({ _ARRAY_DIMENSIONS: ['row'] }))
    for (let at = 0; at < chunks; at++) {
      writeFileSync(join(store, name, String(at)), chunk(at * chunkRows))
      // Older than what may still be written.
      utimesSync(join(store, name, String(at)), 1e9, 1e9)
    }
  }
  mkdirSync(store, { recursive: true })
  writeFileSync(join(store, '.zgroup'), JSON.stringify({ zarr_format: 2 }))
  const texts = { dtype: '|O', filters: [{ id: 'vlen-utf8' }], fill_value: null }
  write('name', texts, (at) => laid(names.slice(at, at + chunkRows)))
  const row = (at: number) => Float64Array.from({ length: chunkRows }, (_, i) => at + i)
  write('v', { dtype: '<f8' }, (at) => new Uint8Array(row(at).buffer))
  return store
}

const store = makeStore()

interface Group {
  count: number
  sum: number
}

function expected(passes: (name: string) => boolean): Map<string, Group> {
  const groups = new Map<string, Group>()
  names.forEach((name, row) => {
    if (!passes(name)) return
    const group = groups.get(name) ?? { count: 0, sum: 0 }
    groups.set(name, { count: group.count + 1, sum: group.sum + row })
  })
  return groups
}

async function groupsOf(db: Database, where = ''): Promise<Map<string, Group>> {
  const table = await db.query(`SELECT name, count(*) AS n, sum(v) AS s FROM t ${where} GROUP BY name`)
  return new Map([...table].map(({ name, n, s }) => [name as string, { count: Number(n), sum: s as number }]))
}

/** Tells the first that differs: so many would fill pages. */
function requireGroups(found: ReadonlyMap<string, Group>, wanted: ReadonlyMap<string, Group>): void {
  for (const [name, group] of wanted) {
    const own = found.get(name)
    if (own?.count !== group.count || own.sum !== group.sum) assert.deepEqual(own, group, `'${name}'`)
  }
  assert.equal(found.size, wanted.size)
}

for (const inline of [0, '1GB']) {
  test(`groups by texts of any length, up to ${inline} without threads, with partials that are kept and without`, async () => {
    const settings = { inline_bytes: inline, cache_partials: '1GB', local_cache: join(root, `cache-${inline}`) }
    for (const own of [{ inline_bytes: inline }, settings, settings]) {
      const db = await connect({ attach: { t: store }, threads: 2, settings: own })
      try {
        assert.deepEqual(
          await groupsOf(db),
          expected(() => true),
        )
        // Most texts of a task are in none of its groups.
        const isZurich = (name: string) => name.startsWith('Zürich')
        requireGroups(await groupsOf(db, "WHERE name LIKE 'Zürich%'"), expected(isZurich))
      } finally {
        await db.close()
      }
    }
  })
}

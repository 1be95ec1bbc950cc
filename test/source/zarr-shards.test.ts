/** Shards and chunks of unequal lengths: only what is needed is read, and queries see one array. The stores are those of test/conformance. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { connect } from '../../src/index.js'
import { createMachine } from '../../src/kernel/machine.js'
import { isChunkQLError } from '../../src/model/error.js'
import { openLocation } from '../../src/source/registry.js'
import type { ChunkedColumn } from '../../src/source/source.js'
import { damage, randomOf } from '../codec/mutate.js'
import { asDirectory, asMap, type Case, cases, valuesOf } from '../conformance/cases.js'

const root = mkdtempSync(join(tmpdir(), 'chunkql-shards-'))
after(() => rmSync(root, { recursive: true }))

function caseOf(feature: string): Case {
  const found = cases.find((each) => each.section === 'Shards' && each.feature === feature)
  assert.ok(found, feature)
  return found
}

/** A store that writes down what it is asked for. */
function watchedStore(from: Case) {
  const files = asMap(from)
  const asked: string[] = []
  return {
    asked,
    get: async (key: string) => {
      if (key.startsWith('/c/')) asked.push(`${key} whole`)
      return files.get(key)
    },
    getRange: async (key: string, part: { offset: number; length: number } | { suffixLength: number }) => {
      const isSuffix = 'suffixLength' in part
      asked.push(`${key} ${isSuffix ? `last ${part.suffixLength}` : part.length}`)
      const bytes = files.get(key)
      return isSuffix ? bytes?.subarray(-part.suffixLength) : bytes?.subarray(part.offset, part.offset + part.length)
    },
  }
}

async function columnOf(location: unknown): Promise<ChunkedColumn> {
  const source = await openLocation(location)
  const [table] = source.schema.tables
  const column = table?.columns.find(({ role }) => role === 'variable')
  assert.ok(table && column)
  return source.column(table.name, column.name)
}

function decoded(column: ChunkedColumn, bytes: Uint8Array | null, index: readonly number[]): number[] {
  const machine = createMachine({ limit: 2 ** 24 })
  const out = machine.allocate(column.layout.bytes)
  column.decode(bytes, machine, out, column.locate(index))
  return [...new Int32Array(machine.memory.buffer, out, column.layout.bytes / 4)]
}

test('a shard is asked for its index once, then for the bytes of each chunk', async () => {
  const store = watchedStore(caseOf('index without its checksum'))
  const column = await columnOf(store)
  assert.deepEqual(column.layout.chunk, [2, 3])
  const fetch = (...index: number[]) => column.fetch?.(column.locate(index))
  await Promise.all([fetch(0, 0), fetch(0, 1), fetch(1, 0)])
  await fetch(1, 1)
  // Four entries of sixteen bytes; chunks of six numbers.
  assert.deepEqual(store.asked.toSorted(), ['/c/0/0 24', '/c/0/0 24', '/c/0/0 24', '/c/0/0 24', '/c/0/0 last 64'])
})

test('a chunk that its shard has not is the fill value, and costs no request of its own', async () => {
  const store = watchedStore(caseOf('index without its checksum'))
  const column = await columnOf(store)
  const bytes = await column.fetch?.(column.locate([2, 0]))
  assert.equal(bytes, null)
  assert.deepEqual(decoded(column, null, [2, 0]), [0, 0, 0, 0, 0, 0])
  assert.deepEqual(store.asked, ['/c/1/0 last 64'])
})

test('a shard that is not there is the fill value', async () => {
  const store = watchedStore(caseOf('shards that are missing'))
  const column = await columnOf(store)
  assert.equal(await column.fetch?.(column.locate([0, 0])), null)
})

test('shards in shards: an index of each, then the chunk', async () => {
  const store = watchedStore(caseOf('shards in shards'))
  const column = await columnOf(store)
  assert.deepEqual(column.layout.chunk, [2, 3])
  await column.fetch?.(column.locate([0, 0]))
  assert.equal(store.asked.length, 3)
  await column.fetch?.(column.locate([0, 1]))
  assert.equal(store.asked.length, 4)
})

test('what is wrong in a shard is told with the number of the chunk', async () => {
  const damaged = caseOf('an index that leads out of the shard')
  const column = await columnOf(asDirectory(damaged, join(root, 'damaged')))
  const machine = createMachine({ limit: 2 ** 24 })
  assert.throws(() => column.read?.(column.locate([0, 1]), machine), { where: 'damaged, chunk c/0/0 [1]' })
})

const readable = cases.filter(
  ({ section, columns }) => ['Shards', 'Rectilinear grids'].includes(section) && columns?.x?.type === '<i4',
)

/** Of the values in C order. */
function expectedOf({ shape = [], columns }: Case): { total: number; row: number; rows: number[] } {
  const numbers = valuesOf(columns?.x ?? {}) as number[]
  const row = Math.floor((shape[0] ?? 1) / 2)
  const size = numbers.length / (shape[0] ?? 1)
  const total = numbers.reduce((sum, value) => sum + value, 0)
  return { total, row, rows: numbers.slice(row * size, (row + 1) * size) }
}

const ways: readonly [
  name: string,
  settings: Readonly<Record<string, unknown>>,
  attach: (each: Case, path: string) => unknown,
][] = [
  ['by workers', { inline_bytes: 0 }, asDirectory],
  ['on the main thread', { inline_bytes: '1GB' }, asDirectory],
  ['from memory', { inline_bytes: '1GB' }, watchedStore],
]

for (const [name, settings, attach] of ways) {
  test(`queries over shards and unequal chunks, ${name}`, async () => {
    const attached = readable.map((each, i) => [`s${i}`, attach(each, join(root, String(i), 'x'))] as const)
    const db = await connect({ threads: 2, attach: Object.fromEntries(attached), settings })
    for (const [i, each] of readable.entries()) {
      if (each.shape?.length === 0) continue
      const { total, row, rows } = expectedOf(each)
      const value = (await db.query(`SELECT * FROM s${i} LIMIT 1`)).schema.fields.at(-1)?.name
      const [sum] = (await db.query(`SELECT sum("${value}") AS total FROM s${i}`)).toArray()
      assert.equal(Number(sum?.total), total, each.feature)
      const found = await db.query(`SELECT "${value}" AS v FROM s${i} WHERE dim_0 = ${row}`)
      const values = found.toArray().map(({ v }) => Number(v))
      assert.deepEqual(values, rows, each.feature)
    }
    await db.close()
  })
}

test('damaged shards and unequal chunks give an error or a chunk, never anything else', async () => {
  const random = randomOf(Number(process.env.FUZZ_SEED ?? 1))
  const machine = createMachine({ limit: 2 ** 26 })
  const mutations = Math.ceil(Number(process.env.FUZZ_MUTATIONS ?? 1000) / readable.length)
  let errors = 0
  for (const each of readable) {
    const files = asMap(each)
    const chunks = [...files.keys()].filter((key) => key.startsWith('/c'))
    for (let i = 0; i < mutations && chunks.length > 0; i++) {
      const key = chunks[random(chunks.length)] as string
      const column = await columnOf(new Map(files).set(key, damage(files.get(key) as Uint8Array, random)))
      const index = column.layout.chunk.map((size, axis) => random(Math.ceil((each.shape?.[axis] ?? 1) / size)))
      const mark = machine.mark()
      try {
        const range = column.locate(index)
        column.decode((await column.fetch?.(range)) ?? null, machine, machine.allocate(column.layout.bytes), range)
      } catch (error) {
        assert.ok(isChunkQLError(error) && ['store', 'unsupported'].includes(error.code), `${each.feature}: ${error}`)
        assert.ok(error.where?.includes('chunk'), String(error.where))
        errors++
      } finally {
        machine.release(mark)
      }
    }
  }
  assert.ok(errors > 100, String(errors))
})

test('a filter on a dimension reads the chunks of shards that it needs', async () => {
  const each = caseOf('index at the end')
  const db = await connect({ attach: { s: asDirectory(each, join(root, 'few')) }, settings: { inline_bytes: '1GB' } })
  const { chunks } = await db.explain('SELECT sum(few) FROM s WHERE dim_0 = 5 AND dim_1 < 3', { analyze: true })
  assert.equal(chunks.read, 1, String(chunks.read))
  await db.close()
})

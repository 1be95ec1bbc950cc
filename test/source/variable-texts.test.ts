// Texts of any length: numbered in the machine as a map numbers them, and damage is told.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMachine } from '../../src/kernel/machine.js'
import { createVariableTable } from '../../src/kernel/variable-table.js'
import { isChunkQLError } from '../../src/model/error.js'
import { textsIn } from '../../src/model/vector.js'
import { VariableTexts } from '../../src/operator/variable-texts.js'
import { packTexts } from '../../src/source/objects.js'
import { readTexts, stringsOf } from '../../src/source/zarr/variable-texts.js'
import { damage, randomOf } from '../codec/mutate.js'

/** As the codec vlen-utf8 lays them, a null as others do that have one. */
function laid(texts: readonly (string | null)[]): Uint8Array {
  const parts = texts.map((text) => (text === null ? null : new TextEncoder().encode(text)))
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 4 + (part?.length ?? 0), 4))
  const view = new DataView(bytes.buffer)
  view.setUint32(0, texts.length, true)
  let at = 4
  for (const part of parts) {
    view.setUint32(at, part?.length ?? 0xffffffff, true)
    if (part) bytes.set(part, at + 4)
    at += 4 + (part?.length ?? 0)
  }
  return bytes
}

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

test('texts may end where memory does', () => {
  const machine = createMachine({ limit: 1 << 20 })
  const table = createVariableTable(machine, false)
  const [pairs, codes] = [machine.allocate(16), machine.allocate(8)]
  const end = machine.memory.buffer.byteLength
  machine.bytes.set(new TextEncoder().encode('abcabc'), end - 64 - 6)
  const words = new Uint32Array(machine.memory.buffer, pairs, 4)
  words.set([end - 64 - 6, 3, end - 64 - 3, 3])
  table.find(pairs, 2, codes)
  assert.deepEqual([...new Int32Array(machine.memory.buffer, codes, 2)], [0, 0])
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

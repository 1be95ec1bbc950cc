/** Texts of a fixed size, numbered in the machine: as a Map numbers them, what records have is taken along and taken in. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { createMachine } from '../../src/kernel/machine.js'
import { TextTable } from '../../src/operator/text-table.js'

function numbersOf(table: TextTable, texts: readonly string[], size: number, step = size): number[] {
  const { machine } = table
  const cells = machine.allocate(texts.length * step)
  const codes = machine.allocate(texts.length * 4)
  texts.forEach((text, i) => {
    machine.bytes
      .fill(0xff, cells + i * step, cells + (i + 1) * step)
      .fill(0, cells + i * step, cells + i * step + size)
    machine.bytes.set(new TextEncoder().encode(text), cells + i * step)
  })
  table.number(cells, step, size, texts.length, codes)
  return [...new Int32Array(machine.memory.buffer, codes, texts.length)]
}

for (const size of [1, 5, 8, 12, 16, 19, 24, 40]) {
  test(`texts of ${size} bytes have numbers in the order in which they are met`, () => {
    const table = new TextTable(createMachine({ limit: 1e8 }), 'bytes', Math.ceil(size / 8))
    const texts = Array.from({ length: 5000 }, (_, i) => String((i * 7919) % 3001).slice(-size))
    const seen = [...new Set(texts)]
    assert.deepEqual(
      numbersOf(table, texts, size, size + 3),
      texts.map((text) => seen.indexOf(text)),
    )
    assert.deepEqual(table.texts(), seen)
  })
}

test('of many texts only those of the records are taken along, numbered anew', () => {
  const table = new TextTable(createMachine({ limit: 1e8 }), 'bytes', 1)
  numbersOf(table, ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'], 3)
  const records = BigInt64Array.from([0n, 8n, 1n, 0n, 0n, 2n])
  const own = table.leave(records.buffer as ArrayBuffer, 2, 0)
  assert.deepEqual([...records], [0n, 0n, 1n, 0n, 0n, 1n])
  const merged = new TextTable(createMachine({ limit: 1e8 }), 'bytes', 1)
  numbersOf(merged, ['x', 'c'], 3)
  assert.deepEqual([...merged.enter(own)], [2, 1])
  assert.deepEqual(merged.texts(), ['x', 'c', 'i'])
})

test('a text that is longer than a cell is none of the cells', () => {
  const table = new TextTable(createMachine({ limit: 1e8 }), 'bytes', 1)
  assert.equal(table.numberOf('abcdef', 5), undefined)
  assert.equal(table.numberOf('abcde', 5), 0)
  assert.deepEqual(numbersOf(table, ['', 'abcde'], 5), [1, 0])
})

test('texts of UTF-32 are those of JavaScript, beyond 16 bits too', () => {
  const table = new TextTable(createMachine({ limit: 1e8 }), 'utf32', 2)
  assert.equal(table.numberOf('a😀', 16), 0)
  assert.equal(table.numberOf('', 16), 1)
  assert.deepEqual(table.texts(), ['a😀', ''])
})

/** Texts of few letters at each position, of many, and of some that come late. */
const letters = fc.constantFrom('0123456789', '01', 'abcdefghijklmnopqrstuvwxyz', 'x')

test('texts whose bytes come from windows have the numbers of a Map, also where windows grow or are given up', () => {
  const family = fc.tuple(letters, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3000 }))
  fc.assert(
    fc.property(
      fc.array(family, { minLength: 1, maxLength: 6 }),
      fc.integer({ min: 12, max: 16 }),
      (families, size) => {
        const table = new TextTable(createMachine({ limit: 1e9 }), 'bytes', 2)
        const seen = new Map<string, number>()
        families.forEach(([alphabet, length, count], k) => {
          const texts = Array.from({ length: count }, (_, i) =>
            Array.from({ length }, (_, j) => alphabet[(((i + k) * 7919) >> j) % alphabet.length]).join(''),
          )
          for (const text of texts) if (!seen.has(text)) seen.set(text, seen.size)
          const expected = texts.map((text) => seen.get(text))
          assert.deepEqual(numbersOf(table, texts, size, size + (k % 3)), expected)
        })
        assert.deepEqual(table.texts(), [...seen.keys()])
      },
    ),
    { numRuns: 60 },
  )
})

test('running numbers are told apart at every position, and what partials bring has the same numbers', () => {
  const table = new TextTable(createMachine({ limit: 1e9 }), 'bytes', 2)
  const texts = Array.from({ length: 30_000 }, (_, i) => `id${String((i * 4099) % 20_011).padStart(10, '0')}`)
  const seen = [...new Set(texts)]
  const place = new Map(seen.map((text, i) => [text, i]))
  assert.deepEqual(
    numbersOf(table, texts, 12),
    texts.map((text) => place.get(text)),
  )
  const records = BigInt64Array.from({ length: 2 * seen.length }, (_, i) => (i % 2 === 0 ? 0n : BigInt(i >> 1)))
  const own = table.leave(records.buffer as ArrayBuffer, 2, 0)
  const merged = new TextTable(createMachine({ limit: 1e9 }), 'bytes', 2)
  numbersOf(merged, ['beside', seen[7] as string], 12)
  const numbers = seen.map((_, i) => (i < 7 ? i + 2 : i === 7 ? 1 : i + 1))
  assert.deepEqual([...merged.enter(own)], numbers)
  // Those that were numbered by place are found where the hash table is asked again.
  assert.deepEqual(numbersOf(merged, ['beside', 'none of them', seen[8] as string, 'beside'], 12), [
    0,
    seen.length + 1,
    9,
    0,
  ])
})

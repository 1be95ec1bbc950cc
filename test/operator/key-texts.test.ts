/** The numbers of texts that are keys, changed in records; texts by number, and as parts of divided groups have them. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { createMachine, type Machine } from '../../src/kernel/machine.js'
import { textsIn } from '../../src/model/vector.js'
import { textsAt, textTails } from '../../src/operator/divided-texts.js'
import { renumber } from '../../src/operator/key-texts.js'
import { packTexts as packFixed } from '../../src/operator/pack-texts.js'
import { type Tail, withTails } from '../../src/operator/tail.js'
import { TextTable } from '../../src/operator/text-table.js'
import { VariableTexts } from '../../src/operator/variable-texts.js'
import { packTexts } from '../../src/source/objects.js'

test('the numbers of one key change in place, those under a NULL stay', () => {
  // Records of two keys: NULL bits, then a word for each.
  const records = BigInt64Array.from([0n, 5n, 1n, 2n, 6n, 1n, 0n, 7n, 0n])
  renumber(records.buffer as ArrayBuffer, 3, 1, (old) => old + 10)
  assert.deepEqual([...records], [0n, 5n, 11n, 2n, 6n, 1n, 0n, 7n, 10n])
})

/** Two parts of records of one key, two words each. */
function partsOf(machine: Machine, parts: readonly (readonly (number | null)[])[]) {
  return parts.map((numbers) => {
    const start = machine.allocate(numbers.length * 16)
    const words = BigInt64Array.from(numbers.flatMap((number) => [number === null ? 1n : 0n, BigInt(number ?? 0)]))
    new BigInt64Array(machine.memory.buffer, start, words.length).set(words)
    return { count: numbers.length, start }
  })
}

const letters = ['', 'a', 'bb', 'ümlaut', 'eight___', '𝛑', 'a longer one than others are']

function fixed(machine: Machine): TextTable {
  const table = new TextTable(machine, 'utf32', 14)
  for (const text of letters) table.numberOf(text, 112)
  return table
}

function variable(machine: Machine): VariableTexts {
  const table = new VariableTexts(machine)
  table.enter(packTexts(letters).utf8)
  return table
}

for (const [of, make] of Object.entries({ fixed, variable })) {
  test(`each part has the texts of its own records, numbered anew: ${of}`, () => {
    const machine = createMachine({ limit: 1 << 28 })
    const texts = make(machine)
    const parts = partsOf(machine, [[5, null, 1, 5], [], [1, 0, 1, 6, 3], [null]])
    const tails = textTails(machine, texts, { key: 0, word: 1, width: 2 }, parts)
    const found = parts.map(({ count, start }, k) => {
      const part = withTails(new Uint8Array(8), [tails[k] as Tail, tails[0] as Tail])
      const { texts: own, end } = textsAt(part, 8)
      assert.deepEqual(textsIn(textsAt(part, end).texts), ['𝛑', 'a'])
      const words = [...new BigInt64Array(machine.memory.buffer, start, 2 * count)]
      return { texts: textsIn(own), numbers: words.filter((_, i) => i % 2 === 1).map(Number) }
    })
    assert.deepEqual(found, [
      { texts: ['𝛑', 'a'], numbers: [0, 0, 1, 0] },
      { texts: [], numbers: [] },
      { texts: ['a', '', 'a longer one than others are', 'ümlaut'], numbers: [0, 1, 0, 2, 3] },
      { texts: [], numbers: [0] },
    ])
  })

  test(`texts by number, with none, and their hashes: ${of}`, () => {
    const machine = createMachine({ limit: 1 << 28 })
    const texts = make(machine)
    assert.deepEqual(textsIn(texts.packed(Int32Array.of(3, -1, 0, 6, 3))), ['ümlaut', '', '', letters[6], 'ümlaut'])
    assert.deepEqual(textsIn(texts.packed(new Int32Array(0))), [])
    const hashes = new BigInt64Array(machine.memory.buffer, texts.hashes(), letters.length)
    assert.equal(new Set(hashes).size, letters.length)
  })
}

test('a number that is no character is refused', () => {
  const machine = createMachine({ limit: 1 << 20 })
  const texts = machine.allocate(16)
  for (const point of [0xd800, 0xdfff, 0x110000, 0xffffffff]) {
    new Uint32Array(machine.memory.buffer, texts, 4).set([97, point, 98, 0])
    assert.throws(() => packTexts32(machine, texts), /is no character/)
  }
  for (const point of [0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff]) {
    new Uint32Array(machine.memory.buffer, texts, 4).set([97, point, 98, 0])
    assert.deepEqual(textsIn(packTexts32(machine, texts)), [`a${String.fromCodePoint(point)}b`])
  }
})

test('bytes that are not UTF-8 are refused, also where all of them together are', () => {
  const machine = createMachine({ limit: 1 << 20 })
  const texts = machine.allocate(16)
  machine.bytes.fill(0, texts, texts + 16)
  machine.bytes[texts] = 0xc3
  machine.bytes[texts + 8] = 0xbc
  assert.throws(() => packFixed(machine, { texts, step: 8, words: 1, encoding: 'bytes' }, 2), /not UTF-8/)
})

function packTexts32(machine: Machine, texts: number) {
  return packFixed(machine, { texts, step: 16, words: 2, encoding: 'utf32' }, 1)
}

/** The numbers of texts that are keys: counted as they come, renumbered in records, refused past the memory. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { Dictionary, renumber } from '../../src/operator/dictionary.js'

test('texts have numbers in the order in which they are met', () => {
  const dictionary = new Dictionary(1e6)
  assert.deepEqual(
    ['b', 'a', 'b', ''].map((text) => dictionary.numberOf(text)),
    [0, 1, 0, 2],
  )
  assert.deepEqual(dictionary.values, ['b', 'a', ''])
})

test('more texts than memory holds are refused with the figure', () => {
  const dictionary = new Dictionary(10_000)
  assert.throws(
    () => {
      for (let i = 0; i < 1000; i++) dictionary.numberOf(`text ${i}`)
    },
    { code: 'memory', message: /different texts of a group key take 1 MB, the limit is 0 MB/ },
  )
})

test('the numbers of one key change in place, those under a NULL stay', () => {
  // Records of two keys: NULL bits, then a word for each.
  const records = BigInt64Array.from([0n, 5n, 1n, 2n, 6n, 1n, 0n, 7n, 0n])
  renumber(records.buffer as ArrayBuffer, 3, 1, (old) => old + 10)
  assert.deepEqual([...records], [0n, 5n, 11n, 2n, 6n, 1n, 0n, 7n, 10n])
})

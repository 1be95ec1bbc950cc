/** Records of chunks that change while they are read. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { compileMeasure } from '../../src/compile/stage.js'
import { Surveyor } from '../../src/execute/survey.js'
import { createMachine } from '../../src/kernel/machine.js'
import { noFingerprints } from '../../src/model/fingerprint.js'
import type { Measure, Survey } from '../../src/model/job.js'
import type { Layout } from '../../src/model/schema.js'
import { word } from '../../src/model/statistics.js'
import type { StoredColumn } from '../../src/model/stored-column.js'
import { INT32 } from '../../src/model/type.js'
import { planMeasure } from '../../src/schedule/survey.js'

const cells = 100
const layout: Layout = {
  storage: 'i4',
  chunk: [cells],
  strides: [4],
  bytes: 4 * cells,
  unpack: { kind: 'none' },
  missing: [],
  nanIsNull: false,
}
const column: StoredColumn = {
  kind: 'stored',
  id: 1,
  name: 'v',
  type: INT32,
  nullable: false,
  dims: [0],
  layout,
  phase: 'filter',
}
const [first, second, none] = [BigUint64Array.of(7n, 9n), BigUint64Array.of(8n, 9n), noFingerprints(1)]

/** Of two chunks; the second was recorded before. `isQuery`: records are only left behind. */
function surveyor(isQuery: boolean, share?: number): { readonly of: Surveyor; readonly address: number } {
  const machine = createMachine({ limit: 2 ** 26 })
  const address = machine.allocate(layout.bytes)
  new Int32Array(machine.memory.buffer, address, cells).set(Int32Array.from({ length: cells }, (_, i) => i - 50))
  const measure = compileMeasure(planMeasure(column, !isQuery) as Measure) as Measure
  const kept = isQuery ? { kept: BigUint64Array.of(0n, 0n, ...first) } : {}
  const survey: Survey = {
    column: 1,
    shape: [6 * cells],
    start: [3],
    counts: [2],
    measure,
    asks: true,
    looks: false,
    share,
    ...kept,
  }
  return { of: new Surveyor(survey, { ...column }, machine, () => undefined), address }
}

test('a chunk that changes while it is read, or may, has no record that a query leaves behind', () => {
  for (const [before, after] of [
    [first, second],
    [first, none],
    [none, first],
  ] as const) {
    const { of, address } = surveyor(true)
    of.decoded({ index: [3], address, before, now: () => after, ms: 1 })
    assert.equal(of.take(), undefined)
  }
})

test('one that is what it was has one, unless it has it already or is none of those surveyed', () => {
  const { of, address } = surveyor(true)
  const now = () => first
  of.decoded({ index: [4], address, before: first, now, ms: 1 })
  of.decoded({ index: [2], address, before: first, now, ms: 1 })
  of.decoded({ index: [5], address, before: first, now, ms: 1 })
  assert.equal(of.take(), undefined)
  assert.deepEqual(
    [2, 3, 4, 5].map((at) => of.asks([at])),
    [false, true, true, false],
  )
  of.decoded({ index: [3], address, before: first, now, ms: 1 })
  const found = of.take()
  assert.deepEqual(found?.chunks, [0])
  const own = [word.fingerprint, word.fingerprint + 1, word.min, word.max].map((at) => found?.words[at])
  assert.deepEqual(own, [7n, 9n, -50n, 49n])
  assert.equal(of.asks([3]), false)
})

test('ANALYZE has a record of every chunk, with a fingerprint only where it stayed the same', () => {
  const { of, address } = surveyor(false)
  of.decoded({ index: [3], address, before: first, now: () => second, ms: 1 })
  of.decoded({ index: [4], address, before: first, now: () => first, ms: 1 })
  const { chunks, words } = of.take() ?? { chunks: [], words: new BigInt64Array(0) }
  assert.deepEqual(chunks, [0, 1])
  const length = words.length / 2
  assert.deepEqual([words[word.fingerprint + 1], words[length + word.fingerprint + 1]], [0n, 9n])
  assert.deepEqual([words[word.sum], words[word.hasMoments]], [-50n, 1n])
})

test('what records cost is earned by decoding', () => {
  const { of, address } = surveyor(true, 0.04)
  const decode = (chunk: number, ms: number, before = first) =>
    of.decoded({ index: [chunk], address, before, now: () => before, ms })
  // A clock that only this test moves.
  const { now } = performance
  try {
    let time = 0
    performance.now = () => time++
    decode(3, 10)
    assert.equal(of.take()?.chunks.length, 1)
    // It cost a millisecond, of which 0.4 were there.
    assert.equal(of.asks([4]), false)
    decode(4, 10, second)
    assert.equal(of.take(), undefined)
    assert.equal(of.asks([4]), false)
    decode(4, 6, second)
    assert.equal(of.asks([4]), true)
    decode(4, 0, second)
    assert.deepEqual(of.take()?.chunks, [1])
  } finally {
    performance.now = now
  }
})

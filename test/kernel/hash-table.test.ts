import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createHashTable, createNumberTable } from '../../src/kernel/hash-table.js'
import { createMachine, type Machine } from '../../src/kernel/machine.js'

type Row = readonly bigint[] | null

/** A row of `null` is not active. Finds all rows in calls of `step` and returns the codes. */
function findAll(
  machine: Machine,
  table: ReturnType<typeof createHashTable>,
  rows: Row[],
  width: number,
  step: number,
) {
  const found: number[] = []
  for (let first = 0; first < rows.length; first += step) {
    const part = rows.slice(first, first + step)
    const records = machine.allocate(part.length * width * 8)
    const codes = machine.allocate(part.length * 4)
    for (const [i, row] of part.entries()) {
      machine.view.setInt32(codes + i * 4, row ? 0 : -1, true)
      for (let w = 0; w < width; w++) machine.view.setBigInt64(records + (i * width + w) * 8, row?.[w] ?? 99n, true)
    }
    table.find(records, part.length, codes)
    for (let i = 0; i < part.length; i++) found.push(machine.view.getInt32(codes + i * 4, true))
  }
  return found
}

/** The same by a Map: groups are numbered as they come. */
function expected(rows: Row[]): number[] {
  const groups = new Map<string, number>()
  return rows.map((row) => {
    if (!row) return -1
    const key = row.join()
    const group = groups.get(key) ?? groups.size
    groups.set(key, group)
    return group
  })
}

function check(rows: Row[], width: number, step: number, initial?: number): void {
  const machine = createMachine({ limit: 1 << 30 })
  const capacities: number[] = []
  const table = createHashTable(machine, width, initial, (capacity) => capacities.push(capacity))
  assert.deepEqual(findAll(machine, table, rows, width, step), expected(rows))
  const distinct = [...new Set(rows.filter((row) => row !== null).map((row) => row.join()))]
  assert.equal(table.groups, distinct.length)
  assert.ok(table.groups <= table.capacity && capacities.at(-1) === table.capacity)
  const word = (i: number) => machine.view.getBigInt64(table.kept + i * 8, true)
  const kept = distinct.map((_, g) => Array.from({ length: width }, (_, w) => word(g * width + w)).join())
  assert.deepEqual(kept, distinct)
}

test('groups are those of a Map, in the order in which they come', () => {
  const words = [0n, 1n, -1n, 2n ** 62n, -(2n ** 63n), 4607182418800017408n]
  const word = fc.oneof(
    fc.constantFrom(...words),
    fc.bigInt({ min: 0n, max: 50n }),
    fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  )
  for (const width of [1, 2, 3, 5]) {
    const row = fc.option(fc.array(word, { minLength: width, maxLength: width }), { freq: 5 })
    const rows = fc.array(row, { maxLength: 300 })
    fc.assert(fc.property(rows, fc.integer({ min: 1, max: 100 }), (rows, step) => check(rows, width, step)))
  }
})

for (const width of [2, 3]) {
  test(`tables that grow while they are searched, records of ${width} words`, () => {
    const key = (i: number): Row => {
      if (i % 7 === 3) return null
      const bits = BigInt.asIntN(64, BigInt((i * 7919) % 30011) * 0x1_0000_0000_0001n)
      return width === 2 ? [0n, bits] : [BigInt(i % 2), bits, BigInt((i >> 4) % 3)]
    }
    const rows = Array.from({ length: 120_000 }, (_, i) => key(i))
    check(rows, width, 65536)
    check(rows, width, 1000, 20_000)
  })
}

test('keys that differ in few bits do not collide into one place', () => {
  const machine = createMachine({ limit: 1 << 30 })
  const float = new Float64Array(1)
  const bits = new BigInt64Array(float.buffer)
  const families: ((i: number) => bigint)[] = [
    (i) => BigInt(i),
    (i) => BigInt(i) << 40n,
    (i) => BigInt.asIntN(64, BigInt(i) << 48n),
    (i) => {
      float[0] = i
      return bits[0] as bigint
    },
    (i) => {
      float[0] = i / 1000
      return bits[0] as bigint
    },
  ]
  for (const family of families) {
    const rows = Array.from({ length: 50_000 }, (_, i): Row => [0n, family(i)])
    const start = performance.now()
    findAll(machine, createHashTable(machine, 2, 50_000), rows, 2, 65536)
    const ms = performance.now() - start
    // A second is far above what a good hash needs, far below what one chain would.
    assert.ok(ms < 1000, `${ms} ms`)
  }
})

test('after reserve nothing is allocated', () => {
  const machine = createMachine({ limit: 1 << 26 })
  const table = createHashTable(machine, 2)
  table.reserve(5000)
  assert.ok(table.capacity >= 5000)
  const records = machine.allocate(5000 * 16)
  const codes = machine.allocate(5000 * 4)
  for (let i = 0; i < 5000; i++) machine.view.setInt32(records + i * 16, i, true)
  machine.bytes.fill(0, codes, codes + 20000)
  const mark = machine.mark()
  table.find(records, 5000, codes)
  assert.equal(machine.mark(), mark)
  assert.equal(table.groups, 5000)
})

/** Rows of one word, and the groups that a table which knows 1024 at most has after them. */
function forgetful(rows: readonly bigint[]) {
  const machine = createMachine({ limit: 1 << 28 })
  const table = createHashTable(machine, 1, 64, undefined, 1024)
  const codes = findAll(
    machine,
    table,
    rows.map((row) => [row]),
    1,
    1000,
  )
  const kept = new BigInt64Array(machine.memory.buffer, table.kept, table.groups)
  return { codes, kept, groups: table.groups }
}

for (const [name, rows, most] of [
  ['never again', Array.from({ length: 50_000 }, (_, i) => i), 50_000],
  ['again after long', Array.from({ length: 50_000 }, (_, i) => i % 20_000), 50_000],
  ['again soon', Array.from({ length: 50_000 }, (_, i) => (i >> 2) * 7), 12_500],
  ['first never, then always', Array.from({ length: 50_000 }, (_, i) => (i < 9000 ? i : i % 5)), 20_000],
] as const) {
  test(`a table that forgets has a group for each row: keys that come ${name}`, () => {
    const keys = rows.map((row) => BigInt(row) * 7919n)
    const { codes, kept, groups } = forgetful(keys)
    assert.deepEqual(
      codes.map((code) => kept[code]),
      keys,
    )
    assert.ok(groups <= most && groups >= new Set(rows).size, `${groups} groups`)
    if (name === 'again after long') assert.ok(groups > 20_000, 'it forgot nothing')
  })
}

test('numbers are their own groups, and the records of groups are kept as they grow', () => {
  const machine = createMachine({ limit: 1 << 26 })
  const table = createNumberTable(machine)
  const rows = Array.from({ length: 1000 }, (_, i): Row => (i % 7 === 3 ? null : [0n, BigInt(i >> 1)]))
  assert.deepEqual(
    findAll(machine, table, rows, 2, 64),
    rows.map((row) => (row ? Number(row[1]) : -1)),
  )
  assert.equal(table.groups, 500)
  const words = new BigInt64Array(machine.memory.buffer, table.kept, 1000)
  assert.deepEqual(
    [...words],
    Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? 0n : BigInt(i >> 1))),
  )
})

test('groups that were appended are found, also after the table has grown', () => {
  const machine = createMachine({ limit: 1 << 30 })
  const table = createHashTable(machine, 2)
  const row = (i: number): Row => [0n, BigInt(i)]
  assert.deepEqual(findAll(machine, table, [row(5), row(6)], 2, 10), [0, 1])
  for (const [first, more] of [
    [100, 3],
    [200, 5000],
  ] as const) {
    table.reserve(more)
    const behind = table.kept + table.groups * 16
    for (let i = 0; i < more; i++) {
      machine.view.setBigInt64(behind + i * 16, 0n, true)
      machine.view.setBigInt64(behind + i * 16 + 8, BigInt(first + i), true)
    }
    table.append(more)
  }
  assert.equal(table.groups, 5005)
  assert.deepEqual(
    findAll(machine, table, [row(102), row(5199), row(5), row(7), row(200)], 2, 2),
    [4, 5004, 0, 5005, 5],
  )
})

for (const mostKnown of [64, Number.POSITIVE_INFINITY]) {
  test(`records stay where they are while there come as many as are expected, of which ${mostKnown} are known`, () => {
    const machine = createMachine({ limit: 1 << 28 })
    const table = createHashTable(machine, 2, 64, undefined, mostKnown)
    const rowsOf = (first: number, past: number) =>
      Array.from({ length: past - first }, (_, i) => [0n, BigInt(first + i)])
    findAll(machine, table, rowsOf(0, 1000), 2, 300)
    table.expect(9000)
    const { kept } = table
    assert.deepEqual(
      findAll(machine, table, rowsOf(1000, 10_000), 2, 700),
      Array.from({ length: 9000 }, (_, i) => 1000 + i),
    )
    assert.equal(table.kept, kept)
    findAll(machine, table, rowsOf(10_000, 20_000), 2, 700)
    assert.equal(table.groups, 20_000)
    assert.equal(machine.view.getBigInt64(table.kept + 19_999 * 16 + 8, true), 19_999n)
  })
}

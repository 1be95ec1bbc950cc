/** Loops visit every selected cell once, whatever is merged, cut into runs or batched into calls. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { IndexRange } from '../../src/model/job.js'
import { type Axis, blockCells, callsOf, coalesce, rowsOf, runsOf, type Shape } from '../../src/operator/axis.js'

const axis = (extent: number, strides: number[], ranges: IndexRange[] = [[0, extent]], codes?: number[]): Axis => ({
  extent,
  strides,
  ranges,
  codes: codes && Int32Array.from(codes),
})

test('axes without keys that lie evenly in memory become one', () => {
  const axes = [axis(5, [1200]), axis(3, [400]), axis(100, [4])]
  const inner = coalesce(axes, 'register', 1)
  assert.equal(inner.extent, 1500)
  assert.equal(axes.length, 0)
})

test('an outer axis may be a part of its dimension, an inner one may not', () => {
  const outer = [axis(5, [400], [[1, 3]]), axis(100, [4])]
  assert.deepEqual(coalesce(outer, 'register', 1).ranges, [[100, 300]])
  const inner = [axis(5, [400]), axis(100, [4], [[0, 50]])]
  assert.equal(coalesce(inner, 'register', 1).extent, 100)
})

test('a column that is broadcast along an axis keeps it apart', () => {
  const axes = [axis(5, [400, 0]), axis(100, [4, 4])]
  assert.equal(coalesce(axes, 'register', 2).extent, 100)
})

test('consecutive groups along both axes become one vector', () => {
  const axes = [axis(3, [16], [[0, 3]], [0, 4, 8]), axis(4, [4], [[0, 4]], [0, 1, 2, 3])]
  const inner = coalesce(axes, 'vector', 1)
  assert.deepEqual(
    [...(inner.codes ?? [])],
    Array.from({ length: 12 }, (_, i) => i),
  )
  assert.deepEqual([...runsOf(inner, 'vector')], [0, 12, 0])
})

test('runs end where the group changes', () => {
  const months = axis(6, [4], [[0, 6]], [0, 0, 1, 1, 1, 2])
  assert.deepEqual([...runsOf(months, 'register')], [0, 2, 0, 2, 3, 1, 5, 1, 2])
})

/** What the loops of a compiled body do, in JavaScript: the cells visited, with their group. */
function visit(axes: Axis[], shape: Shape, most: number): Map<number, number> {
  const inner = coalesce(axes, shape, 1)
  const row = axes.pop()
  const runs = runsOf(inner, shape)
  const rows = row ? rowsOf(row) : Int32Array.of(0, 0)
  const seen = new Map<number, number>()
  const visitRun = (index: number, group: number, run: number): number => {
    const [start, length, code] = [...runs.subarray(3 * run, 3 * run + 3)] as [number, number, number]
    for (let i = 0; i < length; i++) {
      const address = index * (row?.strides[0] ?? 0) + (start + i) * (inner.strides[0] as number)
      const along = { vector: i, scatter: inner.codes?.[start + i] ?? 0, register: 0 }[shape]
      assert.ok(!seen.has(address), `cell ${address} was visited twice`)
      seen.set(address, group + code + along)
    }
    return length
  }
  for (const call of callsOf(runs, rows.length / 2, most)) {
    let cells = 0
    for (let r = call.row; r < call.row + call.rows; r++) {
      const [index, group] = [...rows.subarray(2 * r, 2 * r + 2)] as [number, number]
      for (let run = call.run; run < call.run + call.runs; run++) cells += visitRun(index, group, run)
    }
    assert.equal(cells, call.cells)
  }
  return seen
}

test('property: every selected cell is visited once and with its group', () => {
  const extents = fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 9 }))
  const mask = (length: number) => fc.array(fc.boolean(), { minLength: length, maxLength: length })
  const keys = fc.constantFrom<'none' | 'identity' | 'halves'>('none', 'identity', 'halves')
  const cases = extents.chain(([n, m]) =>
    fc.tuple(mask(n), mask(m), keys, keys, fc.constantFrom<Shape>('register', 'vector', 'scatter')),
  )
  fc.assert(
    fc.property(cases, fc.integer({ min: 1, max: 40 }), ([outer, inner, outerKey, innerKey, shape], most) => {
      const m = inner.length
      const codeOf = (key: string, i: number, stride: number) =>
        key === 'none' ? 0 : (key === 'halves' ? i >> 1 : i) * stride
      const codes = (key: string, length: number, stride: number) =>
        key === 'none' ? undefined : Array.from({ length }, (_, i) => codeOf(key, i, stride))
      const axes = [
        axis(outer.length, [m * 4], ranges(outer), codes(outerKey, outer.length, m)),
        axis(m, [4], ranges(inner), codes(innerKey, m, 1)),
      ]
      // A vector has a key along the innermost loop: nothing else makes it one.
      if (axes.some((each) => each.ranges.length === 0) || (shape === 'vector' && innerKey === 'none')) return
      const expected = new Map<number, number>()
      outer.forEach((a, i) => {
        inner.forEach((b, j) => {
          if (a && b) expected.set(i * m * 4 + j * 4, codeOf(outerKey, i, m) + codeOf(innerKey, j, 1))
        })
      })
      assert.deepEqual([...visit(axes, shape, most)].sort(byAddress), [...expected].sort(byAddress))
    }),
    { numRuns: 400 },
  )
})

function byAddress(a: readonly number[], b: readonly number[]): number {
  return (a[0] as number) - (b[0] as number)
}

function ranges(mask: readonly boolean[]): IndexRange[] {
  const found: [number, number][] = []
  mask.forEach((on, i) => {
    const last = found.at(-1)
    if (on && last?.[1] === i) last[1]++
    else if (on) found.push([i, i + 1])
  })
  return found
}

test('no call is longer than a block', () => {
  const long = axis(3 * blockCells + 5, [4])
  const calls = callsOf(runsOf(long, 'register'), 1)
  assert.deepEqual(
    calls.map(({ cells }) => cells),
    [blockCells, blockCells, blockCells, 5],
  )
})

/** The block form of moments keeps its digits: far from zero, without any spread, and beside other aggregates. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { compileNest } from '../../src/compile/compile.js'
import { builtins } from '../../src/function/registry.js'
import type { Accumulator, Nest } from '../../src/model/nest.js'
import { FLOAT64, INT64 } from '../../src/model/type.js'
import { runBody } from './frame.js'

const x = { kind: 'column', column: 0, name: 'x', nullable: true, type: FLOAT64 } as const
const accumulator = (aggregate: string): Accumulator => ({
  aggregate,
  args: [x],
  argTypes: [FLOAT64],
  resultType: aggregate === 'count' ? INT64 : FLOAT64,
})
const nest: Nest = {
  columns: [
    { id: 0, type: FLOAT64, storage: 'f8', unpack: { kind: 'none' }, missing: [], nanIsNull: true, access: 'unit' },
  ],
  sink: {
    kind: 'reduce',
    shape: 'register',
    accumulators: [accumulator('$total'), accumulator('$moments'), accumulator('count'), accumulator('$max')],
  },
}

/** Total, n, mean, m2, count, max after some runs of one group. */
function reduce(values: Float64Array, runs: readonly (readonly [number, number, number])[]): number[] {
  const compiled = compileNest(nest, builtins)
  assert.ok(compiled)
  const task = { columns: [{ stored: values, rowStride: 0, cellStride: 1 }], rows: [[0, 0]] as const, runs, groups: 1 }
  return runBody(compiled, task).fields.map((field) => Number(field[0]))
}

/** A fixed sequence between -1 and 1. */
const noise = (i: number) => ((i * 7919) % 2001) / 1000 - 1

for (const [offset, spread] of [
  [0, 1],
  [273.15, 20],
  [101325, 10],
  [1e9, 0.5],
  [-1e12, 1],
] as const) {
  test(`moments around ${offset} with a spread of ${spread}`, () => {
    // Multiples of 2^-10 far from zero, so that the exact answer is known.
    const exact = Array.from({ length: 1003 }, (_, i) => Math.round(noise(i) * spread * 1024) / 1024)
    const values = Float64Array.from(exact, (value) => value + offset)
    const shifted = Array.from(values, (value) => value - offset)
    const center = shifted.reduce((a, b) => a + b, 0) / shifted.length
    const squares = shifted.reduce((sum, value) => sum + (value - center) ** 2, 0)
    for (const runs of [
      [[0, 1003, 0]],
      [
        [0, 100, 0],
        [100, 3, 0],
        [103, 900, 0],
      ],
    ] as const) {
      const [total, n, mean, m2, count, max] = reduce(values, runs) as [number, number, number, number, number, number]
      assert.equal(n, 1003)
      assert.equal(count, 1003)
      assert.equal(max, Math.max(...values))
      assert.ok(Math.abs(total / 1003 - (offset + center)) <= 1e-12 * Math.abs(offset + center) + 1e-15)
      assert.ok(Math.abs(mean - (offset + center)) <= 1e-12 * Math.abs(offset + center) + 1e-15)
      // Merging runs compares their means, which have only the digits that the offset leaves them.
      const lost = runs.length > 1 ? (1e-15 * Math.abs(offset)) / spread : 0
      assert.ok(Math.abs(m2 - squares) <= (1e-12 + lost) * squares, `${m2}, ${squares}`)
    }
  })
}

test('equal values have no spread at all', () => {
  for (const value of [0.1, 273.15, -1e100, 5e-324]) {
    const [, n, mean, m2] = reduce(new Float64Array(777).fill(value), [
      [0, 500, 0],
      [500, 277, 0],
    ])
    assert.equal(n, 777)
    assert.ok(Math.abs((mean as number) - value) <= 1e-14 * Math.abs(value))
    assert.ok((m2 as number) <= 1e-28 * value * value, `${m2}`)
  }
})

test('an infinite value leaves no number behind', () => {
  const values = Float64Array.from({ length: 40 }, (_, i) => (i === 7 ? Number.POSITIVE_INFINITY : i))
  const [, n, mean, m2] = reduce(values, [
    [0, 20, 0],
    [20, 20, 0],
  ])
  assert.equal(n, 40)
  assert.ok(!Number.isFinite(mean))
  assert.ok(Number.isNaN(m2))
})

/** Selections: what predicates of one dimension leave of it, known from values or from positions alone. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { builtins } from '../../src/function/registry.js'
import type { Expression } from '../../src/model/expression.js'
import type { Scan, ScanColumn } from '../../src/model/plan.js'
import { BOOLEAN, INT64, type Type } from '../../src/model/type.js'
import { vectorOf } from '../../src/model/vector.js'
import { Dimensions, selectIndexes } from '../../src/schedule/dimensions.js'

function scanOf(sizes: readonly number[]): Scan {
  const columns = sizes.map((_, dim): ScanColumn => {
    const name = `d${dim}`
    const column = { name, type: INT64, nullable: false, dims: [dim], role: 'index' as const, attributes: {} }
    return { id: dim, name, type: INT64, nullable: false, column }
  })
  return { kind: 'scan', source: 's', table: 't', dims: sizes.map((size, dim) => ({ name: `d${dim}`, size })), columns }
}

const column = (id: number): Expression => ({
  kind: 'column',
  column: id,
  name: `d${id}`,
  type: INT64,
  nullable: false,
})
const literal = (value: bigint): Expression => ({ kind: 'literal', type: INT64, value })
const call = (name: string, type: Type, ...args: Expression[]): Expression => ({
  kind: 'call',
  function: name,
  args,
  type,
})
const select = (scan: Scan, ...predicates: Expression[]) =>
  selectIndexes(new Dimensions(scan, () => undefined, builtins), predicates, true)

test('an index that fits is looked at value by value', () => {
  const even = call('=', BOOLEAN, call('%', INT64, column(0), literal(2n)), literal(0n))
  assert.deepEqual(select(scanOf([6]), even).ranges, [
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  ])
})

test('a dimension of 10^8 indexes is halved, and both conditions hold', () => {
  const from = call('>=', BOOLEAN, column(0), literal(12_345_678n))
  const to = call('<', BOOLEAN, column(0), literal(12_345_999n))
  const { ranges, residual } = select(scanOf([100_000_000]), from, to)
  assert.deepEqual(ranges, [[[12_345_678, 12_345_999]]])
  assert.deepEqual(residual, [])
})

test('what bounds cannot settle stays a test per cell', () => {
  const odd = call('=', BOOLEAN, call('%', INT64, column(0), literal(2n)), literal(1n))
  const { ranges, residual } = select(scanOf([100_000_000]), odd)
  assert.deepEqual(ranges, [[[0, 100_000_000]]])
  assert.equal(residual.length, 1)
})

test('many single indexes are found, however many lie between them', () => {
  const values = Array.from({ length: 3000 }, (_, i) => BigInt(i * 33_333))
  const among: Expression = { kind: 'in', arg: column(0), values, type: BOOLEAN }
  const { ranges, residual } = select(scanOf([100_000_000]), among)
  assert.deepEqual(
    ranges[0],
    values.map((value) => [Number(value), Number(value) + 1]),
  )
  assert.deepEqual(residual, [])
})

test('a predicate over two dimensions stays, one over none of them selects nothing away', () => {
  const sum = call('>', BOOLEAN, call('+', INT64, column(0), column(1)), literal(3n))
  assert.equal(select(scanOf([4, 4]), sum).residual.length, 1)
})

test('values along a dimension come from the session', () => {
  const scan = scanOf([3])
  const coordinate = {
    ...(scan.columns[0] as ScanColumn),
    column: { ...(scan.columns[0] as ScanColumn).column, role: 'coordinate' as const },
  }
  const dimensions = new Dimensions(
    { ...scan, columns: [coordinate] },
    () => vectorOf(INT64, [30n, null, 10n]),
    builtins,
  )
  const predicate = call('<', BOOLEAN, column(0), literal(40n))
  assert.deepEqual(selectIndexes(dimensions, [predicate], true).ranges, [
    [
      [0, 1],
      [2, 3],
    ],
  ])
})

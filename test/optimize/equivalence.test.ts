/** An optimized plan gives the same rows in the same order as the plan that was bound: for random queries, all rules and each alone. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { bind } from '../../src/bind/bind.js'
import { createRegistry } from '../../src/function/registry.js'
import { outputOf, type Plan, type Scan } from '../../src/model/plan.js'
import { printPlan } from '../../src/model/print-plan.js'
import type { Value } from '../../src/model/type.js'
import { type Vector, vectorOf } from '../../src/model/vector.js'
import { optimize } from '../../src/optimize/optimize.js'
import { allRules } from '../../src/optimize/rules.js'
import { parse } from '../../src/parse/parse.js'
import { bindContext, settings } from '../bind/climate.js'
import { coordinate } from './climate-values.js'
import { type Data, runPlan } from './run-plan.js'

/** More by FUZZ_RUNS=1000 npm test. */
const runs = Number(process.env.FUZZ_RUNS ?? 40)
const registry = createRegistry()
const context = { registry, settings, coordinate }
const data: Data = { registry, values: cellValues }

/** Small values with many ties, some NULLs; coordinates repeated along the other dimensions. */
function cellValues(scan: Scan, name: string): Vector {
  const found = scan.columns.find(({ column }) => column.name === name)
  if (!found) throw new Error(name)
  const { type, nullable, dims, role } = found.column
  const sizes = scan.dims.map(({ size }) => size)
  const length = sizes.reduce((product, size) => product * size, 1)
  const along = role === 'coordinate' ? coordinate(scan.source, scan.table, name) : undefined
  const items = Array.from({ length }, (_, cell): Value => {
    const own = dims.reduce((at, dim) => at * (sizes[dim] ?? 1) + indexOf(cell, dim, sizes), 0)
    if (along) return vectorValue(along, own)
    if (nullable && (own * 7 + name.length) % 11 === 0) return null
    const number = ((own * 2654435761 + name.length * 97) >>> 0) % 13
    return type.kind === 'boolean' ? number > 6 : type.kind === 'int64' ? BigInt(number) : number
  })
  return vectorOf(type, items)
}

function indexOf(cell: number, dim: number, sizes: readonly number[]): number {
  const after = sizes.slice(dim + 1).reduce((product, size) => product * size, 1)
  return Math.floor(cell / after) % (sizes[dim] ?? 1)
}

function vectorValue({ values }: Vector, index: number): Value {
  return values[index] as Value
}

interface Shape {
  readonly from: string
  readonly numbers: readonly string[]
  /** What else may stand in ORDER BY: keys that a grid's order may decide. */
  readonly keys?: readonly string[]
}

const base: readonly Shape[] = [
  {
    from: 'era',
    numbers: ['t2m', 'lat', 'lon', 'Precip'],
    keys: ['time', 'time', 'time, lat DESC', 'time, lat DESC, lon', 'lat'],
  },
  { from: 't', numbers: ['a', 'b', 'big', 'Mixed'] },
]

const comparison = fc.constantFrom('=', '<>', '<', '<=', '>', '>=')
const constant = fc.constantFrom('0', '3', '5', '12', '2.5', '-1', 'NULL')

function number(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.constantFrom(...names)
  return fc.oneof(
    { weight: 4, arbitrary: name },
    { weight: 1, arbitrary: fc.tuple(name, constant).map(([a, b]) => `(${a} + ${b})`) },
    {
      weight: 1,
      arbitrary: fc.tuple(name, name, constant).map(([a, b, c]) => `(CASE WHEN ${a} > ${c} THEN ${b} ELSE 1 END)`),
    },
  )
}

function condition(names: readonly string[], depth = 2): fc.Arbitrary<string> {
  const value = number(names)
  const leaf = fc.oneof(
    fc.tuple(value, comparison, constant).map((parts) => parts.join(' ')),
    fc.tuple(constant, comparison, value).map((parts) => parts.join(' ')),
    fc.tuple(value, comparison, value).map((parts) => parts.join(' ')),
    fc.tuple(value, constant, constant).map(([a, b, c]) => `${a} IN (${b}, ${c})`),
    fc.tuple(value, constant, constant).map(([a, b, c]) => `${a} BETWEEN ${b} AND ${c}`),
    value.map((a) => `${a} IS NULL`),
    fc.constantFrom('TRUE', 'FALSE', 'NULL', '1 = 1'),
  )
  if (depth === 0) return leaf
  const part = condition(names, depth - 1)
  return fc.oneof(
    leaf,
    fc.tuple(part, part).map(([a, b]) => `(${a} AND ${b})`),
    fc.tuple(part, part).map(([a, b]) => `(${a} OR ${b})`),
    part.map((a) => `NOT (${a})`),
  )
}

const direction = fc.constantFrom('', ' DESC', ' NULLS FIRST')
const ending = fc.constantFrom('', '', ' LIMIT 5', ' LIMIT 7 OFFSET 2', ' OFFSET 3', ' LIMIT 0')

/** A query over a table or subquery whose columns are x, y, z. */
function query(shape: Shape): fc.Arbitrary<string> {
  const { from, numbers, keys = [] } = shape
  const value = number(numbers)
  const where = fc.oneof(
    fc.constant(''),
    condition(numbers).map((text) => ` WHERE ${text}`),
  )
  const plain = fc
    .tuple(value, value, value, where, orders(['x', 'y', ...numbers, ...keys, ...keys]), ending, fc.boolean())
    .map(
      ([x, y, z, filter, order, end]) => `SELECT ${x} AS x, ${y} AS y, ${z} AS z FROM ${from}${filter}${order}${end}`,
    )
  const distinct = fc
    .tuple(value, value, where, orders(['x', 'y']), ending)
    .map(
      ([x, y, filter, order, end]) =>
        `SELECT DISTINCT ${x} AS x, ${y} AS y, 1 AS z FROM ${from}${filter}${order}${end}`,
    )
  return fc.oneof(plain, distinct, grouped(shape, where), total(shape, where))
}

function orders(names: readonly string[]): fc.Arbitrary<string> {
  const key = fc
    .tuple(fc.constantFrom(...names), direction)
    .map(([name, way]) => (name.includes(',') ? name : name + way))
  return fc.array(key, { maxLength: 3 }).map((keys) => (keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`))
}

function aggregateCall(names: readonly string[]): fc.Arbitrary<string> {
  const filter = fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: condition(names, 0).map((c) => ` FILTER (WHERE ${c})`) },
  )
  const call = fc.oneof(
    fc.constant('count(*)'),
    fc
      .tuple(fc.constantFrom('min(', 'max(', 'count(', 'sum(', 'count(DISTINCT ', 'sum(DISTINCT '), number(names))
      .map(([name, arg]) => `${name}${arg})`),
  )
  return fc.tuple(call, filter).map((parts) => parts.join(''))
}

function grouped({ from, numbers }: Shape, where: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const having = fc.oneof(
    fc.constant(''),
    condition(['x', 'count(*)', 'y'], 1).map((text) => ` HAVING ${text}`),
  )
  return fc
    .tuple(
      number(numbers),
      aggregateCall(numbers),
      aggregateCall(numbers),
      where,
      having,
      orders(['x', 'y', 'z']),
      ending,
    )
    .map(
      ([x, y, z, filter, have, order, end]) =>
        `SELECT ${x} AS x, ${y} AS y, ${z} AS z FROM ${from}${filter} GROUP BY 1${have}${order}${end}`,
    )
}

function total({ from, numbers }: Shape, where: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(aggregateCall(numbers), aggregateCall(numbers), where)
    .map(([x, y, filter]) => `SELECT ${x} AS x, ${y} AS y, count(*) AS z FROM ${from}${filter}`)
}

const queries = fc.constantFrom(...base).chain((shape) => {
  const inner = query(shape)
  const nested = inner.chain((text) => query({ from: `(${text})`, numbers: ['x', 'y', 'z'] }))
  const deeper = nested.chain((text) => query({ from: `(${text})`, numbers: ['x', 'y', 'z'] }))
  return fc.oneof(inner, nested, deeper)
})

function boundPlan(sql: string): Plan | undefined {
  const [select] = parse(sql)
  if (select?.kind !== 'select') throw new Error('not a SELECT')
  return bind(select, bindContext())
}

test('optimized plans give the same rows', () => {
  fc.assert(
    fc.property(queries, (sql) => {
      const plan = boundPlan(sql)
      if (!plan) return
      const { plan: better, steps } = optimize(plan, context)
      assert.deepEqual(outputShape(better), outputShape(plan))
      const trace = () => steps.map((step) => `[${step.rule}]\n${printPlan(step.plan)}`).join('\n')
      assert.deepEqual(runPlan(better, data), runPlan(plan, data), `${printPlan(plan)}\n${trace()}`)
      assert.equal(optimize(better, context).fired.length, 0, 'the optimized plan is optimized')
    }),
    { numRuns: runs * 5 },
  )
})

for (const rule of allRules) {
  test(`${rule.name} alone gives the same rows`, () => {
    fc.assert(
      fc.property(queries, (sql) => {
        const plan = boundPlan(sql)
        if (!plan) return
        const { plan: better } = optimize(plan, context, [rule])
        assert.deepEqual(runPlan(better, data), runPlan(plan, data), printPlan(better))
      }),
      { numRuns: runs },
    )
  })
}

function outputShape(plan: Plan): unknown {
  return outputOf(plan).map(({ name, type }) => [name, type])
}

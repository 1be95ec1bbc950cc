/** Compiled nests against the meaning of the functions, cell by cell: all shapes, storages, accesses, errors. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { compileNest } from '../../src/compile/compile.js'
import { compareValues } from '../../src/function/order.js'
import { builtins } from '../../src/function/registry.js'
import type { CompiledNest } from '../../src/model/job.js'
import { type Accumulator, keyWords, type Nest } from '../../src/model/nest.js'
import { BOOLEAN, INT64, isFloat, type Value } from '../../src/model/type.js'
import type { NumericArray } from '../../src/model/vector.js'
import {
  accumulatorOf,
  cellsMax,
  columnsOf,
  expressionOf,
  type RandomColumn,
  randomColumns,
  type Shape,
  shapeOf,
} from './arbitrary.js'
import { type Outcome, runBody, type Task } from './frame.js'
import { cellOf, evaluate, expectedOf, type Group, type Visit, visits } from './oracle.js'

const runs = { numRuns: Number(process.env.RUNS ?? 60) }
const maxGroups = 120
const rowCount: Accumulator = { aggregate: 'count', args: [], argTypes: [], resultType: INT64 }

interface Case {
  readonly random: readonly RandomColumn[]
  readonly nest: Nest
  readonly task: Task
}

const predicateOf = (random: readonly RandomColumn[]) =>
  fc.option(
    expressionOf(
      random.map(({ column }) => column),
      BOOLEAN,
      3,
    ),
    { nil: undefined },
  )

function reduceCase(kind: 'register' | 'vector' | 'scatter', codes?: 'ordinal'): fc.Arbitrary<Case> {
  return randomColumns.chain((random) => {
    const columns = random.map(({ column }) => column)
    return fc
      .record({
        predicate: predicateOf(random),
        accumulators: fc.array(accumulatorOf(columns), { maxLength: 4 }),
        shape: shapeOf,
        group: fc.integer({ min: 0, max: 3 }),
        codes: fc.array(fc.integer({ min: -2, max: 20 }), { minLength: cellsMax * 4, maxLength: cellsMax * 4 }),
      })
      .map(({ predicate, accumulators, shape, group, codes: table }) => ({
        random,
        nest: {
          columns,
          predicate,
          sink: { kind: 'reduce', shape: kind, accumulators: [rowCount, ...accumulators], codes },
        },
        task: { ...taskOf(random, shape), group, groups: maxGroups, codes: Int32Array.from(table) },
      }))
  })
}

function taskOf(random: readonly RandomColumn[], { rows, runs: pieces }: Shape): Task {
  return { columns: random.map(({ place }) => place), rows, runs: pieces, groups: 0 }
}

/** Runs the case; undefined where it has no code, which must be rare: see the last test. */
function compiled(nest: Nest): CompiledNest {
  const result = compileNest(nest, builtins)
  assert.ok(result, 'this nest has code')
  return result
}

function checkReduce({ random, nest, task }: Case, groupOf: (visit: Visit) => number): void {
  const body = compiled(nest)
  const outcome = runBody(body, task)
  const { groups, errorAt } = expectedOf(nest, columnsOf(random), task, groupOf)
  assert.equal(outcome.error !== undefined, errorAt !== undefined, `error: ${outcome.error}`)
  if (errorAt) {
    assert.deepEqual(outcome.errorAt, errorAt)
    return
  }
  const accumulators = nest.sink.kind === 'reduce' ? nest.sink.accumulators : []
  for (let group = 0; group < maxGroups; group++) {
    const expected = groups.get(group) ?? { rows: 0, values: accumulators.map(() => []) }
    assert.equal(outcome.fields[0]?.[group], BigInt(expected.rows), `rows of group ${group}`)
    checkGroup(body, accumulators, outcome, group, expected)
  }
}

function checkGroup(
  { fields }: CompiledNest,
  accumulators: readonly Accumulator[],
  outcome: Outcome,
  group: number,
  expected: Group,
): void {
  accumulators.forEach((accumulator, i) => {
    const state = fields.flatMap((field, k) => (field.accumulator === i ? [outcome.fields[k]?.[group]] : []))
    const values = (expected.values[i] ?? []).map(([value]) => value as Value)
    assertState(accumulator, state as (number | bigint)[], values, `${accumulator.aggregate} of group ${group}`)
  })
}

function assertState(
  { aggregate, argTypes: [type] }: Accumulator,
  state: (number | bigint)[],
  values: Value[],
  what: string,
) {
  const numbers = values.map((value) => (typeof value === 'boolean' ? Number(value) : value)) as (number | bigint)[]
  const [first] = state
  switch (aggregate) {
    case 'count':
      return assert.equal(first, BigInt(values.length), what)
    case '$total':
      if (type && isFloat(type)) return near(first as number, numbers as number[], sumOf(numbers as number[]), what)
      return assert.equal(
        (state[1] as bigint) * 2n ** 64n + (first as bigint),
        numbers.reduce((sum: bigint, value) => sum + BigInt(value), 0n),
        what,
      )
    case '$min':
    case '$max': {
      if (numbers.length === 0) return undefined
      const sign = aggregate === '$min' ? 1 : -1
      const best = numbers.reduce((a, b) => (compareValues(b, a) * sign < 0 ? b : a))
      const stored = type?.kind === 'uint64' ? BigInt.asUintN(64, first as bigint) : first
      return assert.ok(
        compareValues(typeof best === 'number' ? Number(stored) : (stored as Value), best) === 0,
        `${what}: ${first}, ${best}`,
      )
    }
    case 'any_value': {
      const [wanted] = numbers
      if (wanted === undefined) return assert.equal(state[1], 0, what)
      assert.equal(state[1], 1, what)
      // Lanes look at cells out of order; any value will do where order is not asked for.
      return undefined
    }
    case '$moments':
      return assertMoments(state as number[], numbers.map(Number), what)
    default:
      throw new Error(aggregate)
  }
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

function near(actual: number, numbers: readonly number[], expected: number, what: string): void {
  const magnitude = numbers.reduce((sum, value) => sum + Math.abs(value), 0)
  if (!Number.isFinite(magnitude)) return
  assert.ok(Math.abs(actual - expected) <= 1e-12 * magnitude, `${what}: ${actual}, ${expected}`)
}

function assertMoments([n, mean, m2]: number[], numbers: readonly number[], what: string): void {
  assert.equal(n, numbers.length, what)
  if (numbers.length === 0 || numbers.some((value) => !(Math.abs(value) < 1e15))) return
  const expected = sumOf(numbers) / numbers.length
  const largest = Math.max(...numbers.map(Math.abs))
  assert.ok(Math.abs((mean as number) - expected) <= 1e-12 * largest, `${what}: mean ${mean}, ${expected}`)
  const squares = sumOf(numbers.map((value) => (value - expected) ** 2))
  assert.ok(Math.abs((m2 as number) - squares) <= 1e-9 * largest ** 2, `${what}: m2 ${m2}, ${squares}`)
}

test('register: every cell goes to the group of its run', () => {
  fc.assert(
    fc.property(reduceCase('register'), (one) => {
      checkReduce(one, ({ rowCode, runCode }) => (one.task.group ?? 0) + rowCode + runCode)
    }),
    runs,
  )
})

test('vector: cells of a run go to consecutive groups', () => {
  fc.assert(
    fc.property(reduceCase('vector'), (one) => {
      checkReduce(
        one,
        ({ rowCode, runCode, cell, runStart }) => (one.task.group ?? 0) + rowCode + runCode + cell - runStart,
      )
    }),
    runs,
  )
})

test('scatter: each cell has a code, negative ones are passed over', () => {
  fc.assert(
    fc.property(reduceCase('scatter'), (one) => {
      checkReduce(one, ({ rowCode, cell }) => {
        const code = one.task.codes?.[cell] as number
        return code < 0 ? -1 : (one.task.group ?? 0) + rowCode + code
      })
    }),
    runs,
  )
})

test('scatter by ordinal: codes are read in the order of the cells', () => {
  fc.assert(
    fc.property(reduceCase('scatter', 'ordinal'), (one) => {
      checkReduce(one, ({ rowCode, ordinal }) => {
        const code = one.task.codes?.[ordinal] as number
        return code < 0 ? -1 : (one.task.group ?? 0) + rowCode + code
      })
    }),
    runs,
  )
})

const valuesOf = (field: NumericArray): (number | bigint)[] => Array.from<number | bigint>(field)

test('lanes and scalars give the same: runs of up to three cells never enter the lanes', () => {
  fc.assert(
    fc.property(reduceCase('vector'), (one) => {
      const whole = runBody(compiled(one.nest), one.task)
      const pieces = one.task.runs.flatMap(([first, cells, code]) =>
        Array.from({ length: cells }, (_, i): [number, number, number] => [first + i, 1, code + i]),
      )
      const single = runBody(compiled(one.nest), { ...one.task, runs: pieces })
      assert.equal(whole.error, single.error)
      // As values: the bits of a NaN may be others.
      if (whole.error === undefined) assert.deepEqual(whole.fields.map(valuesOf), single.fields.map(valuesOf))
      else assert.deepEqual(whole.errorAt, single.errorAt)
    }),
    runs,
  )
})

test('select: positions of the active cells, in order', () => {
  const cases = randomColumns.chain((random) =>
    fc.record({
      random: fc.constant(random),
      predicate: predicateOf(random),
      shape: shapeOf,
      group: fc.integer({ min: 0, max: 9 }),
      step: fc.integer({ min: 1, max: 3 }),
    }),
  )
  fc.assert(
    fc.property(cases, ({ random, predicate, shape, group, step }) => {
      const nest: Nest = { columns: random.map(({ column }) => column), predicate, sink: { kind: 'select' } }
      const task: Task = { ...taskOf(random, shape), group, step, out: 4 * cellsMax * 4 }
      const outcome = runBody(compiled(nest), task)
      const columns = columnsOf(random)
      const { errorAt } = expectedOf(nest, columns, task, () => 0)
      assert.equal(outcome.error !== undefined, errorAt !== undefined)
      if (errorAt) return assert.deepEqual(outcome.errorAt, errorAt)
      const expected = [...visits(task)]
        .filter((visit) => !predicate || evaluate(predicate, cellOf(columns, visit)) === true)
        .map(({ rowCode, runCode, cell, runStart }) => group + rowCode + runCode + (cell - runStart) * step)
      assert.equal(outcome.count, expected.length)
      assert.deepEqual([...new Int32Array(outcome.out, 0, expected.length)], expected)
    }),
    runs,
  )
})

test('keys: a record of words per active cell', () => {
  const cases = randomColumns.chain((random) => {
    const columns = random.map(({ column }) => column)
    const key = fc.constantFrom(...columns.map(({ type }) => type)).chain((type) => expressionOf(columns, type, 2))
    return fc.record({
      random: fc.constant(random),
      predicate: predicateOf(random),
      shape: shapeOf,
      keys: fc.array(key, { minLength: 1, maxLength: 3 }),
    })
  })
  fc.assert(
    fc.property(cases, ({ random, predicate, shape, keys }) => {
      const nest: Nest = { columns: random.map(({ column }) => column), predicate, sink: { kind: 'keys', keys } }
      const width = keyWords(keys.length)
      const all = [...visits({ ...taskOf(random, shape) })]
      const task: Task = { ...taskOf(random, shape), codes: new Int32Array(all.length), out: all.length * width * 8 }
      const outcome = runBody(compiled(nest), task)
      if (outcome.error !== undefined) return
      const words = new BigInt64Array(outcome.out)
      const columns = columnsOf(random)
      for (const visit of all) {
        const cell = cellOf(columns, visit)
        const active = !predicate || evaluate(predicate, cell) === true
        assert.equal(outcome.codes[visit.ordinal], active ? 0 : -1)
        if (!active) continue
        const values = keys.map((key) => evaluate(key, cell))
        const nulls = values.reduce((bits: bigint, value, i) => (value === null ? bits | (1n << BigInt(i)) : bits), 0n)
        const record = words.subarray(visit.ordinal * width, (visit.ordinal + 1) * width)
        assert.deepEqual(
          [...record],
          [nulls, ...values.map((value, i) => keyWord(value, isFloat(keys[i]?.type ?? BOOLEAN)))],
        )
      }
    }),
    runs,
  )
})

function keyWord(value: Value, float: boolean): bigint {
  if (value === null) return 0n
  if (!float) return BigInt.asIntN(64, BigInt(value as number))
  const number = Number(value)
  return new BigInt64Array(Float64Array.of(Number.isNaN(number) ? Number.NaN : number + 0).buffer)[0] as bigint
}

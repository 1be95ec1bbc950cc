import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { accumulatorOf } from '../../src/function/accumulate.js'
import { compareValues, equalValues } from '../../src/function/order.js'
import { builtins } from '../../src/function/registry.js'
import type { Expression } from '../../src/model/expression.js'
import { FLOAT32, FLOAT64, INT32, INT64, NULL, type Type, VARCHAR, type Value } from '../../src/model/type.js'
import { allTypes, nullable, valueFor } from './arbitrary.js'
import { describe, signaturesOf } from './signatures.js'

function accumulatorFor(name: string, args: readonly Type[], distinct = false) {
  const definition = builtins.aggregateFunction(name)
  const signature = definition?.resolve(args.map((type) => ({ type })))
  if (!signature) throw new Error(`${name} does not take ${args.map(({ kind }) => kind)}`)
  const columns = signature.args.map((type): Expression => ({ kind: 'literal', type, value: null }))
  return accumulatorOf({ aggregate: name, args: columns, type: signature.result, distinct }, builtins)
}

function over(name: string, type: Type, values: readonly Value[], distinct = false): Value {
  const accumulator = accumulatorFor(name, [type], distinct)
  return accumulator.finalize(
    values.reduce<unknown>((state, value) => accumulator.update(state, value), accumulator.init()),
  )
}

test('no rows: count is 0, all else NULL', () => {
  for (const { name, resolve } of builtins.aggregates) {
    const [signature] = signaturesOf({ resolve }, allTypes, 2)
    assert.ok(signature, name)
    const accumulator = accumulatorFor(name, signature.args)
    const expected = name === 'regr_count' ? 0 : name === 'count' ? 0n : null
    assert.equal(accumulator.finalize(accumulator.init()), expected, name)
  }
})

test('sums of integers are exact, and fail only where the result does not fit', () => {
  const most = 2n ** 63n - 1n
  assert.equal(over('sum', INT64, [most, most, -most, -5n]), most - 5n)
  assert.throws(() => over('sum', INT64, [most, 1n]), /overflow in sum/)
  assert.equal(over('avg', INT64, [most, most]), Number(most))
  assert.equal(over('avg', { kind: 'uint64' }, [2n ** 64n - 1n, 2n ** 64n - 1n]), 2 ** 64)
  assert.equal(over('sum', INT32, [2147483647, 2147483647, null]), 4294967294n)
})

test('NaN is the greatest of floats', () => {
  assert.equal(over('min', FLOAT64, [Number.NaN, 3, null, 1]), 1)
  assert.ok(Number.isNaN(over('max', FLOAT64, [1, Number.NaN, 3])))
  assert.ok(Number.isNaN(over('min', FLOAT32, [Number.NaN, Number.NaN])))
  assert.equal(over('min', FLOAT64, [Number.POSITIVE_INFINITY]), Number.POSITIVE_INFINITY)
})

test('extremes of text, by code point', () => {
  assert.equal(over('max', VARCHAR, ['\u{1f600}', '\ue000', 'a', null]), '\u{1f600}')
  assert.equal(over('min', VARCHAR, ['b', 'a', 'B']), 'B')
})

test('variance does not cancel', () => {
  const shifted = [4, 7, 13, 16].map((value) => value + 1e9)
  assert.equal(over('var_samp', FLOAT64, shifted), 30)
  assert.equal(over('var_pop', INT32, [4, 7, 13, 16]), 22.5)
  assert.equal(over('stddev_samp', FLOAT64, [1]), null)
  assert.equal(over('stddev_pop', FLOAT64, [1]), 0)
})

test('quantiles interpolate as DuckDB does', () => {
  const cont = accumulatorFor('quantile_cont', [FLOAT32, FLOAT64])
  const state = [1.1, 2.7, 9.3].reduce<unknown>((s, x) => cont.update(s, Math.fround(x), 0.3), cont.init())
  assert.equal(cont.finalize(state), 2.059999942779541)
  assert.equal(over('median', FLOAT32, [1, 2.5]), 1.75)
  assert.equal(over('median', INT64, [1n, 2n, null]), 1.5)
  assert.equal(over('median', FLOAT64, [1, Number.NaN, 2]), 2)
  assert.equal(over('median', FLOAT64, [-1e308, 1.7e308]), 3.4999999999999996e307)
  assert.equal(over('median', { kind: 'boolean' }, [true, false]), false)
  assert.equal(over('median', VARCHAR, ['b', 'a']), 'a')
  assert.equal(over('median', { kind: 'timestamp' }, [1577836800000000n, 1577923200000000n]), 1577880000000000n)
})

test('a quantile of many values is that of the sorted ones', () => {
  const values = fc.array(fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double()), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(values, fc.double({ min: 0, max: 1, noNaN: true }), (items, fraction) => {
      const disc = accumulatorFor('quantile_disc', [FLOAT64, FLOAT64])
      const state = items.reduce<unknown>((s, x) => disc.update(s, x, fraction), disc.init())
      const sorted = [...items].sort(compareValues)
      const rank = Math.max(1, sorted.length - Math.floor(sorted.length - fraction * sorted.length))
      const wanted = sorted[rank - 1] as number
      assert.ok(equalValues(disc.finalize(state), wanted))
    }),
  )
})

test('of equal keys the first row counts', () => {
  const accumulator = accumulatorFor('arg_max', [INT32, FLOAT64])
  const rows: readonly Value[][] = [
    [1, 2],
    [2, 7],
    [null, 9],
    [3, 7],
    [4, null],
  ]
  const state = rows.reduce<unknown>((s, row) => accumulator.update(s, ...row), accumulator.init())
  assert.equal(accumulator.finalize(state), 2)
  assert.equal(over('first', INT32, [null, 1]), null)
  assert.equal(over('mode', INT32, [3, 2, 2, 3, 1]), 3)
})

test('infinite values have no variance', () => {
  assert.throws(() => over('stddev_samp', FLOAT64, [1, Number.POSITIVE_INFINITY]), /stddev_samp is out of range/)
  assert.equal(over('var_pop', FLOAT64, [Number.POSITIVE_INFINITY]), 0)
})

test('DISTINCT counts values once', () => {
  assert.equal(over('count', FLOAT64, [1, 1, Number.NaN, Number.NaN, 0, -0, null], true), 3n)
  assert.equal(over('sum', INT32, [1, 1, 2], true), 3n)
  assert.equal(over('count', NULL, [null]), 0n)
})

const sameWithin = (a: Value, b: Value): boolean =>
  Object.is(a, b) ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameWithin(item, b[i]))) ||
  (a === 0 && b === 0) ||
  (typeof a === 'number' && typeof b === 'number' && Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b)))

// However rows are split between tasks, and whichever way states travel, the answer stays.
for (const { name, resolve } of builtins.aggregates) {
  test(`merging ${name}`, () => {
    for (const signature of signaturesOf({ resolve }, allTypes, 2)) {
      for (const distinct of [false, true]) {
        const accumulator = accumulatorFor(name, signature.args, distinct)
        const row = fc.tuple(...signature.args.map((type, k) => constantArgument(name, k) ?? nullable(moderate(type))))
        const whole = (rows: readonly Value[][]) =>
          rows.reduce<unknown>((state, values) => accumulator.update(state, ...values), accumulator.init())
        fc.assert(
          fc.property(fc.array(row, { maxLength: 8 }), fc.nat(8), (rows, at) => {
            const [left, right] = [whole(rows.slice(0, at)), whole(rows.slice(at))]
            const sent = accumulator.deserialize(structuredClone(accumulator.serialize(right)))
            const [one, two] = [whole(rows), accumulator.merge(left, sent)].map((state) => accumulator.finalize(state))
            const label = `${describe(name, signature)}: ${String(one)}, ${String(two)}`
            assert.ok(sameWithin(one as Value, two as Value), label)
          }),
          { numRuns: 40 },
        )
      }
    }
  })
}

/** Arguments that do not vary from row to row. */
function constantArgument(name: string, index: number): fc.Arbitrary<Value> | undefined {
  if (index === 0) return undefined
  if (name.startsWith('quantile')) return fc.constant(0.3)
  return name === 'string_agg' ? fc.constant('-') : undefined
}

/** Values whose sums neither overflow nor cancel to noise. */
function moderate(type: Type): fc.Arbitrary<Value> {
  if (type.kind === 'float32' || type.kind === 'float64') return fc.integer({ min: 1, max: 4000 }).map((n) => n / 4)
  if (type.kind === 'int64' || type.kind === 'uint64') return fc.bigInt({ min: 0n, max: 1000000n })
  return valueFor(type)
}

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accumulatorFor } from '../../src/function/accumulate.js'
import { defineAggregate, defineFunction } from '../../src/function/define.js'
import { interpret } from '../../src/function/interpret.js'
import { createRegistry } from '../../src/function/registry.js'
import { isChunkQLError } from '../../src/model/error.js'
import type { Expression } from '../../src/model/expression.js'
import { FLOAT64, INT32, INT64, type Type, type Value } from '../../src/model/type.js'
import { valueAt } from '../../src/model/vector.js'

const double = defineFunction({
  name: 'twice',
  args: ['DOUBLE'],
  returns: 'DOUBLE',
  overloads: [{ args: ['VARCHAR'], returns: 'VARCHAR' }],
  evaluate: (x: number | string) => (typeof x === 'string' ? x + x : 2 * x),
})

const range = defineAggregate({
  name: 'spread_of',
  args: ['DOUBLE'],
  returns: 'DOUBLE',
  init: () => ({ lo: Number.POSITIVE_INFINITY, hi: Number.NEGATIVE_INFINITY }),
  update: ({ lo, hi }, x) => ({ lo: Math.min(lo, x), hi: Math.max(hi, x) }),
  merge: (a, b) => ({ lo: Math.min(a.lo, b.lo), hi: Math.max(a.hi, b.hi) }),
  finalize: ({ lo, hi }) => (lo > hi ? undefined : hi - lo),
})

const registry = createRegistry({ scalars: [double], aggregates: [range] })

function valueOfCall(name: string, type: Type, ...args: Expression[]): Value {
  const call: Expression = { kind: 'call', function: name, args, type }
  return valueAt(
    interpret(
      call,
      () => {
        throw new Error('no columns')
      },
      1,
      registry,
    ),
    0,
  )
}

test('functions of users are called by name, in any case', () => {
  assert.equal(registry.scalarFunction('TWICE'), double)
  assert.equal(valueOfCall('twice', FLOAT64, { kind: 'literal', type: FLOAT64, value: 2.5 }), 5)
  assert.equal(valueOfCall('twice', FLOAT64, { kind: 'literal', type: FLOAT64, value: null }), null)
})

test('their types are resolved as those of others', () => {
  assert.deepEqual(double.resolve([{ type: INT32 }]), { args: [FLOAT64], result: FLOAT64 })
  assert.equal(double.resolve([{ type: { kind: 'varchar' } }])?.result.kind, 'varchar')
  assert.equal(double.resolve([{ type: { kind: 'date' } }]), undefined)
})

test('aggregates of users leave NULLs out and merge', () => {
  const accumulator = accumulatorFor(range as never, { args: [FLOAT64], result: FLOAT64 }, registry)
  const one = [3, null, 9].reduce<unknown>((state, x) => accumulator.update(state, x), accumulator.init())
  const two = accumulator.update(accumulator.init(), 1)
  assert.equal(accumulator.finalize(accumulator.merge(one, two)), 8)
  assert.equal(accumulator.finalize(accumulator.init()), null)
})

test('what they return is checked', () => {
  const wrong = defineFunction({ name: 'wrong', args: ['BIGINT'], returns: 'TINYINT', evaluate: () => 300 })
  const run = wrong.evaluate({ args: [INT64], result: { kind: 'int8' } })
  assert.throws(() => run(1n), /wrong returned number 300, which is no TINYINT/)
  const whole = defineFunction({ name: 'whole', args: [], returns: 'BIGINT', evaluate: () => 12 })
  assert.equal(whole.evaluate({ args: [], result: INT64 })(), 12n)
  const thrower = defineFunction({
    name: 'thrower',
    args: [],
    returns: 'DOUBLE',
    evaluate: () => {
      throw new RangeError('no such angle')
    },
  })
  assert.throws(() => thrower.evaluate({ args: [], result: FLOAT64 })(), /thrower failed: no such angle/)
})

test('wrong definitions say what is wrong', () => {
  const define = (changes: object) => () =>
    defineFunction({ name: 'f', args: ['DOUBLE'], returns: 'DOUBLE', evaluate: (x: number) => x, ...changes })
  assert.throws(define({ name: 'a b' }), /its name is a word/)
  assert.throws(define({ evaluate: 3 }), /evaluate is a function, not number/)
  assert.throws(define({ args: 'DOUBLE' }), /args is an array/)
  assert.throws(
    define({ returns: 'DUOBLE' }),
    (error) => isChunkQLError(error) && /Did you mean DOUBLE/.test(error.hint ?? ''),
  )
  assert.throws(
    () =>
      createRegistry({
        scalars: [
          { ...double, name: 'sqrt' },
          { ...double, name: 'SQRT' },
        ],
      }),
    /a function named/,
  )
  assert.throws(
    () => createRegistry({ scalars: [{ ...double, name: 'sum' }] }),
    /there is a function named sum already/,
  )
})

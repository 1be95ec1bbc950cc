import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fold } from '../../src/function/fold.js'
import { interpret } from '../../src/function/interpret.js'
import { builtins } from '../../src/function/registry.js'
import { ChunkQLError, isChunkQLError } from '../../src/model/error.js'
import type { Expression } from '../../src/model/expression.js'
import { BOOLEAN, FLOAT64, INT32, INT64, NULL, type Type, VARCHAR, type Value } from '../../src/model/type.js'
import { type Vector, valueAt, vectorOf } from '../../src/model/vector.js'
import { allTypes, nullable, valueFor } from './arbitrary.js'
import { describe, signaturesOf } from './signatures.js'

const column = (type: Type, id = 0): Expression => ({
  kind: 'column',
  column: id,
  name: `c${id}`,
  nullable: true,
  type,
})
const literal = (type: Type, value: Value): Expression => ({ kind: 'literal', type, value })
const call = (name: string, type: Type, ...args: Expression[]): Expression => ({
  kind: 'call',
  function: name,
  args,
  type,
})

function rows(expression: Expression, ...columns: Vector[]): Value[] {
  const length = columns[0]?.length ?? 1
  const vector = interpret(expression, (id) => columns[id] as Vector, length)
  assert.equal(vector.length, length)
  return Array.from({ length }, (_, row) => valueAt(vector, row))
}

const a = column(INT32)
const numbers = vectorOf(INT32, [1, null, 0, 5])
const isPositive = call('>', BOOLEAN, a, literal(INT32, 0))

test('CASE evaluates a branch only for the rows that take it', () => {
  const overflow = call('*', INT32, a, literal(INT32, 2147483647))
  const guarded: Expression = {
    kind: 'case',
    branches: [{ when: call('<', BOOLEAN, a, literal(INT32, 2)), result: overflow }],
    otherwise: literal(INT32, null),
    type: INT32,
  }
  assert.deepEqual(rows(guarded, numbers), [2147483647, null, 0, null])
  assert.throws(() => rows(overflow, numbers), /overflow in multiplication of INTEGER \(5 \* 2147483647\)/)
})

test('AND and OR do not evaluate what is decided', () => {
  const fails = call('>', BOOLEAN, call('+', INT32, a, literal(INT32, 2147483643)), literal(INT32, 0))
  const below = call('<', BOOLEAN, a, literal(INT32, 5))
  assert.deepEqual(rows(call('and', BOOLEAN, below, fails), numbers), [true, null, true, false])
  assert.deepEqual(rows(call('or', BOOLEAN, call('not', BOOLEAN, below), fails), numbers), [true, null, true, true])
  assert.throws(() => rows(call('and', BOOLEAN, fails, below), numbers), ChunkQLError)
})

test('rows that are NULL raise no errors', () => {
  const values = { ...vectorOf(INT32, [1, null, 2]), values: Int32Array.of(1, 2147483647, 2) }
  assert.deepEqual(rows(call('+', INT32, a, literal(INT32, 1)), values), [2, null, 3])
})

test('IN knows NULL and NaN', () => {
  const x = column(FLOAT64)
  const values = vectorOf(FLOAT64, [1, Number.NaN, null, -0, 7])
  const among = (list: readonly Value[]): Expression => ({ kind: 'in', arg: x, values: list, type: BOOLEAN })
  assert.deepEqual(rows(among([1, Number.NaN, 0]), values), [true, true, null, true, false])
  assert.deepEqual(rows(among([1, null]), values), [true, null, null, null, null])
  assert.deepEqual(rows(among([]), values), [false, false, null, false, false])
})

test('constants stand for all rows', () => {
  assert.deepEqual(rows(literal(VARCHAR, 'x'), numbers), ['x', 'x', 'x', 'x'])
  assert.deepEqual(rows(call('+', INT32, literal(INT32, 1), literal(INT32, 1)), numbers), [2, 2, 2, 2])
  assert.deepEqual(rows(call('+', INT32, a, literal(INT32, null)), numbers), [null, null, null, null])
})

test('no rows raise no errors', () => {
  const never = call('+', INT32, literal(INT32, 2147483647), literal(INT32, 1))
  assert.equal(interpret(never, () => numbers, 0).length, 0)
})

test('TRY_CAST gives NULL for what fails', () => {
  const attempt: Expression = { kind: 'cast', arg: column(VARCHAR), type: INT64, attempt: true }
  assert.deepEqual(rows(attempt, vectorOf(VARCHAR, ['1', 'x', null])), [1n, null, null])
})

test('errors carry the place in the query', () => {
  const span = { start: 3, end: 9 }
  const failing: Expression = { ...call('+', INT32, a, literal(INT32, 2147483647)), span }
  assert.throws(
    () => rows(failing, numbers),
    (error) => isChunkQLError(error) && error.span === span,
  )
})

test('folding computes constants and leaves errors alone', () => {
  const sum = call('+', INT32, literal(INT32, 1), literal(INT32, 2))
  const folded = fold(call('>', BOOLEAN, a, sum))
  assert.deepEqual(folded, { ...isPositive, args: [a, { ...literal(INT32, 3), span: undefined }] })
  const failing = call('+', INT32, literal(INT32, 2147483647), literal(INT32, 1))
  assert.deepEqual(fold(failing), failing)
  const never: Expression = { kind: 'in', arg: literal(NULL, null), values: [], type: BOOLEAN }
  assert.deepEqual(fold(never), { ...literal(BOOLEAN, null), span: undefined })
})

// The batch way and the row way of every function agree: loops, masks and constants change nothing.
for (const { name, resolve, nulls, evaluate } of builtins.scalars) {
  test(`batches of ${name}`, () => {
    for (const signature of signaturesOf({ resolve }, allTypes, 2)) {
      const { args, result } = signature
      const run = evaluate(signature)
      const expected = (values: readonly Value[]): Value | Error => {
        if (nulls !== 'own' && values.includes(null)) return null
        try {
          return run(...values)
        } catch (error) {
          return error as Error
        }
      }
      const row = fc.tuple(...args.map((type) => nullable(valueFor(type))))
      fc.assert(
        fc.property(fc.array(row, { minLength: 1, maxLength: 4 }), fc.boolean(), (table, constant) => {
          const columns = args.map((type, k) =>
            vectorOf(
              type,
              table.map((values) => values[k] as Value),
            ),
          )
          const operands = args.map((type, k) =>
            constant && k === 1 ? literal(type, table[0]?.[1] as Value) : column(type, k),
          )
          const wanted = table.map((values) =>
            expected(values.map((value, k) => (constant && k === 1 ? (table[0]?.[1] as Value) : value))),
          )
          const batch = call(name, result, ...operands)
          if (wanted.some((value) => value instanceof Error)) {
            assert.throws(() => rows(batch, ...columns), ChunkQLError, describe(name, signature))
          } else if (args.length > 0) {
            assert.deepEqual(rows(batch, ...columns), wanted, describe(name, signature))
          }
        }),
        { numRuns: 40 },
      )
    }
  })
}

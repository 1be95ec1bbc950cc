// Bounds are sound: what a function gives over values of intervals lies in what its bounds promise.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { boundsOf } from '../../src/function/bounds.js'
import { canCast } from '../../src/function/cast.js'
import type { Signature } from '../../src/function/definition.js'
import { interpret } from '../../src/function/interpret.js'
import { intervalOfRows } from '../../src/function/interval-rows.js'
import { compareValues } from '../../src/function/order.js'
import { builtins } from '../../src/function/registry.js'
import { calendarNames } from '../../src/model/calendar.js'
import { isChunkQLError } from '../../src/model/error.js'
import type { Expression } from '../../src/model/expression.js'
import { type Interval, truth } from '../../src/model/interval.js'
import { calendarType, INTERVAL, type Type, type Value } from '../../src/model/type.js'
import { valueAt, vectorOf } from '../../src/model/vector.js'
import { allTypes, codeTypes, holds, intervalOf } from './arbitrary.js'
import { describe, signaturesOf } from './signatures.js'

const column = (type: Type, id: number): Expression => ({
  kind: 'column',
  column: id,
  name: `c${id}`,
  nullable: true,
  type,
})

function valueWith(expression: Expression, types: readonly Type[], values: readonly Value[]): Value | undefined {
  try {
    const columns = types.map((type, id) => vectorOf(type, [values[id] ?? null]))
    return valueAt(
      interpret(expression, (id) => columns[id] as never, 1),
      0,
    )
  } catch (error) {
    if (isChunkQLError(error) && error.code === 'value') return undefined
    throw error
  }
}

/** Every combination of the values that gave the intervals must lie in the bounds. */
function checkSound(name: string, expression: Expression, types: readonly Type[]): void {
  fc.assert(
    fc.property(fc.tuple(...types.map(intervalOf)), (args) => {
      const bounds = boundsOf(expression, (id) => args[id]?.interval as Interval)
      for (const values of combinations(args.map((arg) => arg.values))) {
        const value = valueWith(expression, types, values)
        if (value === undefined) continue
        const shown = JSON.stringify(bounds, (_, item) => (typeof item === 'bigint' ? `${item}n` : item))
        assert.ok(
          holds(bounds, value),
          `${name} of ${values.map(String).join(', ')} is ${String(value)}, not in ${shown}`,
        )
        if (types.length > 0 && expression.type.kind === 'boolean') assert.ok(value === true || !truth(bounds).certain)
      }
    }),
    { numRuns: 100 },
  )
}

function combinations(lists: readonly (readonly Value[])[]): Value[][] {
  return lists.reduce<Value[][]>((heads, list) => heads.flatMap((head) => list.map((item) => [...head, item])), [[]])
}

const calendars = calendarNames.map(calendarType)

const call = (name: string, { args, result }: Signature): Expression => ({
  kind: 'call',
  function: name,
  args: args.map(column),
  type: result,
})

for (const { name, resolve, bounds } of builtins.scalars) {
  if (!bounds) continue
  test(`bounds of ${name}`, () => {
    const signatures = signaturesOf({ resolve }, [...allTypes, ...calendars, INTERVAL], 2)
    assert.ok(signatures.length > 0)
    for (const signature of signatures) checkSound(describe(name, signature), call(name, signature), signature.args)
  })
}

test('bounds of rows', () => {
  for (const type of [...allTypes, ...calendars, INTERVAL]) {
    fc.assert(
      fc.property(intervalOf(type), ({ values }) => {
        const bounds = intervalOfRows(vectorOf(type, values), 0, values.length)
        for (const value of values) assert.ok(holds(bounds, value), `${type.kind} ${values.map(String).join(', ')}`)
        for (const end of [bounds.lo, bounds.hi]) {
          assert.ok(bounds.empty || values.some((value) => compareValues(value, end as Value) === 0))
        }
      }),
      { numRuns: 300 },
    )
  }
})

test('bounds of casts', () => {
  for (const from of allTypes) {
    for (const to of codeTypes) {
      if (!canCast(from, to)) continue
      const arg = column(from, 0)
      checkSound(`cast ${from.kind} as ${to.kind}`, { kind: 'cast', arg, type: to }, [from])
      checkSound(`try_cast ${from.kind} as ${to.kind}`, { kind: 'cast', arg, type: to, attempt: true }, [from])
    }
  }
})

test('bounds of CASE and IN', () => {
  const int: Type = { kind: 'int32' }
  const boolean: Type = { kind: 'boolean' }
  const branching: Expression = {
    kind: 'case',
    branches: [
      { when: column(boolean, 0), result: column(int, 1) },
      { when: column(boolean, 2), result: column(int, 3) },
    ],
    otherwise: { kind: 'literal', type: int, value: null },
    type: int,
  }
  checkSound('case', branching, [boolean, int, boolean, int])
  const float: Type = { kind: 'float64' }
  for (const values of [[1, 2.5], [Number.NaN, 0], [null, 1], [null], []]) {
    checkSound('in', { kind: 'in', arg: column(float, 0), values, type: boolean }, [float])
  }
})

test('bounds decide what they can', () => {
  const int: Type = { kind: 'int32' }
  const [a, b] = [column(int, 0), column(int, 1)]
  const known = (lo: number, hi: number): Interval => ({ lo, hi, mayBeNull: false, mayBeNaN: false })
  const verdict = (name: string, x: Interval, y: Interval) =>
    truth(
      boundsOf({ kind: 'call', function: name, args: [a, b], type: { kind: 'boolean' } }, (id) => (id === 0 ? x : y)),
    )
  assert.deepEqual(verdict('<', known(1, 5), known(6, 9)), { possible: true, certain: true })
  assert.deepEqual(verdict('<', known(1, 6), known(6, 9)), { possible: true, certain: false })
  assert.deepEqual(verdict('<=', known(1, 6), known(6, 9)), { possible: true, certain: true })
  assert.deepEqual(verdict('>', known(1, 5), known(5, 9)), { possible: false, certain: false })
  assert.deepEqual(verdict('=', known(1, 5), known(6, 9)), { possible: false, certain: false })
  assert.deepEqual(verdict('=', known(4, 4), known(4, 4)), { possible: true, certain: true })
  assert.deepEqual(verdict('<>', known(4, 4), known(4, 4)), { possible: false, certain: false })
  const sum: Expression = { kind: 'call', function: '+', args: [a, b], type: int }
  assert.deepEqual(
    boundsOf(sum, () => known(2, 3)),
    known(4, 6),
  )
})

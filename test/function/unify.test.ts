import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Argument } from '../../src/function/definition.js'
import {
  arithmeticType,
  canCastImplicitly,
  commonType,
  commonTypeOf,
  comparisonType,
} from '../../src/function/unify.js'
import { NULL, type TypeKind, VARCHAR, type Value } from '../../src/model/type.js'

const column = (kind: TypeKind): Argument => ({ type: { kind } })
const number = (literal: Value, kind: TypeKind): Argument => ({ type: { kind }, literal, adaptable: true })
const text = (literal: string): Argument => ({ type: VARCHAR, literal })

// Each line as DuckDB 1.5 answers, but for BIGINT in place of HUGEINT and DOUBLE in place of DECIMAL.
test('integers of different signs meet in a type that holds both', () => {
  const meet = (a: TypeKind, b: TypeKind) => commonType(column(a), column(b))?.kind
  assert.equal(meet('int8', 'uint8'), 'int16')
  assert.equal(meet('uint16', 'int8'), 'int32')
  assert.equal(meet('int32', 'uint8'), 'int32')
  assert.equal(meet('int16', 'uint32'), 'int64')
  assert.equal(meet('int64', 'uint64'), 'int64')
  assert.equal(meet('uint8', 'uint64'), 'uint64')
})

test('arithmetic over signs that do not fit is BIGINT', () => {
  const meet = (a: TypeKind, b: TypeKind) => arithmeticType(column(a), column(b))?.kind
  assert.equal(meet('int8', 'uint8'), 'int64')
  assert.equal(meet('int16', 'uint8'), 'int16')
  assert.equal(meet('int8', 'int8'), 'int8')
  assert.equal(meet('int64', 'float32'), 'float32')
  assert.equal(meet('float32', 'float64'), 'float64')
  assert.equal(meet('boolean', 'int32'), undefined)
  assert.equal(meet('varchar', 'int32'), undefined)
})

test('numbers of the query take the type of what they meet, where they fit', () => {
  const meet = (a: Argument, b: TypeKind) => arithmeticType(a, column(b))?.kind
  assert.equal(meet(number(1, 'int32'), 'int8'), 'int8')
  assert.equal(meet(number(1000, 'int32'), 'int8'), 'int32')
  assert.equal(meet(number(-1, 'int32'), 'uint8'), 'int32')
  assert.equal(meet(number(3000000000n, 'int64'), 'uint32'), 'uint32')
  assert.equal(meet(number(1.5, 'float64'), 'float32'), 'float32')
  assert.equal(meet(number(1e300, 'float64'), 'float32'), 'float64')
  assert.equal(meet(number(1.5, 'float64'), 'int32'), 'float64')
})

test('text of the query takes any type, a text column meets only text', () => {
  assert.equal(commonType(text('2020-01-01'), column('date'))?.kind, 'date')
  assert.equal(commonType(column('varchar'), column('date')), undefined)
  assert.equal(comparisonType(column('varchar'), column('date'))?.kind, 'date')
  assert.equal(comparisonType(column('date'), column('int32')), undefined)
  assert.equal(comparisonType(column('date'), column('timestamp'))?.kind, 'timestamp')
})

test('a list meets in one type whatever its order', () => {
  const list = [number(1, 'int32'), column('int8'), { type: NULL, literal: null }, number(2.5, 'float64')]
  assert.equal(commonTypeOf(list)?.kind, 'float64')
  assert.equal(commonTypeOf(list.slice(0, 3))?.kind, 'int8')
  assert.equal(commonTypeOf([column('boolean'), column('date')]), undefined)
})

test('implicit casts never lose values', () => {
  assert.ok(canCastImplicitly(column('int32'), { kind: 'int64' }))
  assert.ok(!canCastImplicitly(column('int64'), { kind: 'int32' }))
  assert.ok(!canCastImplicitly(column('int8'), { kind: 'uint8' }))
  assert.ok(canCastImplicitly(column('uint8'), { kind: 'int16' }))
  assert.ok(canCastImplicitly(column('int64'), { kind: 'float32' }))
  assert.ok(!canCastImplicitly(column('float64'), { kind: 'float32' }))
  assert.ok(canCastImplicitly(number(1, 'int32'), { kind: 'uint8' }))
  assert.ok(!canCastImplicitly(column('varchar'), { kind: 'int32' }))
  assert.ok(canCastImplicitly(text('1'), { kind: 'int32' }))
})

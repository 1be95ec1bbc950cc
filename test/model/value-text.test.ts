import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import * as T from '../../src/model/type.js'
import { dateText, float32Text, float64Text, textAt, timestampText, valueText } from '../../src/model/value-text.js'
import { vectorOf } from '../../src/model/vector.js'

test('doubles are spelled as DuckDB spells them', () => {
  const expected: [number, string][] = [
    [1, '1.0'],
    [0.1 + 0.2, '0.30000000000000004'],
    [1e15, '1000000000000000.0'],
    [1e16, '1e+16'],
    [123456789012345680, '1.2345678901234568e+17'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [-1.5e-10, '-1.5e-10'],
    [1e22, '1e+22'],
    [1e100, '1e+100'],
    [-0, '-0.0'],
    [0, '0.0'],
    [Number.NaN, 'nan'],
    [Infinity, 'inf'],
    [-Infinity, '-inf'],
    [5e-324, '5e-324'],
  ]
  for (const [value, text] of expected) assert.equal(float64Text(value), text)
})

test('floats have the shortest digits of a float, not of a double', () => {
  const expected: [number, string][] = [
    [0.1, '0.1'],
    [123456789, '123456790.0'],
    [16777216, '16777216.0'],
    [3.4e38, '3.4e+38'],
    [1e-5, '1e-05'],
    [128.015625, '128.015625'],
    [0.001, '0.001'],
    [999999.94, '999999.94'],
    [107422864, '107422864.0'],
    [390264416, '390264416.0'],
    [1.4e-45, '1e-45'],
    [-0, '-0.0'],
  ]
  for (const [value, text] of expected) assert.equal(float32Text(Math.fround(value)), text)
})

test('float texts read back as the same value', () => {
  fc.assert(fc.property(fc.float({ noNaN: true }), (x) => Object.is(Math.fround(read(float32Text(x))), x)))
  fc.assert(fc.property(fc.double({ noNaN: true }), (x) => Object.is(read(float64Text(x)), x)))
})

function read(text: string): number {
  return Number(text.replace('inf', 'Infinity'))
}

test('dates and timestamps over the whole range', () => {
  assert.equal(dateText(0), '1970-01-01')
  assert.equal(dateText(-719162), '0001-01-01')
  assert.equal(dateText(-719163), '0001-12-31 (BC)')
  assert.equal(dateText(2147483646), '5881580-07-10')
  assert.equal(dateText(2147483647), 'infinity')
  assert.equal(timestampText(0n), '1970-01-01 00:00:00')
  assert.equal(timestampText(-1n), '1969-12-31 23:59:59.999999')
  assert.equal(timestampText(500_000n), '1970-01-01 00:00:00.5')
  assert.equal(timestampText(-9223372022400000000n), '290309-12-22 (BC) 00:00:00')
  assert.equal(timestampText(9223372036854775806n), '294247-01-10 04:00:54.775806')
})

test('dates agree with the calendar of JavaScript where that reaches', () => {
  const days = fc.integer({ min: -719162, max: 2932896 })
  fc.assert(fc.property(days, (day) => dateText(day) === new Date(day * 864e5).toISOString().slice(0, 10)))
})

test('values of the other types', () => {
  assert.equal(valueText(T.INT64, -9223372036854775808n), '-9223372036854775808')
  assert.equal(valueText(T.UINT64, 18446744073709551615n), '18446744073709551615')
  assert.equal(valueText(T.BOOLEAN, true), 'true')
  assert.equal(valueText(T.VARCHAR, ''), '')
  const flags = vectorOf(T.BOOLEAN, [true, false, null])
  assert.deepEqual(
    [0, 1, 2].map((row) => textAt(flags, row)),
    ['true', 'false', undefined],
  )
})

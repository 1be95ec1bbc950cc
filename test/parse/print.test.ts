import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printStatement } from '../../src/model/print-statement.js'
import { printExpression } from '../../src/model/print-syntax.js'
import { expression, statement } from './arbitrary.js'
import { parseExpression, parseOne, plain } from './plain.js'

test('an expression that is printed and parsed is the same expression', () => {
  fc.assert(
    fc.property(expression, (syntax) => {
      assert.deepEqual(plain(parseExpression(printExpression(syntax))), plain(syntax))
    }),
    { numRuns: 1000 },
  )
})

test('a statement that is printed and parsed is the same statement', () => {
  fc.assert(
    fc.property(statement, (syntax) => {
      assert.deepEqual(plain(parseOne(printStatement(syntax))), plain(syntax))
    }),
    { numRuns: 300 },
  )
})

test('no more parentheses than needed', () => {
  for (const sql of [
    'a + b * c - d',
    '(a + b) * (c - (d - e))',
    'a AND b AND (c OR NOT d = e)',
    '(a AND b) AND c',
    'NOT (a AND b) OR c',
    '-a * - -b',
    '(a = b) = c',
    'a || b = c',
    'a BETWEEN b + 1 AND c AND d NOT BETWEEN (e AND f) AND g',
    'a NOT IN (1, 2) AND b IS NOT NULL',
    'NOT a LIKE b',
    'a - b - c',
    'a - (b - c)',
  ])
    assert.equal(printExpression(parseExpression(sql)), sql)
})

test('a long chain is printed', () => {
  const sql = `${'1 + '.repeat(100_000)}1`
  assert.equal(printExpression(parseExpression(sql)), sql)
})

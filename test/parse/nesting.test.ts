import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExpressionSyntax } from '../../src/model/syntax.js'
import { parse } from '../../src/parse/parse.js'
import { parseExpression } from './plain.js'

const nested = (levels: number, open: string, close: string) => `${open.repeat(levels)}1${close.repeat(levels)}`

const groups: readonly (readonly [string, string])[] = [
  ['(', ')'],
  ['1 + (', ')'],
  ['f(', ')'],
  ['2 * f(3, ', ', 4)'],
  ['CASE WHEN ', ' THEN 2 END'],
  ['CASE 1 WHEN 2 THEN 3 ELSE ', ' END'],
  ['CAST(', ' AS INTEGER)'],
  ['1 IN (2, ', ', 3)'],
  ['1 BETWEEN (', ') AND 2'],
  ['NOT (', ')'],
]

for (const [open, close] of groups) {
  test(`a thousand levels of ${open}${close}`, () => {
    parse(`SELECT ${nested(1000, open, close)}`)
  })
  test(`more than a thousand levels of ${open}${close} are refused`, () => {
    assert.throws(() => parse(`SELECT ${nested(1001, open, close)}`), {
      code: 'parse',
      message: /nested too deeply: more than 1000 levels/,
    })
  })
}

test('deep groups give the tree that shallow ones give', () => {
  const depthOf = (node: ExpressionSyntax): number => (node.kind === 'call' ? 1 + depthOf(node.args[0] ?? node) : 0)
  assert.equal(depthOf(parseExpression(nested(200, 'f(', ')'))), 200)
  const sum = parseExpression(nested(200, '2 + (', ')'))
  let levels = 0
  for (let node: ExpressionSyntax | undefined = sum; node?.kind === 'operator'; node = node.args[1]) {
    assert.equal(node.operator, '+')
    levels++
  }
  assert.equal(levels, 200)
})

test('deep groups keep their places', () => {
  const levels = 100
  const sql = nested(levels, '(', ' + 1)')
  let node: ExpressionSyntax | undefined = parseExpression(sql)
  for (let level = 0; level < levels; level++) {
    // Without its own parentheses, with those of its left operand.
    const inside = {
      start: 'SELECT '.length + level + 1,
      end: 'SELECT '.length + sql.length - ' + 1)'.length * level - 1,
    }
    assert.deepEqual(node?.span, inside)
    node = node?.kind === 'operator' ? node.args[0] : undefined
  }
})

test('an error deep inside stands where it is', () => {
  const sql = `SELECT ${'('.repeat(300)}1 +${')'.repeat(300)}`
  const place = sql.indexOf(')')
  assert.throws(() => parse(sql), { code: 'parse', span: { start: place, end: place + 1 } })
  assert.throws(() => parse(`SELECT ${'f('.repeat(500)}1`), { code: 'parse', message: /never closed/ })
})

test('subqueries in one another are refused above a hundred', () => {
  parse(nested(90, 'SELECT * FROM (', ')').replace('1', 'SELECT 1'))
  assert.throws(() => parse(nested(200, 'SELECT * FROM (', ')').replace('1', 'SELECT 1')), /nested too deeply/)
})

test('long runs of prefixes are refused, not fatal', () => {
  parse(`SELECT ${'NOT '.repeat(1000)} a`)
  assert.throws(() => parse(`SELECT ${'NOT '.repeat(100_000)} a`), { code: 'parse', message: /nested too deeply/ })
})

test('chains and lists may be as long as they like', () => {
  const and = parseExpression(Array.from({ length: 100_000 }, (_, i) => `a = ${i}`).join(' AND '))
  assert.ok(and.kind === 'operator' && and.operator === 'and')
  assert.equal(and.args.length, 100_000)
  const or = parseExpression(Array.from({ length: 20_000 }, () => 'a AND b').join(' OR '))
  assert.ok(or.kind === 'operator' && or.args.length === 20_000)
  parse(`SELECT ${'1 + '.repeat(100_000)} 1`)
  const list = parseExpression(`a IN (${Array.from({ length: 200_000 }, (_, i) => i).join(', ')})`)
  assert.ok(list.kind === 'in' && list.list.length === 200_000)
})

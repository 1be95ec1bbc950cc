import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseSelect, plain } from './plain.js'

const name = (...path: string[]) => ({ kind: 'name', path: path.map((text) => ({ text, quoted: false })) })
const number = (text: string) => ({ kind: 'number', text })

test('a select with every clause', () => {
  const select = parseSelect(`
    SELECT DISTINCT a AS x, t.b y FROM era.t2m AS t WHERE a > 1 GROUP BY a, 2 HAVING b
    ORDER BY a DESC NULLS FIRST, b LIMIT 10 OFFSET 5`)
  assert.deepEqual(plain(select), {
    kind: 'select',
    distinct: true,
    items: [
      { expression: name('a'), alias: { text: 'x', quoted: false } },
      { expression: name('t', 'b'), alias: { text: 'y', quoted: false } },
    ],
    from: { kind: 'table', name: name('era', 't2m').path, alias: { text: 't', quoted: false } },
    where: { kind: 'operator', operator: '>', args: [name('a'), number('1')] },
    groupBy: [name('a'), number('2')],
    having: name('b'),
    orderBy: [
      { expression: name('a'), descending: true, nullsFirst: true },
      { expression: name('b'), descending: false },
    ],
    limit: number('10'),
    offset: number('5'),
  })
})

test('FROM takes paths, names and subqueries, also in front of SELECT', () => {
  assert.deepEqual(plain(parseSelect(`SELECT 1 FROM 'a b.zarr' z`).from), {
    kind: 'path',
    path: 'a b.zarr',
    alias: { text: 'z', quoted: false },
  })
  assert.equal(parseSelect('SELECT * FROM (SELECT 1) AS s').from?.kind, 'subquery')
  assert.deepEqual(plain(parseSelect('FROM t SELECT a')), plain(parseSelect('SELECT a FROM t')))
  assert.deepEqual(plain(parseSelect('FROM t WHERE a LIMIT 1')), plain(parseSelect('SELECT * FROM t WHERE a LIMIT 1')))
})

test('GROUP BY ALL, ORDER BY ALL, LIMIT ALL, OFFSET before LIMIT', () => {
  const select = parseSelect('SELECT a FROM t GROUP BY ALL ORDER BY ALL DESC OFFSET 1 LIMIT 2')
  assert.equal(select.groupBy, 'all')
  assert.deepEqual(select.orderBy, { all: { descending: true } })
  assert.deepEqual(plain([select.offset, select.limit]), [number('1'), number('2')])
  assert.equal(parseSelect('SELECT a LIMIT ALL').limit, undefined)
})

test('spans are places in the text', () => {
  const sql = `SELECT 1; SELECT a, (b + 1) * 2 AS c FROM 'p' x WHERE f(y)`
  const select = parseSelect(sql.replace('SELECT 1;', '         '))
  const text = (span: { start: number; end: number } | undefined) => sql.slice(span?.start, span?.end)
  assert.equal(text(select.span), sql.slice(10))
  assert.deepEqual(
    select.items.map((item) => [text(item.span), text(item.expression.span)]),
    [
      ['a', 'a'],
      ['(b + 1) * 2 AS c', '(b + 1) * 2'],
    ],
  )
  assert.equal(text(select.from?.span), `'p' x`)
  assert.equal(text(select.where?.span), 'f(y)')
})

/** Long chains are bound and optimized in time that grows with their length; deep nesting is refused, not overflowed. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { bind } from '../../src/bind/bind.js'
import { isChunkQLError } from '../../src/model/error.js'
import type { Plan } from '../../src/model/plan.js'
import { printPlan } from '../../src/model/print-plan.js'
import type { ExpressionSyntax, SelectSyntax } from '../../src/model/syntax.js'
import { optimize } from '../../src/optimize/optimize.js'
import { bindContext } from './climate.js'

const span = { start: 0, end: 1 }
const context = bindContext()
const a: ExpressionSyntax = { kind: 'name', path: [{ text: 'a', quoted: false, span }], span }

function number(value: number): ExpressionSyntax {
  return { kind: 'number', text: String(value), span }
}

function operator(name: string, ...args: ExpressionSyntax[]): ExpressionSyntax {
  return { kind: 'operator', operator: name, args, span }
}

function select(parts: Partial<SelectSyntax>): SelectSyntax {
  const from = { kind: 'table', name: [{ text: 't', quoted: false, span }], span } as const
  return { kind: 'select', distinct: false, items: [{ expression: a, span }], from, span, ...parts }
}

function planOf(query: SelectSyntax): Plan {
  return optimize(bind(query, context), { ...context, coordinate: () => undefined }).plan
}

/** Milliseconds of this process, whatever others do meanwhile; the best of three. */
function timed(run: () => void): number {
  const times = [0, 1, 2].map(() => {
    const start = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(start)
    return (user + system) / 1000
  })
  return Math.min(...times)
}

const chain = (length: number, name: string) =>
  operator(name, ...Array.from({ length }, (_, i) => operator('<>', a, number(i))))

for (const name of ['and', 'or']) {
  test(`10,000 conditions joined by ${name}`, () => {
    const plan = planOf(select({ where: chain(10_000, name) }))
    assert.ok(printPlan(plan).includes('a <> 9999'))
  })
}

test('a chain ten times as long takes not a hundred times as long', () => {
  for (let i = 0; i < 5; i++) planOf(select({ where: chain(2000, 'and') }))
  const short = timed(() => planOf(select({ where: chain(2000, 'and') })))
  const long = timed(() => planOf(select({ where: chain(20_000, 'and') })))
  assert.ok(long < 40 * Math.max(short, 1), `${short} ms, then ${long} ms`)
})

test('100,000 values of IN', () => {
  const list = Array.from({ length: 100_000 }, (_, i) => number(i))
  const elapsed = timed(() => planOf(select({ where: { kind: 'in', arg: a, list, negated: false, span } })))
  assert.ok(elapsed < 5000, `${elapsed} ms`)
})

test('100,000 values of IN that name a column', () => {
  const list = [a, ...Array.from({ length: 10_000 }, (_, i) => number(i))]
  const plan = planOf(select({ where: { kind: 'in', arg: a, list, negated: true, span } }))
  assert.equal(plan.kind, 'project')
})

test('1,000 columns, grouped and ordered by', () => {
  const columns = Array.from({ length: 1000 }, (_, i) => operator('+', a, number(i)))
  const items = columns.map((expression) => ({ expression, span }))
  const orderBy = columns.map((expression) => ({ expression, descending: false }))
  const elapsed = timed(() => planOf(select({ items, groupBy: columns, orderBy })))
  assert.ok(elapsed < 5000, `${elapsed} ms`)
})

test('nesting beyond the limit is refused', () => {
  let deep: ExpressionSyntax = a
  for (let i = 0; i < 100_000; i++) deep = operator('+', deep, number(1))
  assert.throws(
    () => planOf(select({ where: deep })),
    (error) => isChunkQLError(error) && error.code === 'unsupported',
  )
})

test('nesting within the limit passes through every rule', () => {
  let deep: ExpressionSyntax = a
  for (let i = 0; i < 990; i++) deep = operator('+', deep, number(1))
  const plan = planOf(
    select({ where: operator('>', deep, number(5)), orderBy: [{ expression: deep, descending: false }] }),
  )
  assert.ok(printPlan(plan).length > 990)
})

test('subqueries that double an expression stay apart before they grow without bound', () => {
  let query = select({ items: [{ expression: a, alias: { text: 'a', quoted: false, span }, span }] })
  for (let i = 0; i < 60; i++) {
    const items = [{ expression: operator('-', a, a), alias: { text: 'a', quoted: false, span }, span }]
    query = select({ items, from: { kind: 'subquery', query, span } })
  }
  assert.ok(printPlan(planOf(query)).length < 1_000_000)
})

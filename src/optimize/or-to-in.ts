/**
 * `a = 1 OR a = 2 OR b > 5` becomes `a IN (1, 2) OR b > 5`: one look-up in a set instead of a comparison for each value.
 *
 * Right also for NULL, in the list or as a: IN is defined as this OR. The tests may change places because none of them can
 * fail where the others would not: each evaluates the same a.
 */
import { type Call, type Expression, type InList, rewrite } from '../model/expression.js'
import { type Interner, interner } from '../model/interner.js'
import { rewritePlan } from '../model/plan.js'
import { mapExpressions } from '../model/rewrite-plan.js'
import type { Value } from '../model/type.js'
import type { Rule } from './rule.js'

export const orToIn: Rule = {
  name: 'or-to-in',
  apply(plan) {
    const numbers = interner()
    return rewritePlan(plan, (node) => mapExpressions(node, (e) => rewrite(e, (part) => gather(part, numbers))))
  },
}

/** `arg` equals one of `values`. */
interface Test {
  readonly arg: Expression
  readonly values: readonly Value[]
}

function gather(node: Expression, numbers: Interner): Expression {
  if (node.kind !== 'call' || node.function !== 'or') return node
  const tests = new Map<number, Test[]>()
  for (const part of node.args) {
    const test = testOf(part)
    if (test) add(tests, numbers.of(test.arg), test)
  }
  if ([...tests.values()].every((same) => same.length < 2)) return node
  return joined(node, tests, numbers)
}

function testOf(part: Expression): Test | undefined {
  if (part.kind === 'in') return part
  if (part.kind !== 'call' || part.function !== '=') return undefined
  const [arg, constant] = part.args
  return arg && constant?.kind === 'literal' ? { arg, values: [constant.value] } : undefined
}

function add(tests: Map<number, Test[]>, number: number, test: Test): void {
  const same = tests.get(number)
  if (same) same.push(test)
  else tests.set(number, [test])
}

/** Each list stands where its first test stood. */
function joined(node: Call, tests: ReadonlyMap<number, readonly Test[]>, numbers: Interner): Expression {
  const done = new Set<number>()
  const args = node.args.flatMap((part): Expression[] => {
    const test = testOf(part)
    const number = test && numbers.of(test.arg)
    const same = number === undefined ? undefined : tests.get(number)
    if (!test || number === undefined || !same || same.length < 2) return [part]
    if (done.has(number)) return []
    done.add(number)
    return [inList(part, test.arg, same)]
  })
  const [only] = args
  return only && args.length === 1 ? only : { ...node, args }
}

function inList({ type, span }: Expression, arg: Expression, same: readonly Test[]): InList {
  return { kind: 'in', arg, values: [...new Set(same.flatMap(({ values }) => values))], type, span }
}

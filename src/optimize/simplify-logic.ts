/**
 * Conditions in their plainest form: AND and OR flat and without repeats, constants and double negations gone.
 *
 * Right because each step keeps the three-valued result: NULL stays NULL. `x AND FALSE` is FALSE whatever x is; an error
 * in x is then not raised, which `lazy` of AND and OR allows. NOT over a comparison is the opposite comparison because
 * NaN is ordered as a value; with IEEE comparison it would be wrong.
 */
import { type Call, type Case, type Expression, type Literal, rewrite } from '../model/expression.js'
import { type Interner, interner } from '../model/interner.js'
import { rewritePlan } from '../model/plan.js'
import { mapExpressions } from '../model/rewrite-plan.js'
import { BOOLEAN } from '../model/type.js'
import type { Rule } from './rule.js'

export const simplifyLogic: Rule = {
  name: 'simplify-logic',
  apply(plan) {
    const numbers = interner()
    return rewritePlan(plan, (node) => mapExpressions(node, (e) => rewrite(e, (part) => simplify(part, numbers))))
  },
}

const opposite: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
  'is distinct from': 'is not distinct from',
  'is not distinct from': 'is distinct from',
}

function simplify(node: Expression, numbers: Interner): Expression {
  if (node.kind === 'case') return simplifyCase(node)
  if (node.kind !== 'call') return node
  switch (node.function) {
    case 'and':
      return simplifyChain(node, true, numbers)
    case 'or':
      return simplifyChain(node, false, numbers)
    case 'not':
      return simplifyNot(node)
    default:
      return node
  }
}

/** `neutral` is the constant that may be left out; its opposite decides the whole. */
function simplifyChain(node: Call, neutral: boolean, numbers: Interner): Expression {
  const flat = node.args.flatMap((arg) => (arg.kind === 'call' && arg.function === node.function ? arg.args : [arg]))
  const seen = new Set<number>()
  const kept: Expression[] = []
  for (const arg of flat) {
    if (arg.kind === 'literal' && arg.value === neutral) continue
    if (arg.kind === 'literal' && arg.value === !neutral) return arg
    const number = numbers.of(arg)
    if (!seen.has(number)) kept.push(arg)
    seen.add(number)
  }
  const [only] = kept
  if (!only) return truth(neutral, node)
  if (kept.length === 1) return only
  return kept.length === node.args.length && flat.length === node.args.length ? node : { ...node, args: kept }
}

function simplifyNot(node: Call): Expression {
  const [arg] = node.args
  if (arg?.kind === 'literal') return typeof arg.value === 'boolean' ? truth(!arg.value, node) : arg
  if (arg?.kind !== 'call') return node
  const [inner] = arg.args
  if (arg.function === 'not' && inner) return inner
  if (arg.function === 'or') return { ...arg, function: 'and', args: arg.args.map((part) => simplifyNot(not(part))) }
  const name = opposite[arg.function]
  return name === undefined ? node : { ...arg, function: name }
}

function not(arg: Expression): Call {
  return { kind: 'call', function: 'not', args: [arg], type: BOOLEAN, span: arg.span }
}

function truth(value: boolean, { span }: Expression): Literal {
  return { kind: 'literal', type: BOOLEAN, value, span }
}

/** A branch that cannot be taken goes; one that is always taken is the last. */
function simplifyCase(node: Case): Expression {
  const possible = node.branches.filter(({ when }) => !(when.kind === 'literal' && when.value !== true))
  const certain = possible.findIndex(({ when }) => when.kind === 'literal')
  if (certain < 0 && possible.length === node.branches.length) return node
  const branches = certain < 0 ? possible : possible.slice(0, certain)
  const otherwise = (certain < 0 ? undefined : possible[certain]?.result) ?? node.otherwise
  return branches.length === 0 ? otherwise : { ...node, branches, otherwise }
}

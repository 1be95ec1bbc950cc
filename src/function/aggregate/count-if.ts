/** count_if, and product. */
import { add, constant, convert, mul, select } from '../../model/code.js'
import { BOOLEAN, FLOAT64, INT64 } from '../../model/type.js'
import type { AlgebraicAggregate, DistributiveAggregate } from '../definition.js'
import { fixed } from '../resolve.js'
import { field, seen } from './state.js'

export const truePart: DistributiveAggregate = {
  kind: 'distributive',
  name: '$true',
  summary: 'Counts the rows where a condition is TRUE.',
  usage: '$true(condition)',
  resolve: fixed([BOOLEAN], INT64),
  state: () => [{ name: 'n', type: 'i64', init: 0n }],
  step: (state, [condition = constant('bool', false)]) => [
    add(field(state, 0), select(condition, constant('i64', 1n), constant('i64', 0n))),
  ],
  combine: (a, b) => [add(field(a, 0), field(b, 0))],
  finish: (state) => ({ value: field(state, 0) }),
  examples: [],
}

export const countIf: AlgebraicAggregate = {
  kind: 'algebraic',
  name: 'count_if',
  aliases: ['countif'],
  summary: 'Counts the rows where a condition is TRUE; NULL where it is always NULL.',
  usage: 'count_if(condition)',
  resolve: fixed([BOOLEAN], INT64),
  parts: () => [
    { aggregate: '$true', args: [0] },
    { aggregate: 'count', args: [0] },
  ],
  finish: ([state, count]) => ({ value: field(state, 0), valid: seen(count) }),
  examples: [{ sql: 'count_if(1 > 2)', result: '0' }],
}

export const productPart: DistributiveAggregate = {
  kind: 'distributive',
  name: '$product',
  summary: 'Multiplies.',
  usage: '$product(x)',
  resolve: fixed([FLOAT64], FLOAT64),
  state: () => [{ name: 'product', type: 'f64', init: 1 }],
  step: (state, [x = constant('f64', 1)]) => [mul(field(state, 0), convert('f64', x))],
  combine: (a, b) => [mul(field(a, 0), field(b, 0))],
  finish: (state) => ({ value: field(state, 0) }),
  examples: [],
}

export const product: AlgebraicAggregate = {
  kind: 'algebraic',
  name: 'product',
  summary: 'Multiplies all values as DOUBLE; NULL where there are none.',
  usage: 'product(x)',
  resolve: fixed([FLOAT64], FLOAT64),
  parts: () => [
    { aggregate: '$product', args: [0] },
    { aggregate: 'count', args: [0] },
  ],
  finish: ([state, count]) => ({ value: field(state, 0), valid: seen(count) }),
  examples: [{ sql: 'product(3)', result: '3.0' }],
}

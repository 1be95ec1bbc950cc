/** covar_pop, covar_samp, corr and the regr_ functions: from merged moments of two columns. */
import {
  add,
  and,
  type Code,
  constant,
  div,
  type Emitted,
  eq,
  ge,
  gt,
  mul,
  ne,
  or,
  select,
  sqrt,
  sub,
} from '../../model/code.js'
import { FLOAT64, UINT32 } from '../../model/type.js'
import type { AlgebraicAggregate, DistributiveAggregate } from '../definition.js'
import { fixed } from '../resolve.js'
import { count } from './count.js'
import { field } from './state.js'

const zero = constant('f64', 0)
const one = constant('f64', 1)
const twoDoubles = fixed([FLOAT64, FLOAT64], FLOAT64)

/** n, both means, both sums of squared distances and the sum of their products. */
interface Comoments {
  readonly n: Code
  readonly meanX: Code
  readonly meanY: Code
  readonly xx: Code
  readonly yy: Code
  readonly xy: Code
}

function comoments(state: readonly Code[] | undefined): Comoments {
  const [n, meanX, meanY, xx, yy, xy] = [0, 1, 2, 3, 4, 5].map((index) => field(state, index))
  return { n, meanX, meanY, xx, yy, xy } as Comoments
}

const words = ({ n, meanX, meanY, xx, yy, xy }: Comoments): readonly Code[] => [n, meanX, meanY, xx, yy, xy]

function step(state: Comoments, x: Code, y: Code): Comoments {
  const n = add(state.n, one)
  const [dx, dy] = [sub(x, state.meanX), sub(y, state.meanY)]
  const [meanX, meanY] = [add(state.meanX, div(dx, n)), add(state.meanY, div(dy, n))]
  const restY = sub(y, meanY)
  return {
    n,
    meanX,
    meanY,
    xx: add(state.xx, mul(dx, sub(x, meanX))),
    yy: add(state.yy, mul(dy, restY)),
    xy: add(state.xy, mul(dx, restY)),
  }
}

/** Chan's merge; an empty side leaves the other as it is. */
function merge(a: Comoments, b: Comoments): Comoments {
  const n = add(a.n, b.n)
  const [dx, dy] = [sub(b.meanX, a.meanX), sub(b.meanY, a.meanY)]
  const weight = div(mul(a.n, b.n), n)
  const pick = (x: Code, y: Code, merged: Code) => select(eq(a.n, zero), y, select(eq(b.n, zero), x, merged))
  const mean = (x: Code, y: Code, d: Code) => pick(x, y, add(x, div(mul(d, b.n), n)))
  const spread = (x: Code, y: Code, square: Code) => pick(x, y, add(add(x, y), mul(square, weight)))
  return {
    n,
    meanX: mean(a.meanX, b.meanX, dx),
    meanY: mean(a.meanY, b.meanY, dy),
    xx: spread(a.xx, b.xx, mul(dx, dx)),
    yy: spread(a.yy, b.yy, mul(dy, dy)),
    xy: spread(a.xy, b.xy, mul(dx, dy)),
  }
}

export const comomentsPart: DistributiveAggregate = {
  kind: 'distributive',
  name: '$comoments',
  summary: 'Keeps means, spreads and products of distances of two columns.',
  usage: '$comoments(x, y)',
  resolve: twoDoubles,
  state: () => ['n', 'mean_x', 'mean_y', 'xx', 'yy', 'xy'].map((name) => ({ name, type: 'f64', init: 0 })),
  step: (state, [x = zero, y = zero]) => words(step(comoments(state), x, y)),
  combine: (a, b) => words(merge(comoments(a), comoments(b))),
  finish: (state) => ({ value: field(state, 0) }),
  examples: [],
}

function ofPairs(
  name: string,
  usage: string,
  summary: string,
  finish: (state: Comoments) => Emitted,
  result: string,
): AlgebraicAggregate {
  return {
    kind: 'algebraic',
    name,
    summary,
    usage,
    resolve: twoDoubles,
    parts: () => [{ aggregate: '$comoments', args: [0, 1] }],
    finish: ([state]) => finish(comoments(state)),
    examples: [{ sql: `${name}(1, 2)`, result }],
  }
}

const atLeast = (n: Code, least: number): Code => ge(n, constant('f64', least))

/** As DuckDB: the spread of a column that is infinite, NaN or too wide is no number to go on with. */
const isOut = (spread: Code): Code => ne(sub(spread, spread), zero)

function outOfRange(message: string, spread: Code): NonNullable<Emitted['errors']>[number] {
  return { when: isOut(spread), message: `${message}: the values are infinite, NaN or too far apart` }
}

export const covarPop = ofPairs(
  'covar_pop',
  'covar_pop(y, x)',
  'Computes the population covariance; NULL where there are no pairs.',
  ({ n, xy }) => ({ value: div(xy, n), valid: gt(n, zero) }),
  '0.0',
)

export const covarSamp = ofPairs(
  'covar_samp',
  'covar_samp(y, x)',
  'Computes the sample covariance; NULL for fewer than two pairs.',
  ({ n, xy }) => ({ value: div(xy, sub(n, one)), valid: atLeast(n, 2) }),
  'NULL',
)

/** Of one pair the spread is 0, also where it is infinite. */
const spreadOf = (n: Code, squares: Code): Code => select(gt(n, one), squares, zero)

/** As DuckDB: one pair, or one column without spread, gives NaN. */
export const corr = ofPairs(
  'corr',
  'corr(y, x)',
  'Computes the correlation coefficient; NaN where a column does not vary, NULL where there are no pairs.',
  ({ n, xx, yy, xy }) => ({
    value: div(xy, mul(sqrt(xx), sqrt(yy))),
    valid: gt(n, zero),
    errors: [
      outOfRange('corr: the spread of x is out of range', spreadOf(n, yy)),
      outOfRange('corr: the spread of y is out of range', spreadOf(n, xx)),
    ],
  }),
  'nan',
)

/** The first argument depends on the second, as SQL has it. */
const slopeOf = ({ n, yy, xy }: Comoments): Code => div(xy, spreadOf(n, yy))

/** As DuckDB: NaN, where the intercept and R2 are NULL. */
export const regrSlope = ofPairs(
  'regr_slope',
  'regr_slope(y, x)',
  'Computes the slope of the line that fits y over x best; NaN where x does not vary, NULL where there are no pairs.',
  (state) => ({
    value: slopeOf(state),
    valid: gt(state.n, zero),
    errors: [outOfRange('regr_slope: the spread of x is out of range', spreadOf(state.n, state.yy))],
  }),
  'nan',
)

export const regrIntercept = ofPairs(
  'regr_intercept',
  'regr_intercept(y, x)',
  'Computes where the line that fits y over x best crosses x = 0; NULL where there is no such line.',
  (state) => {
    const slope = slopeOf(state)
    const spread = spreadOf(state.n, state.yy)
    return {
      value: sub(state.meanX, mul(slope, state.meanY)),
      // Where the spread is no number, the error is to be seen.
      valid: and(gt(state.n, zero), or(eq(slope, slope), isOut(spread))),
      errors: [outOfRange('regr_intercept: the spread of x is out of range', spread)],
    }
  },
  'NULL',
)

export const regrR2 = ofPairs(
  'regr_r2',
  'regr_r2(y, x)',
  'Computes how much of the variance of y the line over x explains; NULL where x does not vary.',
  ({ n, xx, yy, xy }) => ({
    value: select(eq(xx, zero), one, div(mul(xy, xy), mul(xx, yy))),
    valid: and(gt(n, zero), ne(spreadOf(n, yy), zero)),
    errors: [
      outOfRange('regr_r2: the spread of x is out of range', spreadOf(n, yy)),
      outOfRange('regr_r2: the spread of y is out of range', spreadOf(n, xx)),
    ],
  }),
  'NULL',
)

export const regrCount: DistributiveAggregate = {
  ...count,
  aliases: [],
  name: 'regr_count',
  summary: 'Counts the pairs in which neither is NULL.',
  usage: 'regr_count(y, x)',
  resolve: fixed([FLOAT64, FLOAT64], UINT32),
  step: (state) => [add(field(state, 0), constant('i64', 1n))],
  examples: [{ sql: 'regr_count(1, 2)', result: '1' }],
}

/** Sums, so that an infinite value gives an infinite mean. */
function meanOf(name: string, usage: string, argument: 0 | 1, result: string): DistributiveAggregate {
  const merge = (a: readonly Code[], n: Code, sum: Code) => [add(field(a, 0), n), add(field(a, 1), sum)]
  return {
    kind: 'distributive',
    name,
    summary: `Computes the mean of ${argument === 0 ? 'y' : 'x'} over the pairs; NULL where there are none.`,
    usage,
    resolve: twoDoubles,
    state: () => ['n', 'sum'].map((field) => ({ name: field, type: 'f64', init: 0 })),
    step: (state, args) => merge(state, one, field(args, argument)),
    combine: (a, b) => merge(a, field(b, 0), field(b, 1)),
    finish: (state) => ({ value: div(field(state, 1), field(state, 0)), valid: gt(field(state, 0), zero) }),
    examples: [{ sql: `${name}(1, 2)`, result }],
  }
}

export const regrAvgX = meanOf('regr_avgx', 'regr_avgx(y, x)', 1, '2.0')
export const regrAvgY = meanOf('regr_avgy', 'regr_avgy(y, x)', 0, '1.0')

export const regrSxx = ofPairs(
  'regr_sxx',
  'regr_sxx(y, x)',
  'Adds the squared distances of x from its mean over the pairs; NULL where there are none.',
  ({ n, yy }) => ({
    value: spreadOf(n, yy),
    valid: gt(n, zero),
    errors: [outOfRange('regr_sxx: the spread of x is out of range', spreadOf(n, yy))],
  }),
  '0.0',
)

export const regrSyy = ofPairs(
  'regr_syy',
  'regr_syy(y, x)',
  'Adds the squared distances of y from its mean over the pairs; NULL where there are none.',
  ({ n, xx }) => ({
    value: spreadOf(n, xx),
    valid: gt(n, zero),
    errors: [outOfRange('regr_syy: the spread of y is out of range', spreadOf(n, xx))],
  }),
  '0.0',
)

export const regrSxy = ofPairs(
  'regr_sxy',
  'regr_sxy(y, x)',
  'Adds the products of the distances of y and x from their means over the pairs; NULL where there are none.',
  ({ n, xy }) => ({ value: xy, valid: gt(n, zero) }),
  '0.0',
)

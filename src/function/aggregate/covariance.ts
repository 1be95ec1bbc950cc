/** covar_pop, covar_samp, corr, regr_slope, regr_intercept, regr_r2: from merged moments of two columns. */
import {
  add,
  type Code,
  constant,
  div,
  type Emitted,
  eq,
  ge,
  gt,
  mul,
  ne,
  select,
  sqrt,
  sub,
} from '../../model/code.js'
import { FLOAT64 } from '../../model/type.js'
import type { AlgebraicAggregate, DistributiveAggregate } from '../definition.js'
import { fixed } from '../resolve.js'
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
    finish: ([state]) => {
      const { value, valid } = finish(comoments(state))
      return { value, valid }
    },
    examples: [{ sql: `${name}(1, 2)`, result }],
  }
}

const atLeast = (n: Code, least: number): Code => ge(n, constant('f64', least))

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

/** As DuckDB: one pair, or one column without spread, gives NaN. */
export const corr = ofPairs(
  'corr',
  'corr(y, x)',
  'Computes the correlation coefficient; NaN where a column does not vary, NULL where there are no pairs.',
  ({ n, xx, yy, xy }) => ({ value: div(xy, mul(sqrt(xx), sqrt(yy))), valid: gt(n, zero) }),
  'nan',
)

/** The first argument depends on the second, as SQL has it. */
export const regrSlope = ofPairs(
  'regr_slope',
  'regr_slope(y, x)',
  'Computes the slope of the line that fits y over x best; NULL where x does not vary.',
  ({ yy, xy }) => ({ value: div(xy, yy), valid: ne(yy, zero) }),
  'NULL',
)

export const regrIntercept = ofPairs(
  'regr_intercept',
  'regr_intercept(y, x)',
  'Computes where the line that fits y over x best crosses x = 0; NULL where x does not vary.',
  ({ meanX, meanY, yy, xy }) => ({ value: sub(meanX, mul(div(xy, yy), meanY)), valid: ne(yy, zero) }),
  'NULL',
)

export const regrR2 = ofPairs(
  'regr_r2',
  'regr_r2(y, x)',
  'Computes how much of the variance of y the line over x explains; NULL where x does not vary.',
  ({ xx, yy, xy }) => ({
    value: select(eq(xx, zero), one, div(mul(xy, xy), mul(xx, yy))),
    valid: ne(yy, zero),
  }),
  'NULL',
)

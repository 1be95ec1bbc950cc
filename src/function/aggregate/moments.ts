/** Variances from merged moments: Welford's step and Chan's merge, which do not cancel. */
import {
  add,
  and,
  type Code,
  constant,
  convert,
  div,
  type Emitted,
  eq,
  ge,
  gt,
  lt,
  mul,
  ne,
  not,
  select,
  sqrt,
  sub,
} from '../../model/code.js'
import { FLOAT64, isNumeric } from '../../model/type.js'
import type { AlgebraicAggregate, Argument, BlockForm, DistributiveAggregate, Signature } from '../definition.js'
import { firstType } from '../resolve.js'
import { resolveNumber } from './avg.js'
import { field } from './state.js'

const zero = constant('f64', 0)
const one = constant('f64', 1)

/** The sum of squares around the mean, from sums of distances from a center. What is left of rounding alone is no spread. */
function squaresAroundMean(sums: readonly Code[]): Code {
  const [n, distances, squares] = [field(sums, 0), field(sums, 1), field(sums, 2)]
  const rest = sub(squares, div(mul(distances, distances), n))
  return select(lt(rest, mul(squares, constant('f64', 2 ** -40))), zero, rest)
}

const isFiniteCode = (x: Code): Code => eq(sub(x, x), zero)

function meanOf(sums: readonly Code[], center: Code): Code {
  return add(center, div(field(sums, 1), field(sums, 0)))
}

/**
 * Without a division per row. Around the mean so far few digits cancel; where more than four bits do, the rows are
 * taken in again around their own mean.
 */
const block: BlockForm = {
  sums: () => [
    { name: 'n', type: 'f64', init: 0 },
    { name: 'distances', type: 'f64', init: 0 },
    { name: 'squares', type: 'f64', init: 0 },
  ],
  center: (state) => {
    const mean = field(state, 1)
    return select(isFiniteCode(mean), mean, zero)
  },
  step: (sums, [value = zero], center) => {
    const distance = sub(convert('f64', value), center)
    return [add(field(sums, 0), one), add(field(sums, 1), distance), add(field(sums, 2), mul(distance, distance))]
  },
  close: (sums, center) => {
    const some = gt(field(sums, 0), zero)
    return [field(sums, 0), select(some, meanOf(sums, center), zero), select(some, squaresAroundMean(sums), zero)]
  },
  retry: (sums, center) => {
    // Not `less than`: squares that overflowed leave NaN.
    const kept = ge(squaresAroundMean(sums), mul(field(sums, 2), constant('f64', 1 / 16)))
    const mean = meanOf(sums, center)
    return { when: and(gt(field(sums, 0), one), and(not(kept), isFiniteCode(mean))), center: mean }
  },
}

/** n, mean and the sum of squared distances from it, all DOUBLE. */
export const moments: DistributiveAggregate = {
  kind: 'distributive',
  name: '$moments',
  summary: 'Keeps count, mean and squared distances from the mean.',
  usage: '$moments(x)',
  resolve: ([arg]) => (arg && isNumeric(arg.type) ? { args: [arg.type], result: FLOAT64 } : undefined),
  state: () => [
    { name: 'n', type: 'f64', init: 0 },
    { name: 'mean', type: 'f64', init: 0 },
    { name: 'm2', type: 'f64', init: 0 },
  ],
  step: (state, [value = zero]) => {
    const x = convert('f64', value)
    const n = add(field(state, 0), one)
    const distance = sub(x, field(state, 1))
    const mean = add(field(state, 1), div(distance, n))
    return [n, mean, add(field(state, 2), mul(distance, sub(x, mean)))]
  },
  block,
  combine: (a, b) => {
    const [na, nb] = [field(a, 0), field(b, 0)]
    const n = add(na, nb)
    const distance = sub(field(b, 1), field(a, 1))
    // An empty side leaves the other as it is: also where the other is infinite.
    const pick = (merged: Code, index: number) =>
      select(eq(na, zero), field(b, index), select(eq(nb, zero), field(a, index), merged))
    const mean = add(field(a, 1), div(mul(distance, nb), n))
    const cross = mul(mul(distance, distance), div(mul(na, nb), n))
    return [n, pick(mean, 1), pick(add(add(field(a, 2), field(b, 2)), cross), 2)]
  },
  finish: (state) => ({ value: field(state, 1) }),
  fromStatistics: ({ hasMoments, cells, nulls, mean, m2 }, signature) =>
    hasMoments && firstType(signature).kind !== 'uint64' ? [cells - nulls, mean, m2] : undefined,
  examples: [],
}

interface Spread {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  readonly result: string
  /** How many values there must be, which is also what is taken off the divisor, plus one. */
  readonly least: 1 | 2
  readonly root: boolean
}

function finishSpread(state: readonly Code[] | undefined, { name, least, root }: Spread): Emitted {
  const [n, m2] = [field(state, 0), field(state, 2)]
  const divisor = least === 2 ? sub(n, one) : n
  const variance = div(m2, divisor)
  // A single value has no spread, also where it is infinite (where m2 is NaN).
  const value = least === 2 ? variance : select(gt(n, one), variance, zero)
  const message = `${name} is out of range: the values are infinite, NaN or too far apart`
  return {
    value: root ? sqrt(value) : value,
    valid: ge(n, constant('f64', least)),
    errors: [{ when: ne(sub(value, value), zero), message }],
  }
}

/** UBIGINT is read as DOUBLE first: in a step its bits would be those of a signed number. */
function resolveMoments(args: readonly Argument[]): Signature | undefined {
  const signature = resolveNumber(args)
  return signature?.args[0]?.kind === 'uint64' ? { ...signature, args: [FLOAT64] } : signature
}

function spread(definition: Spread): AlgebraicAggregate {
  const { name, aliases, summary, result } = definition
  return {
    kind: 'algebraic',
    name,
    ...(aliases && { aliases }),
    summary,
    usage: `${name}(x)`,
    resolve: resolveMoments,
    parts: () => [{ aggregate: '$moments', args: [0] }],
    finish: ([state]) => finishSpread(state, definition),
    examples: [{ sql: `${name}(3)`, result }],
  }
}

export const varSamp = spread({
  name: 'var_samp',
  aliases: ['variance'],
  summary: 'Computes the sample variance; NULL for fewer than two values.',
  result: 'NULL',
  least: 2,
  root: false,
})

export const varPop = spread({
  name: 'var_pop',
  summary: 'Computes the population variance; NULL where there are no values.',
  result: '0.0',
  least: 1,
  root: false,
})

export const stddevSamp = spread({
  name: 'stddev_samp',
  aliases: ['stddev'],
  summary: 'Computes the sample standard deviation; NULL for fewer than two values.',
  result: 'NULL',
  least: 2,
  root: true,
})

export const stddevPop = spread({
  name: 'stddev_pop',
  summary: 'Computes the population standard deviation; NULL where there are no values.',
  result: '0.0',
  least: 1,
  root: true,
})

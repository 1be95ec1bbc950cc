/** Functions of DOUBLE: roots, logarithms, trigonometry. Code and values come from the same kernel functions. */
import { abs, type Code, constant, eq, gt, kernelCall, lt, mul, sqrt as sqrtCode } from '../../model/code.js'
import { ChunkQLError } from '../../model/error.js'
import type { Interval } from '../../model/interval.js'
import { FLOAT64, type Value } from '../../model/type.js'
import type { Example, ScalarFunction } from '../definition.js'
import { type MathName, math } from '../math.js'
import { fixed } from '../resolve.js'

/** Above every computed angle of half a turn. */
export const halfTurn = Math.PI + 4.5e-16

const f64 = (value: number): Code => constant('f64', value)

/** A condition under which a function is not defined, as value and as code. */
interface Domain {
  readonly message: string
  fails(x: number): boolean
  code(x: Code): Code
}

const isNegative = (message: string): Domain => ({ message, fails: (x) => x < 0, code: (x) => lt(x, f64(0)) })
const negativeLogarithm = isNegative('cannot take the logarithm of a negative number')
const zeroLogarithm: Domain = {
  message: 'cannot take the logarithm of zero',
  fails: (x) => x === 0,
  code: (x) => eq(x, f64(0)),
}
const infinite: Domain = {
  message: 'an infinite value is out of range for a trigonometric function',
  fails: (x) => Math.abs(x) === Number.POSITIVE_INFINITY,
  code: (x) => eq(abs(x), f64(Number.POSITIVE_INFINITY)),
}
const outsideOne = (name: string): Domain => ({
  message: `${name} is undefined outside [-1, 1]`,
  fails: (x) => Math.abs(x) > 1,
  code: (x) => gt(abs(x), f64(1)),
})

interface Definition {
  readonly name: string
  readonly aliases?: readonly string[]
  readonly summary: string
  apply(x: number): number
  code(x: Code): Code
  readonly domains?: readonly Domain[]
  /** How the bounds follow: the function rises from `from` on to `to`, or has a fixed range. */
  readonly rises?: { readonly from?: number; readonly to?: number }
  readonly range?: readonly [number, number]
  readonly example: Example
}

function ofDouble(definition: Definition): ScalarFunction {
  const { name, aliases, summary, apply, code, domains = [], example } = definition
  return {
    name,
    ...(aliases && { aliases }),
    summary,
    usage: `${name}(x)`,
    category: 'numeric',
    resolve: fixed([FLOAT64], FLOAT64),
    evaluate: () => (value) => {
      const x = value as number
      for (const domain of domains) if (domain.fails(x)) throw new ChunkQLError('value', domain.message)
      return apply(x)
    },
    emit: ([x]) =>
      x && {
        value: code(x.value),
        errors: domains.map((domain) => ({ when: domain.code(x.value), message: domain.message })),
      },
    bounds: ([x]) => x && boundsOf(x, definition),
    examples: [example],
  }
}

function boundsOf(x: Interval, { apply, rises, range }: Definition): Interval | undefined {
  const [least, greatest] = range ?? [undefined, undefined]
  if (!rises || x.empty) return range && { ...x, lo: least, hi: greatest, empty: undefined }
  const from = rises.from ?? Number.NEGATIVE_INFINITY
  const to = rises.to ?? Number.POSITIVE_INFINITY
  const end = (value: Value | undefined, limit: number) => Math.min(to, Math.max(from, Number(value ?? limit)))
  return {
    lo: loosened(apply(end(x.lo, from)), -1, range),
    hi: loosened(apply(end(x.hi, to)), 1, range),
    mayBeNull: x.mayBeNull,
    mayBeNaN: x.mayBeNaN,
  }
}

/** A kernel function may be off by some last digits, differently at each place; NaN = not known. */
function loosened(end: number, sign: -1 | 1, range: readonly [number, number] | undefined): number | undefined {
  if (Number.isNaN(end)) return undefined
  // Where the function overflowed it may not do so a little before.
  if (end === -sign * Number.POSITIVE_INFINITY) return -sign * Number.MAX_VALUE * (1 - 1e-13)
  const loose = end + sign * (Math.abs(end) * 1e-13 + 1e-300)
  return range ? Math.min(range[1], Math.max(range[0], loose)) : loose
}

/** A function of the kernel by the name that it has there. */
function fromKernel(kernel: MathName, definition: Omit<Definition, 'apply' | 'code'>): ScalarFunction {
  return ofDouble({
    ...definition,
    apply: (x) => math(kernel)(x, 0),
    code: (x) => kernelCall(kernel, x),
  })
}

export const sqrt = ofDouble({
  name: 'sqrt',
  summary: 'Takes the square root; a negative number is an error.',
  apply: Math.sqrt,
  code: sqrtCode,
  domains: [isNegative('cannot take the square root of a negative number')],
  rises: { from: 0 },
  example: { sql: 'sqrt(2.25)', result: '1.5' },
})

export const cbrt = fromKernel('cbrt', {
  name: 'cbrt',
  summary: 'Takes the cube root.',
  rises: {},
  example: { sql: 'cbrt(-8)', result: '-2.0' },
})

export const exp = fromKernel('exp', {
  name: 'exp',
  summary: 'Raises e to a power.',
  rises: {},
  range: [0, Number.POSITIVE_INFINITY],
  example: { sql: 'exp(0)', result: '1.0' },
})

export const ln = fromKernel('ln', {
  name: 'ln',
  summary: 'Takes the natural logarithm; zero and negative numbers are errors.',
  domains: [zeroLogarithm, negativeLogarithm],
  rises: { from: 0 },
  example: { sql: 'ln(1)', result: '0.0' },
})

export const log10 = fromKernel('log10', {
  name: 'log10',
  summary: 'Takes the logarithm to base 10; zero and negative numbers are errors.',
  domains: [zeroLogarithm, negativeLogarithm],
  rises: { from: 0 },
  example: { sql: 'log10(1000)', result: '3.0' },
})

export const log2 = fromKernel('log2', {
  name: 'log2',
  summary: 'Takes the logarithm to base 2; zero and negative numbers are errors.',
  domains: [zeroLogarithm, negativeLogarithm],
  rises: { from: 0 },
  example: { sql: 'log2(8)', result: '3.0' },
})

export const sin = fromKernel('sin', {
  name: 'sin',
  summary: 'Computes the sine of an angle in radians.',
  domains: [infinite],
  range: [-1, 1],
  example: { sql: 'sin(0)', result: '0.0' },
})

export const cos = fromKernel('cos', {
  name: 'cos',
  summary: 'Computes the cosine of an angle in radians.',
  domains: [infinite],
  range: [-1, 1],
  example: { sql: 'cos(0)', result: '1.0' },
})

export const tan = fromKernel('tan', {
  name: 'tan',
  summary: 'Computes the tangent of an angle in radians.',
  domains: [infinite],
  example: { sql: 'tan(0)', result: '0.0' },
})

export const asin = fromKernel('asin', {
  name: 'asin',
  summary: 'Computes the angle in radians whose sine is given; outside [-1, 1] is an error.',
  domains: [outsideOne('asin')],
  rises: { from: -1, to: 1 },
  example: { sql: 'asin(0)', result: '0.0' },
})

export const acos = fromKernel('acos', {
  name: 'acos',
  summary: 'Computes the angle in radians whose cosine is given; outside [-1, 1] is an error.',
  domains: [outsideOne('acos')],
  range: [0, halfTurn],
  example: { sql: 'acos(1)', result: '0.0' },
})

export const atan = fromKernel('atan', {
  name: 'atan',
  summary: 'Computes the angle in radians whose tangent is given.',
  rises: {},
  example: { sql: 'atan(0)', result: '0.0' },
})

/** A product with a constant. */
function scaled(name: string, factor: number, summary: string, example: Example): ScalarFunction {
  return ofDouble({ name, summary, apply: (x) => x * factor, code: (x) => mul(x, f64(factor)), rises: {}, example })
}

export const radians = scaled('radians', Math.PI / 180, 'Converts degrees to radians.', {
  sql: 'radians(180)',
  result: '3.141592653589793',
})

export const degrees = scaled('degrees', 180 / Math.PI, 'Converts radians to degrees.', {
  sql: 'degrees(pi())',
  result: '180.0',
})

export const pi: ScalarFunction = {
  name: 'pi',
  summary: 'Is the ratio of a circle to its diameter.',
  usage: 'pi()',
  category: 'numeric',
  resolve: fixed([], FLOAT64),
  evaluate: () => () => Math.PI,
  emit: () => ({ value: f64(Math.PI) }),
  bounds: () => ({ lo: Math.PI, hi: Math.PI, mayBeNull: false, mayBeNaN: false }),
  examples: [{ sql: 'pi()', result: '3.141592653589793' }],
}

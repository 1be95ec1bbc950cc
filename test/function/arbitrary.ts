/** Random values, vectors and intervals of every type, edges first. Used by the property tests of the functions. */
import fc from 'fast-check'
import { compareValues } from '../../src/function/order.js'
import type { Interval } from '../../src/model/interval.js'
import { integerFacts, type Type, type TypeKind, type Value } from '../../src/model/type.js'

export const typeKinds: readonly TypeKind[] = [
  'boolean',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'float32',
  'float64',
  'date',
  'timestamp',
]

export const codeTypes: readonly Type[] = typeKinds.map((kind) => ({ kind }))
export const allTypes: readonly Type[] = [...codeTypes, { kind: 'varchar' }]

const texts = ['', 'a', 'A', 'abc', 'aXbXc', '%', '_', 'é', '\u{1f600}b', '\ue000', ' 12 ', '1.5', '2020-02-29', 'x%y']

/** A value that is not NULL. */
export function valueFor(type: Type): fc.Arbitrary<Value> {
  const facts = integerFacts(type)
  if (facts) return integerOf(facts.bits, facts.min, facts.max)
  switch (type.kind) {
    case 'boolean':
      return fc.boolean()
    case 'float32':
      return fc.oneof(floatEdges.map(Math.fround), fc.float(), fc.integer({ min: -1000, max: 1000 }).map(quarter))
    case 'float64':
      return fc.oneof(floatEdges, fc.double(), fc.integer({ min: -1000, max: 1000 }).map(quarter))
    case 'date':
      return fc.oneof(
        fc.constantFrom(0, -1, 59, 60, -719529, 2147483646, -2147483646, 2147483647, -2147483647, 106751991),
        fc.integer({ min: -800000, max: 60000 }),
        fc.integer({ min: -2147483647, max: 2147483647 }),
      )
    case 'calendar':
    case 'timestamp':
      return fc.oneof(
        fc.constantFrom(0n, -1n, 1n, 2n ** 63n - 1n, -(2n ** 63n) + 1n, 2n ** 63n - 2n, -9223372022400000000n),
        fc.bigInt({ min: -70000000000000000n, max: 5000000000000000n }),
        fc.bigInt({ min: -9223372022400000000n, max: 2n ** 63n - 2n }),
      )
    case 'duration':
      return fc
        .tuple(
          fc.integer({ min: -30, max: 30 }),
          fc.integer({ min: -100, max: 100 }),
          fc.bigInt({ min: -100_000_000_000n, max: 100_000_000_000n }),
        )
        .map(([months, days, micros]) => ({ months, days, micros }))
    default:
      return fc.oneof(fc.constantFrom(...texts), fc.string({ maxLength: 6 }))
  }
}

export function nullable(value: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) })
}

const quarter = (n: number): number => n / 4

const floatEdges = fc.constantFrom(
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 127.5, 255.5, 32767.5, 2147483647, 2147483648, -2147483648, -2147483649],
  ...[4294967295, 4294967296, 2 ** 63, -(2 ** 63), 2 ** 64, 2 ** 63 - 1024, 1e300, -1e300, 5e-324],
  ...[Math.fround(3.4e38), 3.4028235677973366e38, 1.7976931348623157e308, 0.1, 0.7, 1e15, 2 ** 51 + 0.5],
  ...[Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0.49999999999999994],
)

function integerOf(bits: number, min: bigint, max: bigint): fc.Arbitrary<Value> {
  const near = [0n, 1n, -1n, 2n, -2n, 7n, 10n, 100n, min, min + 1n, max, max - 1n, max / 2n, 2147483648n, 4294967296n]
  const edges = fc.constantFrom(...near.filter((edge) => edge >= min && edge <= max))
  const small = fc.bigInt({ min: min < 0n ? -12n : 0n, max: 12n })
  const any = fc.oneof(edges, small, fc.bigInt({ min, max }))
  return bits === 64 ? any : any.map(Number)
}

/** An interval together with some values that lie in it: anywhere, or close together, or only one. */
export function intervalOf(type: Type): fc.Arbitrary<{ interval: Interval; values: readonly Value[] }> {
  const anywhere = fc.array(nullable(valueFor(type)), { minLength: 1, maxLength: 4 })
  const close = valueFor(type).chain((base) =>
    fc.array(fc.oneof({ weight: 9, arbitrary: near(type, base) }, fc.constant(null)), { minLength: 1, maxLength: 5 }),
  )
  const open = fc.integer({ min: 0, max: 3 }).map((n) => n === 0)
  return fc.tuple(fc.oneof(anywhere, close), open, open).map(([items, openLow, openHigh]) => ({
    interval: hull(items, openLow, openHigh),
    values: items,
  }))
}

/** A value of the type that is little more or less than another. */
function near(type: Type, base: Value): fc.Arbitrary<Value> {
  const facts = integerFacts(type)
  const within = (value: bigint, min: bigint, max: bigint) => (value < min ? min : value > max ? max : value)
  if (facts) {
    const moved = fc
      .integer({ min: -6, max: 6 })
      .map((n) => within(BigInt(base as number) + BigInt(n), facts.min, facts.max))
    return facts.bits === 64 ? moved : moved.map(Number)
  }
  switch (type.kind) {
    case 'float32':
    case 'float64': {
      const fit = type.kind === 'float32' ? Math.fround : (x: number) => x
      const step = fit === Math.fround ? 2 ** -23 : 2 ** -52
      const x = base as number
      return fc.oneof(
        fc.integer({ min: -4, max: 4 }).map((n) => fit(x + n * step * Math.abs(x))),
        fc.integer({ min: -8, max: 8 }).map((n) => fit(x + n / 8)),
        fc.constantFrom(x, -x),
      )
    }
    case 'date':
      return fc
        .oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -40, max: 40 }), fc.integer({ min: -400, max: 400 }))
        .map((n) => Number(within(BigInt(base as number) + BigInt(n), -2147483647n, 2147483647n)))
    case 'calendar':
    case 'timestamp':
      return fc
        .tuple(
          fc.integer({ min: -40, max: 40 }),
          fc.constantFrom(1n, 1000n, 1_000_000n, 60_000_000n, 3_600_000_000n, 86_400_000_000n, 864_000_000_000n),
        )
        .map(([n, unit]) => within((base as bigint) + BigInt(n) * unit, -(2n ** 63n) + 1n, 2n ** 63n - 1n))
    case 'varchar':
      return fc.constantFrom('', 'a', 'z', '\u{1f600}', '\ue000').map((more) => `${base}${more}`)
    default:
      return fc.constant(base)
  }
}

function hull(items: readonly Value[], openLow: boolean, openHigh: boolean): Interval {
  const numbers = items.filter((item) => item !== null && !Number.isNaN(item)).sort(compareValues)
  const flags = { mayBeNull: items.includes(null), mayBeNaN: items.some((item) => Number.isNaN(item)) }
  if (numbers.length === 0) return { lo: undefined, hi: undefined, ...flags, empty: true }
  return { lo: openLow ? undefined : numbers[0], hi: openHigh ? undefined : numbers.at(-1), ...flags }
}

/** Whether an interval says the truth of a value. */
export function holds(interval: Interval, value: Value): boolean {
  if (value === null) return interval.mayBeNull
  if (Number.isNaN(value)) return interval.mayBeNaN
  if (interval.empty) return false
  const above = interval.lo === undefined || compareValues(interval.lo, value) <= 0
  return above && (interval.hi === undefined || compareValues(value, interval.hi) <= 0)
}

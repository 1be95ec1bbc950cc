/** median, quantile_cont, quantile_disc: exact, over all values kept. */
import { ChunkQLError } from '../../model/error.js'
import { FLOAT64, isFloat, isMoment, isNumeric, TIMESTAMP, type Type, type Value } from '../../model/type.js'
import { type Vector, valueAt } from '../../model/vector.js'
import type { Argument, Example, HolisticAggregate, Signature } from '../definition.js'
import { accepts, firstType } from '../resolve.js'
import { isTemporal } from '../unify.js'
import {
  addValue,
  addValues,
  rankAfter,
  type Sample,
  sampleOf,
  selectRank,
  sizeOfSample,
  trimmedSample,
} from './sample.js'

/** The values, and which quantile was asked for; from the first row, as it is a constant. */
interface State {
  readonly sample: Sample
  fraction: number
}

type Pick = (sample: Sample, fraction: number, result: Type) => Value

/** Stored values go from array to array as they are. */
function addAll(
  states: readonly State[],
  groups: Int32Array,
  { values, valid, length }: Vector,
  fraction: number,
): void {
  for (let row = 0; row < length; row++) {
    if (valid && valid[row] === 0) continue
    const state = states[groups[row] as number] as State
    state.fraction = fraction
    addValue(state.sample, values[row] as Value)
  }
}

/** Between two neighbours: the mean, weighted by where the quantile lies. */
function interpolated(sample: Sample, fraction: number, result: Type): Value {
  const place = (sample.length - 1) * fraction
  const index = Math.floor(place)
  const low = toNumber(selectRank(sample, index))
  const high = place === index ? low : toNumber(rankAfter(sample, index))
  const weight = place - index
  if (weight === 0) return fromNumber(low, result)
  return fromNumber(between(low, high, weight, result), result)
}

/** Equal neighbours stay exact. As DuckDB: between infinite ones a FLOAT is NaN, and a DOUBLE infinite as they are. */
function between(low: number, high: number, weight: number, result: Type): number {
  if (low === high && (Number.isFinite(low) || result.kind !== 'float32')) return low
  return result.kind === 'float32' ? low + (high - low) * weight : low * (1 - weight) + high * weight
}

const toNumber = (value: Value): number => Number(value)

function fromNumber(value: number, result: Type): Value {
  if (result.kind === 'float32') return Math.fround(value)
  return isMoment(result) ? BigInt(Math.sign(value) * Math.round(Math.abs(value))) : value
}

/** The least value that so large a part of all does not exceed. */
function discrete(sample: Sample, fraction: number): Value {
  const { length } = sample
  const rank = Math.max(1, length - Math.floor(length - fraction * length))
  return selectRank(sample, rank - 1)
}

/** Numbers interpolate to floats, dates to moments; what has no middle takes a value that is there. */
function continuousTypes(type: Type): { readonly arg: Type; readonly result: Type } | undefined {
  if (type.kind === 'null') return { arg: FLOAT64, result: FLOAT64 }
  if (isTemporal(type)) return { arg: TIMESTAMP, result: TIMESTAMP }
  if (type.kind === 'calendar') return { arg: type, result: type }
  return isNumeric(type) ? { arg: type, result: isFloat(type) ? type : FLOAT64 } : undefined
}

function quantile(
  name: string,
  aliases: readonly string[],
  summary: string,
  usage: string,
  resolve: (args: readonly Argument[]) => Signature | undefined,
  pick: Pick,
  example: Example,
): HolisticAggregate<State> {
  return {
    kind: 'holistic',
    name,
    aliases,
    summary,
    usage,
    constants: true,
    resolve,
    init: (signature) => ({ sample: sampleOf(firstType(signature)), fraction: 0.5 }),
    update: (state, value = null, fraction = 0.5) => {
      state.fraction = fraction as number
      addValue(state.sample, value)
      return state
    },
    updateAll: (states, groups, [values, fraction]) => {
      if (values) addAll(states, groups, values, fraction ? (valueAt(fraction, 0) as number) : 0.5)
    },
    ofValues: (signature, [fraction = 0.5]) => {
      const [type, rank] = [firstType(signature), checked(fraction as number)]
      return (values) =>
        values.length === 0 ? null : pick({ type, values, length: values.length }, rank, signature.result)
    },
    merge: (a, b) => {
      addValues(a.sample, b.sample)
      return b.sample.length > 0 ? { sample: a.sample, fraction: b.fraction } : a
    },
    finalize: ({ sample, fraction }, { result }) =>
      sample.length === 0 ? null : pick(sample, checked(fraction), result),
    serialize: ({ sample, fraction }) => ({ sample: trimmedSample(sample), fraction }),
    deserialize: (data) => data as State,
    size: ({ sample }) => sizeOfSample(sample),
    examples: [example],
  }
}

/** Negative fractions count from the greatest value, as in DuckDB. */
function checked(fraction: number): number {
  if (!(fraction >= -1 && fraction <= 1)) {
    throw new ChunkQLError('value', `a quantile lies between -1 and 1, not at ${fraction}`)
  }
  return fraction < 0 ? 1 + fraction : fraction
}

function withFraction(resolve: (type: Type) => { readonly arg: Type; readonly result: Type } | undefined) {
  return ([value, fraction, ...rest]: readonly Argument[]): Signature | undefined => {
    const types = value && resolve(value.type)
    if (!types || rest.length > 0 || !accepts(fraction, FLOAT64)) return undefined
    return { args: [types.arg, FLOAT64], result: types.result }
  }
}

function resolveMedian([value, ...rest]: readonly Argument[]): Signature | undefined {
  if (!value || rest.length > 0) return undefined
  const types = continuousTypes(value.type) ?? { arg: value.type, result: value.type }
  return { args: [types.arg], result: types.result }
}

const boolean = (value: Value, type: Type): Value => (type.kind === 'boolean' ? value !== 0 : value)

export const median = quantile(
  'median',
  [],
  'Finds the middle value, or the mean of the two in the middle; exact.',
  'median(x)',
  resolveMedian,
  (sample, fraction, result) =>
    isNumeric(sample.type) || isTemporal(sample.type) || isMoment(sample.type)
      ? interpolated(sample, fraction, result)
      : boolean(discrete(sample, fraction), result),
  { sql: 'median(3)', result: '3.0' },
)

export const quantileCont = quantile(
  'quantile_cont',
  [],
  'Finds the value below which a fraction of all lies, interpolated between neighbours; exact.',
  'quantile_cont(x, fraction)',
  withFraction(continuousTypes),
  interpolated,
  { sql: 'quantile_cont(3, 0.25)', result: '3.0' },
)

export const quantileDisc = quantile(
  'quantile_disc',
  ['quantile'],
  'Finds the least value that a fraction of all does not exceed; exact.',
  'quantile_disc(x, fraction)',
  withFraction((type) => ({ arg: type, result: type })),
  (sample, fraction, result) => boolean(discrete(sample, fraction), result),
  { sql: 'quantile_disc(3, 0.25)', result: '3' },
)

/** The values of all tasks by group, and the results that come of them. Called by `merge-hash.ts`. */
import type { Registry } from '../function/registry.js'
import { ChunkQLError } from '../model/error.js'
import type { CollectedValues, LoopPlan } from '../model/job.js'
import type { NamedAggregate } from '../model/plan.js'
import { isFloat, type Type, type Value } from '../model/type.js'
import { allocate, type NumericArray, type Vector, vectorOf } from '../model/vector.js'
import { tooManyValues } from './collect.js'
import type { OrderedValues } from './divided-values.js'
import type { StateArrays } from './state-arrays.js'

interface Part {
  readonly counts: Int32Array
  /** As words. */
  readonly values: Float64Array
  /** The group of each of its groups. */
  readonly codes: Int32Array
}

/** Where the values of all groups lie, run by run, those of a group one behind the other in task order. */
interface Runs {
  /** By group the first of its runs, and behind the last how many there are. */
  readonly starts: Int32Array
  /** Of each run: its part, where it begins there, and how many values it has. */
  readonly parts: Uint32Array
  readonly places: Uint32Array
  readonly counts: Uint32Array
}

/** Longer runs are copied faster at once than one by one. */
const longRun = 16

export class MergeCollected {
  readonly #parts: Part[] = []
  #bytes = 0

  constructor(
    /** Of one argument: all that are computed from it. */
    readonly aggregates: readonly NamedAggregate[],
    readonly registry: Registry,
    /** Bytes that the values may take. */
    readonly memory: number,
  ) {}

  /** In task order. */
  absorb(collected: CollectedValues, codes: Int32Array): void {
    // Taken over: what is left of the partial is freed.
    const { counts, values } = structuredClone(collected, { transfer: [collected.counts, collected.values] })
    this.take(new Int32Array(counts), new Float64Array(values), codes)
  }

  /** What is given is kept, but for the codes. */
  take(counts: Int32Array, values: Float64Array, codes: Int32Array): void {
    this.#parts.push({ counts, values, codes: codes.slice() })
    // One group may have them all, and is gathered once more; beside its count each group of a partial has a code and a run.
    this.#bytes += 2 * values.byteLength + 5 * counts.byteLength
    const names = this.aggregates.map(({ name }) => name).join(', ')
    if (this.#bytes > this.memory) throw tooManyValues(names, this.#bytes, this.memory)
  }

  results(groups: number): [id: number, Vector][] {
    const results = this.aggregates.map((aggregate) => this.#resultOf(aggregate))
    const found = results.map((): Value[] => [])
    const runs = this.#runs(groups)
    const type = this.aggregates[0]?.call.args[0]?.type as Type
    const gathered = new Float64Array(longest(runs, groups))
    const converted = conversionOf(gathered, type)
    for (let group = 0; group < groups; group++) {
      const values = converted(this.#gather(runs, group, gathered))
      for (let k = 0; k < results.length; k++) found[k]?.push((results[k] as (values: NumericArray) => Value)(values))
    }
    return this.aggregates.map(({ id, call }, k) => [id, vectorOf(call.type, found[k] as Value[])])
  }

  /** The values of all groups in another order of these, one group behind the other. */
  ordered(order: Int32Array): OrderedValues {
    const runs = this.#runs(order.length)
    const [groups, counts] = [new Int32Array(order.length), new Int32Array(order.length)]
    order.forEach((number, group) => {
      groups[number] = group
      counts[number] = countOf(runs, group)
    })
    return {
      counts,
      copy: ({ firstGroup, groups: length }, to) => {
        let at = 0
        for (let number = firstGroup; number < firstGroup + length; number++) {
          at += this.#gather(runs, groups[number] as number, to.subarray(at))
        }
      },
    }
  }

  #resultOf({ call }: NamedAggregate): (values: NumericArray) => Value {
    const definition = this.registry.aggregateFunction(call.aggregate)
    const ofValues = definition?.kind === 'holistic' ? definition.ofValues : undefined
    if (!ofValues) throw new ChunkQLError('internal', `${call.aggregate} does not take all values at once`)
    const rest = call.args.slice(1).map((arg) => (arg.kind === 'literal' ? arg.value : null))
    return ofValues({ args: call.args.map(({ type }) => type), result: call.type }, rest)
  }

  /** Sorted by group: the values themselves stay where they are until their group's turn. */
  #runs(groups: number): Runs {
    const starts = new Int32Array(groups + 1)
    for (const { codes } of this.#parts) for (const code of codes) starts[code + 1] = (starts[code + 1] as number) + 1
    for (let group = 0; group < groups; group++) {
      starts[group + 1] = (starts[group + 1] as number) + (starts[group] as number)
    }
    const total = starts[groups] as number
    const [parts, places, counts] = [new Uint32Array(total), new Uint32Array(total), new Uint32Array(total)]
    const next = starts.slice()
    this.#parts.forEach((part, p) => {
      let place = 0
      for (let g = 0; g < part.codes.length; g++) {
        const code = part.codes[g] as number
        const run = next[code] as number
        next[code] = run + 1
        parts[run] = p
        places[run] = place
        counts[run] = part.counts[g] as number
        place += part.counts[g] as number
      }
    })
    return { starts, parts, places, counts }
  }

  /** Puts the values of a group side by side; tells how many there are. */
  #gather({ starts, parts, places, counts }: Runs, group: number, to: Float64Array): number {
    let length = 0
    const past = starts[group + 1] as number
    for (let run = starts[group] as number; run < past; run++) {
      const { values } = this.#parts[parts[run] as number] as Part
      const [place, count] = [places[run] as number, counts[run] as number]
      if (count >= longRun) to.set(values.subarray(place, place + count), length)
      else for (let i = 0; i < count; i++) to[length + i] = values[place + i] as number
      length += count
    }
    return length
  }
}

/** Values of the group that has most. */
function longest(runs: Runs, groups: number): number {
  let most = 0
  for (let group = 0; group < groups; group++) most = Math.max(most, countOf(runs, group))
  return most
}

function countOf({ starts, counts }: Runs, group: number): number {
  let length = 0
  for (let run = starts[group] as number; run < (starts[group + 1] as number); run++) length += counts[run] as number
  return length
}

/** The first of these words as values of their type: floats are doubles there, all else is extended to 64 bits. */
function conversionOf(words: Float64Array, type: Type): (length: number) => NumericArray {
  if (type.kind === 'float64') return (length) => words.subarray(0, length)
  const values = allocate(type, words.length) as NumericArray
  const stored = isFloat(type) ? words : new (values.constructor as Int32ArrayConstructor)(words.buffer)
  const step = 8 / stored.BYTES_PER_ELEMENT
  return (length) => {
    for (let i = 0; i < length; i++) values[i] = stored[i * step] as never
    return values.subarray(0, length) as NumericArray
  }
}

/** The results of all aggregates: of those whose values were collected, and of the others, which have states. */
export function resultsOf(
  states: StateArrays,
  collected: readonly MergeCollected[],
  groups: number,
  aggregates: readonly NamedAggregate[],
): [id: number, Vector][] {
  const kept = new Set(collected.flatMap((merge) => merge.aggregates))
  const finished = states.results(
    groups,
    aggregates.filter((aggregate) => !kept.has(aggregate)),
  )
  return [...finished, ...collected.flatMap((merge) => merge.results(groups))]
}

/** `collected`: for each argument whose values are kept the indexes of the aggregates that are computed from it. */
export function openCollected(
  collected: LoopPlan['collected'],
  aggregates: readonly NamedAggregate[],
  registry: Registry,
  memory: number,
): MergeCollected[] {
  return (collected ?? []).map((indexes) => {
    const own = indexes.map((k) => aggregates[k] as NamedAggregate)
    return new MergeCollected(own, registry, memory)
  })
}

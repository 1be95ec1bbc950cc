/** The values of all tasks by group, and the results that come of them. Called by `merge-hash.ts`. */
import type { Registry } from '../function/registry.js'
import { ChunkQLError } from '../model/error.js'
import type { CollectedValues } from '../model/job.js'
import type { NamedAggregate } from '../model/plan.js'
import { isFloat, type Type, type Value } from '../model/type.js'
import { allocate, type NumericArray, type Vector, vectorOf } from '../model/vector.js'
import { tooManyValues } from './collect.js'

interface Part extends CollectedValues {
  /** The group of each of its groups. */
  readonly codes: Int32Array
}

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
    this.#parts.push({ counts, values, codes: codes.slice() })
    // They are laid out anew when all are there.
    this.#bytes += 2 * values.byteLength + 2 * counts.byteLength
    const names = this.aggregates.map(({ name }) => name).join(', ')
    if (this.#bytes > this.memory) throw tooManyValues(names, this.#bytes, this.memory)
  }

  results(groups: number): [id: number, Vector][] {
    const starts = this.#starts(groups)
    const [first] = this.aggregates
    const values = typed(this.#laidOut(starts), (first as NamedAggregate).call.args[0]?.type as Type)
    return this.aggregates.map(({ id, call }) => {
      const definition = this.registry.aggregateFunction(call.aggregate)
      const ofValues = definition?.kind === 'holistic' ? definition.ofValues : undefined
      if (!ofValues) throw new ChunkQLError('internal', `${call.aggregate} does not take all values at once`)
      const rest = call.args.slice(1).map((arg) => (arg.kind === 'literal' ? arg.value : null))
      const signature = { args: call.args.map(({ type }) => type), result: call.type }
      const result = ofValues(signature, rest)
      const found: Value[] = []
      for (let group = 0; group < groups; group++) {
        found.push(result(values.subarray(starts[group] as number, starts[group + 1] as number)))
      }
      return [id, vectorOf(call.type, found)]
    })
  }

  /** Where the values of each group begin, and where the last end. */
  #starts(groups: number): Float64Array {
    const starts = new Float64Array(groups + 1)
    for (const { counts, codes } of this.#parts) {
      const own = new Int32Array(counts)
      for (let g = 0; g < own.length; g++) {
        const next = (codes[g] as number) + 1
        starts[next] = (starts[next] as number) + (own[g] as number)
      }
    }
    for (let group = 0; group < groups; group++) {
      starts[group + 1] = (starts[group + 1] as number) + (starts[group] as number)
    }
    return starts
  }

  /** As words, group by group. */
  #laidOut(starts: Float64Array): Float64Array {
    const places = starts.slice()
    const all = new Float64Array(starts.at(-1) as number)
    for (const { counts, codes, values } of this.#parts.splice(0)) {
      const own = new Int32Array(counts)
      const from = new Float64Array(values)
      let at = 0
      for (let g = 0; g < own.length; g++) {
        const end = at + (own[g] as number)
        let to = places[codes[g] as number] as number
        while (at < end) all[to++] = from[at++] as number
        places[codes[g] as number] = to
      }
    }
    return all
  }
}

/** Words of keys as values of their type: floats are doubles there, all else is extended to 64 bits. */
function typed(words: Float64Array, type: Type): NumericArray {
  if (type.kind === 'float64') return words
  if (isFloat(type)) return Float32Array.from(words)
  const values = allocate(type, words.length) as NumericArray
  const stored = new (values.constructor as Int32ArrayConstructor)(words.buffer)
  const step = 8 / values.BYTES_PER_ELEMENT
  for (let i = 0; i < values.length; i++) values[i] = stored[i * step] as never
  return values
}

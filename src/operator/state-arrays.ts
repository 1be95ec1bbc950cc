/** The states of all groups at the end of a reduction: arrays in a machine into which the partials of tasks are combined. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { ColumnId } from '../model/expression.js'
import type { CompiledStage } from '../model/job.js'
import {
  combineFrame,
  combineFrameBytes,
  combineWord,
  type Field,
  finishFrame,
  finishFrameBytes,
  finishWord,
} from '../model/nest.js'
import type { NamedAggregate } from '../model/plan.js'
import { allocate, type NumericArray, type Vector } from '../model/vector.js'
import { fieldBytes, imports, initField, setWord, word } from './body.js'

/** So many groups from the first on, or those listed. */
export type Groups = number | Int32Array

type FrameCall = (frame: number) => void

export class StateArrays {
  readonly #combine: FrameCall
  readonly #finish: WebAssembly.Exports
  readonly #combineFrame: number
  #addresses: number[] = []
  #capacity = 0

  constructor(
    readonly machine: Machine,
    readonly fields: readonly Field[],
    readonly compiled: CompiledStage,
  ) {
    this.#combine = instantiate(compiled.combine, machine).combine as FrameCall
    this.#finish = instantiate(compiled.finish?.module, machine)
    this.#combineFrame = machine.allocate(combineFrameBytes(fields.length))
  }

  /** Field by field where the states are; others after `reserve`. */
  get addresses(): readonly number[] {
    return this.#addresses
  }

  /** Makes room for so many groups; new ones have the initial state. */
  reserve(groups: number): void {
    if (groups <= this.#capacity) return
    const had = this.#capacity
    const capacity = had === 0 ? groups : Math.max(groups, 2 * had)
    this.#addresses = this.fields.map((field, k) => {
      const address = this.machine.allocate(capacity * fieldBytes(field))
      const old = this.#addresses[k] ?? 0
      this.machine.bytes.copyWithin(address, old, old + had * fieldBytes(field))
      initField(field, this.machine, address, had, capacity)
      return address
    })
    this.#capacity = capacity
  }

  /** Copies the arrays of a partial into memory; valid until the caller's mark is released. */
  place(arrays: readonly ArrayBuffer[]): number[] {
    return placeArrays(this.machine, arrays, this.machine.allocate(placedBytes(arrays)))
  }

  /** Combines `count` groups of placed arrays, from group `from` on, into those from `to` on, or into those that `codes` (an address) lists. */
  combine(placed: readonly number[], from: number, to: number, count: number, codes = 0): void {
    const frame = this.#combineFrame
    setWord(this.machine, frame + combineFrame.count, count)
    setWord(this.machine, frame + combineFrame.codes, codes)
    this.fields.forEach((field, k) => {
      const bytes = fieldBytes(field)
      setWord(this.machine, frame + combineWord(k), (this.#addresses[k] as number) + to * bytes)
      setWord(this.machine, frame + combineWord(k) + 4, (placed[k] as number) + from * bytes)
    })
    this.#combine(frame)
  }

  /** Copies of the states of so many groups from the first on, field by field. */
  arrays(groups: number): ArrayBuffer[] {
    const { buffer } = this.machine.memory
    return this.fields.map((field, k) => {
      const at = this.#addresses[k] as number
      return buffer.slice(at, at + groups * fieldBytes(field)) as ArrayBuffer
    })
  }

  /** Of so many groups those that at least one row entered, as an accumulator of row counts tells. */
  present(groups: number, accumulator: number): Int32Array {
    const field = this.fields.findIndex((field) => field.accumulator === accumulator)
    const counts = new BigInt64Array(this.machine.memory.buffer, this.#addresses[field], groups)
    const found = new Int32Array(groups)
    let length = 0
    for (let group = 0; group < groups; group++) if (counts[group] !== 0n) found[length++] = group
    return found.slice(0, length)
  }

  /** The results of all aggregates for the groups chosen. */
  results(groups: Groups, aggregates: readonly NamedAggregate[]): [ColumnId, Vector][] {
    const mark = this.machine.mark()
    const count = typeof groups === 'number' ? groups : groups.length
    const listed = typeof groups === 'number' ? 0 : this.#list(groups)
    const columns = aggregates.map((aggregate, k): [ColumnId, Vector] => [
      aggregate.id,
      this.#result(k, aggregate, listed, count),
    ])
    this.machine.release(mark)
    return columns
  }

  #list(groups: Int32Array): number {
    const listed = this.machine.allocate(groups.byteLength)
    this.machine.bytes.set(new Uint8Array(groups.buffer, groups.byteOffset, groups.byteLength), listed)
    return listed
  }

  #result(k: number, { call }: NamedAggregate, listed: number, count: number): Vector {
    const { machine } = this
    const mark = machine.mark()
    const values = allocate(call.type, count) as NumericArray
    const frame = machine.allocate(finishFrameBytes(this.fields.length))
    const valuesAt = machine.allocate(values.byteLength)
    const validAt = machine.allocate(count)
    const words: [number, number][] = [
      [finishFrame.count, count],
      [finishFrame.groups, listed],
      [finishFrame.values, valuesAt],
      [finishFrame.valid, validAt],
      [finishFrame.error, 0],
      ...this.fields.map((_, f): [number, number] => [finishWord(f), this.#addresses[f] as number]),
    ]
    for (const [offset, value] of words) setWord(machine, frame + offset, value)
    ;(this.#finish[`finish${k}`] as FrameCall)(frame)
    this.#check(word(machine, frame + finishFrame.error), call.aggregate)
    const bytes = new Uint8Array(values.buffer, 0, values.byteLength)
    bytes.set(machine.bytes.subarray(valuesAt, valuesAt + bytes.length))
    const valid = machine.bytes.subarray(validAt, validAt + count)
    machine.release(mark)
    return { type: call.type, length: count, values, valid: valid.includes(0) ? valid.slice() : undefined }
  }

  #check(error: number, aggregate: string): void {
    if (error === 0) return
    const message = this.compiled.finish?.errors[error - 1] ?? `${aggregate} cannot be computed`
    throw new ChunkQLError('value', message)
  }
}

/** Room for arrays that are placed one behind the other. */
export function placedBytes(arrays: readonly ArrayBuffer[]): number {
  return arrays.reduce((sum, array) => sum + aligned(array.byteLength), 0)
}

/** Copies arrays to an address, one behind the other; gives their addresses. */
export function placeArrays(machine: Machine, arrays: readonly ArrayBuffer[], address: number): number[] {
  let next = address
  return arrays.map((array) => {
    const at = next
    machine.bytes.set(new Uint8Array(array), at)
    next += aligned(array.byteLength)
    return at
  })
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 16) * 16
}

function instantiate(module: WebAssembly.Module | undefined, machine: Machine): WebAssembly.Exports {
  if (!module) throw new ChunkQLError('internal', 'a reduction was compiled without its end')
  return new WebAssembly.Instance(module, imports(machine)).exports
}

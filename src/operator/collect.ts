/** Values kept by group in a task, for aggregates that need them all. Called by `hash-reduce.ts`. */
import { ChunkQLError, isChunkQLError } from '../model/error.js'
import type { CollectedValues } from '../model/job.js'
import { frame } from '../model/nest.js'
import type { Call } from './axis.js'
import { type Body, setWord } from './body.js'
import type { OrderedValues } from './divided-values.js'
import type { Scratch } from './scratch.js'

export class Collect {
  readonly #marks: number
  #groups: number
  #values: number
  #count = 0
  #room: number

  /** `body` writes a record of one key, the value, for each cell of a call. `callCells`: cells of a call at most. */
  constructor(
    readonly body: Body,
    readonly scratch: Scratch,
    readonly callCells: number,
    /** Bytes that a thread may use. */
    readonly memory: number,
  ) {
    const { machine } = scratch
    this.#room = 2 * callCells
    this.#marks = machine.allocate(callCells * 4)
    setWord(machine, body.frame + frame.out, machine.allocate(callCells * 16))
    this.#groups = machine.allocate(this.#room * 4)
    this.#values = machine.allocate(this.#room * 8)
  }

  /** The body's frame is that of the call; `codes`: address of the groups of its cells. */
  take({ cells }: Call, codes: number): void {
    const { body, scratch } = this
    const { machine } = scratch
    if (this.#count + cells >= this.#room) this.#grow()
    setWord(machine, body.frame + frame.codes, this.#marks)
    body.run({ cells } as Call)
    const records = machine.view.getUint32(body.frame + frame.out, true)
    const [groups, values] = [this.#groups + this.#count * 4, this.#values + this.#count * 8]
    this.#count += machine.kernel.collect_values(records, this.#marks, codes, cells, groups, values)
  }

  #grow(): void {
    const { machine } = this.scratch
    this.#room *= 2
    const move = (from: number, bytes: number) => {
      const to = this.#allocate(this.#room * bytes)
      machine.bytes.copyWithin(to, from, from + this.#count * bytes)
      return to
    }
    this.#groups = move(this.#groups, 4)
    this.#values = move(this.#values, 8)
  }

  #allocate(bytes: number): number {
    try {
      return this.scratch.machine.allocate(bytes)
    } catch (error) {
      if (!isChunkQLError(error) || error.code !== 'memory') throw error
      throw tooManyValues('an aggregate that needs them all', this.#count * 20 + bytes, this.memory)
    }
  }

  partial(groups: number): CollectedValues {
    const { counts, values } = this.#grouped(groups)
    const copy = (at: number, bytes: number) => this.scratch.machine.memory.buffer.slice(at, at + bytes) as ArrayBuffer
    return { counts: copy(counts, groups * 4), values: copy(values, this.#count * 8) }
  }

  /** Nothing is taken any more afterwards. */
  ordered(order: Int32Array): OrderedValues {
    const { memory } = this.scratch.machine
    const numbers = new Int32Array(memory.buffer, this.#groups, this.#count)
    for (let i = 0; i < numbers.length; i++) numbers[i] = order[numbers[i] as number] as number
    const { counts, values } = this.#grouped(order.length)
    return {
      counts: new Int32Array(memory.buffer.slice(counts, counts + order.length * 4)),
      copy: ({ firstValue, values: length }, to) =>
        to.set(new Float64Array(memory.buffer, values + firstValue * 8, length)),
    }
  }

  #grouped(groups: number): { counts: number; values: number } {
    const { kernel } = this.scratch.machine
    const [counts, places] = [this.#allocate(groups * 4), this.#allocate(groups * 4)]
    const values = this.#allocate(this.#count * 8)
    kernel.group_values(this.#groups, this.#values, this.#count, groups, counts, places, values)
    return { counts, values }
  }
}

export function tooManyValues(of: string, bytes: number, limit: number): ChunkQLError {
  const message = `the values of ${of} take ${Math.ceil(bytes / 1e6)} MB, the limit is ${Math.floor(limit / 1e6)} MB`
  return new ChunkQLError('memory', message, {
    hint: 'raise it with SET memory_limit, or group and filter more narrowly',
  })
}

/** The decoded chunks of one column in one machine: a few slots, the oldest used again. Called by `pieces.ts` and `cells.ts`. */
import type { Machine } from '../kernel/machine.js'
import type { Work } from '../model/job.js'
import type { ChunkedColumn, Fetched } from '../source/source.js'

export class ChunkReader {
  readonly #slots: number[]
  /** Which chunk each slot holds, as text. */
  readonly #held: (string | undefined)[]
  #next = 0

  constructor(
    readonly column: ChunkedColumn,
    readonly machine: Machine,
    readonly work: () => Work,
    slots: number,
  ) {
    this.#slots = Array.from({ length: slots }, () => machine.allocate(column.layout.bytes))
    this.#held = new Array(slots)
  }

  /** Address of a chunk, decoding it where no slot holds it. Synchronous where the source is. */
  load(chunk: readonly number[]): number | Promise<number> {
    const name = chunk.join('.')
    const held = this.#held.indexOf(name)
    if (held >= 0) return this.#slots[held] as number
    const slot = this.#next
    this.#next = (slot + 1) % this.#slots.length
    this.#held[slot] = undefined
    return this.#fill(slot, chunk, name)
  }

  /** Address of a chunk that `load` brought before. */
  loaded(chunk: readonly number[]): number {
    const held = this.#held.indexOf(chunk.join('.'))
    return held < 0 ? -1 : (this.#slots[held] as number)
  }

  #fill(slot: number, chunk: readonly number[], name: string): number | Promise<number> {
    const range = this.column.locate(chunk)
    const mark = this.machine.mark()
    const started = performance.now()
    const decode = (fetched: Fetched): number => {
      const address = this.#slots[slot] as number
      const fetchedAt = performance.now()
      this.column.decode(fetched, this.machine, address, range)
      this.machine.release(mark)
      this.#held[slot] = name
      this.#count(fetched, fetchedAt - started, performance.now() - fetchedAt)
      return address
    }
    const fetched = this.column.fetch(range, this.machine)
    return fetched instanceof Promise ? fetched.then(decode) : decode(fetched)
  }

  #count(fetched: Fetched, msFetch: number, msDecode: number): void {
    const work = this.work()
    work.read++
    work.requests++
    if (!fetched) work.missing++
    work.bytesRead += fetched?.length ?? 0
    work.bytesDecoded += this.column.layout.bytes
    work.msByStage.fetch = (work.msByStage.fetch ?? 0) + msFetch
    work.msByStage.decode = (work.msByStage.decode ?? 0) + msDecode
  }
}

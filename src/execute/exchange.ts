/**
 * The exchange between the two stages of a reduction to many groups: takes the partials of tasks in their order, and gives
 * what they divided out again, part by part. Called by `execute.ts`.
 */
import { ChunkQLError } from '../model/error.js'
import type { GroupPart, PartialBody } from '../model/job.js'
import { type Division, partCount } from '../operator/division.js'
import type { MergeHash } from '../operator/merge-hash.js'
import { free } from './buffers.js'

type Whole = Extract<PartialBody, { kind: 'hash' }>
type Divided = Extract<PartialBody, { kind: 'divided' }>

/** A merge of partials that are not divided, which gives its memory back. */
export interface WholeMerge {
  readonly merge: MergeHash
  release(): void
}

export class Exchange {
  #whole: WholeMerge | undefined
  /** By part, in the order of the tasks. */
  readonly #parts: GroupPart[][]
  #bytes = 0

  constructor(
    readonly division: Division,
    /** For partials that are not divided. */
    readonly openWhole: () => WholeMerge,
    /** Bytes that parts may take while they wait. */
    readonly memory: number,
  ) {
    this.#parts = Array.from({ length: partCount }, () => [])
  }

  /** In task order; `more`: how many partials are still to come. */
  absorb(body: Whole | Divided, more: number): void {
    if (body.kind === 'divided') {
      this.#divideWhole()
      this.#take(body.parts)
      return
    }
    this.#whole ??= this.openWhole()
    this.#whole.merge.absorb(body, more)
    free(body)
    if (more > 0 && this.#whole.merge.count >= mostWhole) this.#divideWhole()
  }

  /** The merge of all partials where none was divided. */
  get whole(): MergeHash | undefined {
    if (this.#bytes > 0) return undefined
    this.#whole ??= this.openWhole()
    return this.#whole.merge
  }

  /** What each task of the second stage is to merge. Nothing is kept here of what was given. */
  *shares(): Generator<GroupPart[]> {
    this.#divideWhole()
    let share: GroupPart[] = []
    let groups = 0
    for (const parts of this.#parts.splice(0)) {
      share.push(...parts)
      groups += parts.reduce((sum, { count }) => sum + count, 0)
      if (groups < this.division.perMerge) continue
      yield share
      share = []
      groups = 0
    }
    if (share.length > 0) yield share
  }

  release(): void {
    this.#whole?.release()
    this.#whole = undefined
  }

  /** What was merged so far comes before what is to come. */
  #divideWhole(): void {
    if (!this.#whole) return
    this.#take(this.#whole.merge.divided(this.division))
    this.release()
  }

  #take(parts: readonly GroupPart[]): void {
    parts.forEach((part, k) => {
      if (part.count > 0) this.#parts[k]?.push(part)
      this.#bytes += part.bytes.byteLength
    })
    if (this.#bytes > this.memory) throw tooMany(this.#bytes, this.memory)
  }
}

/** Groups that are merged here before they are divided, too. */
const mostWhole = 2 ** 19

function tooMany(bytes: number, limit: number): ChunkQLError {
  const message = `the groups take ${Math.ceil(bytes / 1e6)} MB, the limit is ${Math.floor(limit / 1e6)} MB`
  return new ChunkQLError('memory', message, {
    hint: 'raise it with SET memory_limit, or group and filter more narrowly',
  })
}

/** Makes records of chunks as they are decoded, and the task that decodes them for nothing else. Called by `stage-run.ts`. */
import type { Machine } from '../kernel/machine.js'
import { isChunkQLError } from '../model/error.js'
import { type Fingerprints, isKnown, sameFingerprint } from '../model/fingerprint.js'
import type { CompiledNest, Measure, PartialBody, Survey, Surveyed } from '../model/job.js'
import { columnWord, type Field } from '../model/nest.js'
import { type Box, cellCount } from '../model/schema.js'
import { extentOf, recordOf, word, wordsPerRecord } from '../model/statistics.js'
import type { StoredColumn } from '../model/stored-column.js'
import { isFloat, type Value } from '../model/type.js'
import { blockCells, type Call } from '../operator/axis.js'
import { type Body, placeBody, placeFields } from '../operator/body.js'
import { runLoop } from '../operator/loop.js'
import { isRead } from '../operator/piece.js'
import { Scratch } from '../operator/scratch.js'
import { allocateStored, unpack } from '../source/unpack.js'
import { settled } from '../statistics/fingerprint.js'
import { piecesOf } from './boxes.js'
import type { ChunkWatcher, DecodedChunk } from './chunk-reader.js'
import { lookAtNumbers } from './number-cells.js'
import type { StageRun } from './stage-run.js'
import { measureTexts } from './text-cells.js'

/** The records of one survey on one thread: each chunk has one, however often it is decoded. */
export class Surveyor implements ChunkWatcher {
  readonly #body: Body | undefined
  readonly #fields: readonly number[] = []
  /** The memory of the fields as it is before the first cell. */
  readonly #initial: Uint8Array = new Uint8Array()
  readonly #scratch: Scratch
  readonly #done: Uint8Array
  #chunks: number[] = []
  /** Their records, one after another; it grows. */
  #records = new BigInt64Array(64 * wordsPerRecord)
  #values: Surveyed['values'][number][] = []
  /** The record of the chunk at hand. */
  readonly #words = new BigInt64Array(wordsPerRecord)
  readonly #floats = new Float64Array(this.#words.buffer)
  readonly #wholeExtent: bigint
  /** What may still be spent; less than 0 where the last record cost more than there was: then it is earned first. */
  #leftMs = 0
  /** The only call of the last chunk, where it was whole. */
  #again: Call | undefined

  /** Places the body in the machine, where it stays until its owner releases it. `keptAt`: what the source keeps for a chunk. */
  constructor(
    readonly survey: Survey,
    readonly column: StoredColumn,
    readonly machine: Machine,
    readonly keptAt: (address: number) => readonly Value[] | undefined,
  ) {
    this.#scratch = new Scratch(machine)
    this.#done = new Uint8Array(cellCount(survey.counts))
    const { chunk } = column.layout
    this.#wholeExtent = extentOf(
      chunk.map(() => 0),
      chunk,
      chunk,
    )
    if (!survey.measure) return
    this.#body = placeBody(survey.measure.compiled as CompiledNest, machine)
    this.#fields = placeFields(this.#body, machine, 1)
    const [first = 0] = this.#fields
    this.#initial = machine.bytes.slice(first, (this.#fields.at(-1) ?? first) + 8)
    // Tasks give back what is allocated while they run.
    this.#scratch.reserve(tableBytes(column))
  }

  asks(chunk: readonly number[]): boolean {
    return this.survey.asks && this.#leftMs >= 0 && this.#isNew(recordIn(this.survey, chunk))
  }

  decoded(chunk: DecodedChunk): void {
    const { share } = this.survey
    const isAffordable = this.#leftMs >= 0
    if (share !== undefined) this.#leftMs += share * chunk.ms
    if (!isAffordable) return
    const started = performance.now()
    this.#record(chunk)
    if (share !== undefined) this.#leftMs -= performance.now() - started
  }

  #record({ index, address, before, now }: DecodedChunk): void {
    const { kept } = this.survey
    const record = recordIn(this.survey, index)
    if (!this.#isNew(record)) return
    if (kept && (!isKnown(before, 0) || sameFingerprint(before, 0, kept, record))) return
    this.#done[record] = 1
    try {
      const { record: words, entry } = this.#lookAt(index, address)
      const fingerprint = isKnown(before, 0) ? sameAs(before, now()) : before
      if (kept && !isKnown(fingerprint, 0)) return
      words[word.fingerprint] = fingerprint[0] as bigint
      words[word.fingerprint + 1] = fingerprint[1] as bigint
      this.#append(record, words)
      if (entry) this.#values.push({ chunk: record, words: entry })
    } catch (error) {
      // Of bytes that are no texts nothing is known, as long as nobody asks for them.
      const isHarmless = kept !== undefined || !this.survey.measure
      if (!isHarmless || !isChunkQLError(error)) throw error
    }
  }

  /** Neither recorded before nor outside of what is surveyed. */
  #isNew(record: number | undefined): record is number {
    return record !== undefined && this.#done[record] === 0
  }

  /** What was recorded since the last call. */
  take(): Omit<Surveyed, 'survey'> | undefined {
    const [chunks, values] = [this.#chunks, this.#values]
    if (chunks.length === 0) return undefined
    this.#chunks = []
    this.#values = []
    return { chunks, words: this.#records.slice(0, chunks.length * wordsPerRecord), values }
  }

  #append(record: number, words: BigInt64Array): void {
    const at = this.#chunks.length * wordsPerRecord
    if (at === this.#records.length) {
      const more = new BigInt64Array(2 * at)
      more.set(this.#records)
      this.#records = more
    }
    this.#records.set(words, at)
    this.#chunks.push(record)
  }

  #lookAt(chunk: readonly number[], address: number): Looked {
    const { survey, column } = this
    const { layout } = column
    const extents = chunk.map((at, axis) => cellsAlong(at, layout.chunk[axis] as number, survey.shape[axis] as number))
    const found = this.#body ? this.#lookAtNumbers(this.#body, extents, address) : this.#lookAtTexts(extents, address)
    found.record[word.extent] = this.#isWhole(extents) ? this.#wholeExtent : extentOf(chunk, layout.chunk, survey.shape)
    found.record[word.time] = BigInt(Date.now())
    return found
  }

  #isWhole(extents: readonly number[]): boolean {
    const { chunk } = this.column.layout
    return extents.every((extent, axis) => extent === chunk[axis])
  }

  #lookAtTexts(extents: readonly number[], address: number): Looked {
    const first = address + (this.column.layout.offset ?? 0)
    return measureTexts(this.column, this.machine.memory.buffer, first, extents, this.keptAt(address))
  }

  #lookAtNumbers(body: Body, extents: readonly number[], address: number): Looked {
    const record = this.#measure(this.survey.measure as Measure, body, extents, address)
    if (!this.survey.looks) return { record }
    const first = address + (this.column.layout.offset ?? 0)
    return { record, entry: lookAtNumbers(this.column, this.machine.memory.buffer, first, extents, record) }
  }

  /** The record is the same for all chunks. */
  #measure(measure: Measure, body: Body, extents: readonly number[], address: number): BigInt64Array<ArrayBuffer> {
    const { column, machine } = this
    const { order, words: places, nanIsNull, isPacked } = measure
    const { layout, type } = column
    const { fields } = body.compiled
    machine.bytes.set(this.#initial, this.#fields[0])
    this.#run(order, body, extents, address + (layout.offset ?? 0))
    const [words, floats] = [this.#words, this.#floats]
    words.fill(0n)
    const { view } = machine
    places.forEach((place, k) => {
      if (place < 0) return
      const value = stateOf(fields[k] as Field, view, this.#fields[k] as number)
      const isFloatWord = place === word.mean || place === word.m2 || (isFloat(type) && isValue(place) && !isPacked)
      if (isFloatWord) floats[place] = Number(value)
      else words[place] = BigInt(value)
    })
    if (isPacked) unpackEnds(column, words, floats)
    const cells = BigInt(cellCount(extents))
    if (places.includes(word.nulls)) words[word.nulls] = cells - (words[word.nulls] as bigint)
    if (nanIsNull) {
      words[word.nulls] = (words[word.nulls] as bigint) + (words[word.nans] as bigint)
      words[word.nans] = 0n
    }
    const none = (words[word.nulls] as bigint) + (words[word.nans] as bigint)
    if (none === cells) words.fill(0n, word.min, word.max + 1)
    words[word.hasMoments] = places.includes(word.sum) ? 1n : 0n
    words[word.cells] = cells
    const ends: BigInt64Array | Float64Array = isFloat(type) ? floats : words
    words[word.constant] = BigInt(none === 0n && ends[word.min] === ends[word.max])
    return words
  }

  /** Whole chunks are run alike: where one was a single call, the next one differs from it by where it begins. */
  #run(order: readonly number[], body: Body, extents: readonly number[], base: number): void {
    const isWhole = this.#isWhole(extents)
    if (isWhole && this.#again) {
      this.machine.view.setInt32(body.frame + columnWord(0), base, true)
      body.run(this.#again)
      return
    }
    const dims = extents.map((extent) => ({ extent, ranges: [[0, extent]] as const }))
    const columns = [{ base, strides: this.column.layout.strides }]
    const calls: Call[] = []
    runLoop({ order, dims, columns, shape: 'register' }, this.#scratch, body.frame, (call) => {
      calls.push(call)
      body.run(call)
    })
    this.#again = isWhole && calls.length === 1 ? calls[0] : undefined
  }
}

interface Looked {
  readonly record: BigInt64Array<ArrayBuffer>
  /** Of the values, where they are few. */
  readonly entry?: BigInt64Array<ArrayBuffer> | undefined
}

/** The number of the chunk's record; undefined where it lies outside of what is surveyed. */
function recordIn(survey: Survey, index: readonly number[]): number | undefined {
  const { start, counts } = survey
  const isInside = index.every((at, axis) => {
    const place = at - (start[axis] as number)
    return place >= 0 && place < (counts[axis] as number)
  })
  return isInside ? recordOf(survey, index) : undefined
}

/** Whoever tells the fingerprint of the bytes as they are read tells the same before and after. */
function sameAs(before: Fingerprints, after: Fingerprints): Fingerprints {
  return after === before ? before : settled(before, after)
}

const isValue = (place: number): boolean => place === word.min || place === word.max || place === word.sum

function unpackEnds({ type, layout }: StoredColumn, words: BigInt64Array, floats: Float64Array): void {
  const stored = allocateStored(layout.storage, 2)
  for (const [i, end] of [word.min, word.max].entries()) {
    const value = words[end] as bigint
    stored[i] = (stored instanceof BigInt64Array || stored instanceof BigUint64Array ? value : Number(value)) as never
  }
  const ends = Float64Array.from(unpack(type, layout, stored).values as Float32Array | Float64Array).sort()
  floats.set(ends, word.min)
}

function cellsAlong(at: number, size: number, all: number): number {
  return Math.max(0, Math.min(size, all - at * size))
}

/** What the loop over a chunk lays out: runs of a block each, and the indexes along one axis. */
function tableBytes({ layout: { chunk } }: StoredColumn): number {
  return 12 * (cellCount(chunk) / blockCells + 2) + 8 * Math.max(1, ...chunk)
}

function stateOf(field: Field, view: DataView, address: number): number | bigint {
  switch (field.type) {
    case 'i32':
      return view.getInt32(address, true)
    case 'i64':
      return view.getBigInt64(address, true)
    case 'f32':
      return view.getFloat32(address, true)
    case 'f64':
      return view.getFloat64(address, true)
    default:
      return field.type satisfies never
  }
}

/** Reads the chunks under some boxes. */
export async function surveyTask(run: StageRun, boxes: readonly Box[]): Promise<PartialBody> {
  const { scan } = run.stage
  for (const box of boxes) {
    for (const piece of piecesOf(box, scan.columns, scan.verdicts)) {
      const pause = run.check()
      if (pause) await pause
      if (!isRead(scan, piece)) continue
      for (const [k, column] of scan.columns.entries()) {
        if (column.kind !== 'stored') continue
        const { chunk } = column.layout
        const index = column.dims.map((dim, axis) => Math.floor((piece.start[dim] as number) / (chunk[axis] as number)))
        const loaded = run.readers[k]?.load(index)
        if (loaded instanceof Promise) await loaded
      }
    }
  }
  return { kind: 'rows', batches: [] }
}

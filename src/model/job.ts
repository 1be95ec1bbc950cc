/** What workers get: plain data, sent once per job; tasks are an index. Boundaries of tasks depend on the job alone. */
import type { Access } from './access.js'
import type { ColumnId, Expression } from './expression.js'
import type { Fingerprints } from './fingerprint.js'
import type { Accumulator, Field, Finish, Nest, StateRecord } from './nest.js'
import type {
  Aggregate,
  Filter,
  Limit,
  NamedAggregate,
  NamedExpression,
  OutputColumn,
  Project,
  Sort,
  SortKey,
  Unnest,
} from './plan.js'
import type { Dimension, Layout } from './schema.js'
import type { TextEncoding } from './stored-text.js'
import type { Type } from './type.js'
import type { Batch, Header, PackedVector, Utf8, Vector } from './vector.js'

/** By which another thread opens a source again. */
export interface SourceRef {
  readonly kind: string
  readonly location: string
  readonly options: Readonly<Record<string, unknown>>
}

/** Settings that a job carries; all have a default and are set by SET. */
export interface Settings extends Access {
  readonly threads: number
  /** Bytes. */
  readonly memory_limit: number
  readonly temp_directory: string
  /** What is known of stores lies here, and partial results. */
  readonly local_cache: string
  readonly nan_is_null: boolean
  readonly decode_cf: boolean
  readonly decode_timedelta: boolean
  readonly mask_valid_range: boolean
  /** 'auto' or 'interpreter': the oracle. */
  readonly engine: 'auto' | 'interpreter'
  readonly optimizer: boolean
  readonly pruning: boolean
  /** Bytes that partial results may take in the local cache; 0 = none are kept. */
  readonly cache_partials: number
  /** 'cache': in the user's directory; 'store': beside the arrays. */
  readonly statistics_location: 'cache' | 'store'
  /** Whether statistics count of chunks that cannot be told from what they were. */
  readonly trust_statistics: boolean
  /** 'auto': a query keeps what it can tell of chunks for a small part of what it costs to decode them; 'always': of all. */
  readonly collect_statistics: 'auto' | 'always' | 'off'
  /** Queries that decode fewer bytes run on the main thread. */
  readonly inline_bytes: number
  /** Where tasks may leave more groups, they are divided by hash, and all threads merge them. */
  readonly exchange_groups: number
}

/** [start, end) indexes along one dimension. */
export type IndexRange = readonly [start: number, end: number]

/** How many indexes disjoint ranges hold together. */
export function rangeTotal(ranges: readonly IndexRange[]): number {
  return ranges.reduce((sum, [start, end]) => sum + end - start, 0)
}

export type JobColumn =
  | {
      readonly kind: 'stored'
      readonly id: ColumnId
      readonly name: string
      readonly type: Type
      readonly nullable: boolean
      readonly dims: readonly number[]
      readonly layout: Layout
      /** filter: read first; late: read only where a cell of the box passes. */
      readonly phase: 'filter' | 'late'
      /** Texts that bodies see as numbers, which each task gives them as it meets them: an INTEGER column. */
      readonly coded?: true | undefined
      /** What bodies see of a coded column instead: 1 where this holds of the text, 0 where it does not, NULL where that is unknown. */
      readonly test?: TextTest | undefined
    }
  /** One value per index of a dimension, known when the job was planned: coordinates and what is computed from them. */
  | {
      readonly kind: 'dimension'
      readonly id: ColumnId
      readonly name: string
      readonly type: Type
      readonly nullable: boolean
      readonly dims: readonly [number]
      readonly values: Vector
    }
  /** Text, or values with a validity of their own: read as vectors, by the interpreter only. */
  | {
      readonly kind: 'vector'
      readonly id: ColumnId
      readonly name: string
      readonly type: Type
      readonly nullable: boolean
      readonly dims: readonly number[]
    }
  /** The position along a dimension, BIGINT. */
  | {
      readonly kind: 'index'
      readonly id: ColumnId
      readonly name: string
      readonly type: Type
      readonly nullable: false
      readonly dims: readonly [number]
    }

/** A predicate over one column of texts, and the id of that column in it. */
export interface TextTest {
  readonly text: ColumnId
  readonly predicate: Expression
}

export interface GridScan {
  /** Its name in the catalog. */
  readonly source: string
  readonly table: string
  readonly dims: readonly Dimension[]
  readonly columns: readonly JobColumn[]
  /** Per dimension the indexes that can pass, ascending and disjoint; what conjuncts of one dimension left over. */
  readonly selection: readonly (readonly IndexRange[])[]
  /** What remains to be tested per cell. */
  readonly predicate?: Expression | undefined
  readonly verdicts?: Verdicts | undefined
}

/**
 * What statistics of chunks say of the cells of the grid: of a lattice laid over the selected part of it, one number for each
 * of its boxes, in C order.
 */
export interface Verdicts {
  /** Cells of the grid along each dimension of a lattice box. */
  readonly size: readonly number[]
  /** The first lattice box along each dimension, and how many there are. */
  readonly start: readonly number[]
  readonly counts: readonly number[]
  readonly codes: Uint8Array
  /** Of boxes whose cells must be tested: which parts of the filter all of them pass (model/filter-parts.ts). Absent: none. */
  readonly decided?: Uint8Array | undefined
}

/** `maybe`: cells must be tested; `all` pass the filter; the others are not read: `none` passes, none is `unselected`, or statistics have `answered`. */
export const verdict = { maybe: 0, all: 1, none: 2, unselected: 3, answered: 4 } as const

/** Codes along a dimension: a group number per index, -1 where no group. */
export interface DimensionCodes {
  readonly dim: number
  readonly codes: Int32Array
  readonly count: number
  /** The key columns that this dimension decides: which key, and its value for each code. */
  readonly keys: readonly { readonly key: number; readonly values: Vector }[]
}

export type KeySpace =
  | { readonly kind: 'none' }
  | { readonly kind: 'dense'; readonly dims: readonly DimensionCodes[] }
  /** Keys that depend on cells, beside those of dimensions. `keys[i]` tells which key each expression is. */
  | {
      readonly kind: 'hash'
      readonly dims: readonly DimensionCodes[]
      readonly keys: readonly CellKey[]
    }

export interface CellKey {
  readonly key: number
  readonly expression: Expression
  /** The expression is a coded column of values of this type. */
  readonly coded?: Type | undefined
}

export type Sink =
  | {
      readonly kind: 'reduce'
      readonly keys: KeySpace
      /** Keys as expressions, for the interpreter. */
      readonly keyExpressions: readonly NamedExpression[]
      readonly aggregates: readonly NamedAggregate[]
    }
  | { readonly kind: 'rows'; readonly columns: readonly NamedExpression[]; readonly limit?: number | undefined }
  | {
      readonly kind: 'sort'
      readonly columns: readonly NamedExpression[]
      readonly keys: readonly SortKey[]
      readonly limit?: number | undefined
    }

/** Boxes of one shape laid over the grid in C order; those outside the selection belong to no task. */
export interface TaskSpace {
  readonly box: readonly number[]
  /** Per dimension, the indexes of boxes that meet the selection. */
  readonly kept: readonly (readonly IndexRange[])[]
  /** How many boxes there are in all: as many as are listed, else the product of what is kept over the dimensions. */
  readonly boxes: number
  /** Where statistics have ruled out some: the numbers of the others, counted over what is kept in C order. */
  readonly listed?: Float64Array | undefined
  /** Consecutive boxes that make one task; the last task may have fewer. */
  readonly boxesPerTask: number
  /**
   * How many of those listed are run alike, by what of the filter is left to be tested: such follow each other whatever their
   * numbers, in tasks of their own.
   */
  readonly alike?: readonly number[] | undefined
}

/** The bodies of a stage by what they do, before (`Nest`) or after (`CompiledNest`) they are compiled. */
export interface Bodies<N> {
  /** Reduces or selects; reads all columns. */
  readonly main: N
  /** Counts the cells that pass, from filter columns alone; only where late columns exist. */
  readonly probe?: N | undefined
  /** Writes key records (hash keys only). */
  readonly keys?: N | undefined
  /** Finds groups by arithmetic, where that works (hash keys only). */
  readonly direct?: N | undefined
  /** Each writes the values of an argument of which all are kept, as records of one key (hash keys only). */
  readonly collects?: readonly N[] | undefined
}

/** The loops of a stage that is to run compiled. */
export interface LoopPlan {
  /** The dimensions of the grid, outermost loop first. */
  readonly order: readonly number[]
  readonly nests: Bodies<Nest>
  /** Accumulators of the reduction and how each call's result comes from them. */
  readonly accumulators: readonly Accumulator[]
  readonly finishes: readonly Finish[]
  /** For each body of `collects` the indexes of the aggregates that are computed from its values; all others have a finish. */
  readonly collected?: readonly (readonly number[])[] | undefined
  /** The accumulator that counts the rows of a group, where groups can be empty: dense keys, and cells that do not pass. */
  readonly presence?: number | undefined
}

export interface CompiledStage {
  readonly bodies: Bodies<CompiledNest>
  readonly combine?: WebAssembly.Module | undefined
  readonly finish?: CompiledFinish | undefined
}

export interface CompiledNest {
  readonly nest: Nest
  readonly module: WebAssembly.Module
  /** State arrays in frame order (reduce only; empty else). */
  readonly fields: readonly Field[]
  /** Where the states of groups are records. */
  readonly record?: StateRecord | undefined
  readonly errors: readonly string[]
}

/** Bodies that turn states into results: `finish0`, `finish1` ... in the order of the finishes. */
export interface CompiledFinish {
  readonly module: WebAssembly.Module
  readonly errors: readonly string[]
}

export interface ScanStage {
  readonly scan: GridScan
  readonly sink: Sink
  readonly tasks: TaskSpace
  /** Bytes that one task holds decoded at once. */
  readonly taskBytes: number
  /** Bytes that the whole stage decodes. */
  readonly decodedBytes: number
  /** Chunks that the whole stage reads. */
  readonly chunkReads: number
  /** Where statistics were used: what becomes of the chunks, as EXPLAIN tells it. */
  readonly chunks?: ChunkCounts | undefined
  /** Groups of which statistics have answered some cells. */
  readonly answered?: Answered | undefined
  /** The same of what is interpreted: one group. */
  readonly answeredRows?: AnsweredRows | undefined
  readonly surveys?: readonly Survey[] | undefined
  /** Chunks are read for nothing but the surveys: there are no rows. */
  readonly surveysOnly?: true | undefined
  /** Absent: interpreted. */
  readonly loops?: LoopPlan | undefined
  readonly compiled?: CompiledStage | undefined
  /** The same for boxes all of whose cells pass some parts of the filter, or all; those that leave most out come first. */
  readonly variants?: readonly StageVariant[] | undefined
}

/** A stage without some parts of its filter, and without the columns that only these read. */
export interface StageVariant extends Pick<ScanStage, 'scan' | 'loops' | 'compiled'> {
  /** The parts that are left out (model/filter-parts.ts). */
  readonly decided: number
}

/** Of which chunks of a column a record is made as soon as one is decoded, and how. */
export interface Survey {
  readonly column: ColumnId
  /** Cells of the array along the column's own dims. */
  readonly shape: readonly number[]
  /** The box of the chunk grid that the records are of. */
  readonly start: readonly number[]
  readonly counts: readonly number[]
  /** Of numbers; texts are looked at one by one. */
  readonly measure?: Measure | undefined
  /** Whether cells are looked at one after another, for what a reduction does not tell: their order, which values there are. */
  readonly looks: boolean
  /** Whether the task asks for the fingerprint of each chunk, before it is read and after. */
  readonly asks: boolean
  /**
   * Where a query only leaves behind what it finds: of each chunk of the box the fingerprint with which a record of it is
   * kept already. A chunk that has it, or none, is passed over, and so is one of which no record can be made. Absent: all
   * chunks have a record, or the query fails.
   */
  readonly kept?: Fingerprints | undefined
  /** The part of the time in which chunks are read and decoded that may be spent on them beside. Absent: as much as it takes. */
  readonly share?: number | undefined
}

/** How a chunk becomes a record: a reduction of it to one group. */
export interface Measure {
  /** The column's own dims, outermost loop first. */
  readonly order: readonly number[]
  readonly nest: Nest
  /**
   * For each field of the states the word of the record that it is kept in; -1: in none. In place of NULLs, values are
   * counted.
   */
  readonly words: readonly number[]
  /** Whether the NaNs that are counted are NULLs. */
  readonly nanIsNull: boolean
  /** Whether the ends are those of the numbers as they are stored, which scale and offset are to be applied to. */
  readonly isPacked: boolean
  readonly compiled?: CompiledNest | undefined
}

/** Records that a task has made. */
export interface Surveyed {
  /** Which of the stage's surveys. */
  readonly survey: number
  /** The numbers of the chunks in the box of the survey, and the words of one record after another. */
  readonly chunks: readonly number[]
  readonly words: BigInt64Array
  /** Entries of the values of some of these chunks. */
  readonly values: readonly { readonly chunk: number; readonly words: BigInt64Array }[]
}

/** Chunks of all columns that a query names. */
export interface ChunkCounts {
  readonly total: number
  /** Those that hold no selected cell. */
  readonly pruned: number
  /** Those beside that need not be read: none of their cells passes, or all pass a filter that alone asks for them. */
  readonly prunedByStatistics: number
  readonly answered: number
}

/** What of a reduction statistics may answer, however it is run. */
export interface Question {
  /** What the results of its aggregates are computed from, each once; rows are counted, unless values of cells are keys. */
  readonly parts: readonly Accumulator[]
  /** The dimensions whose codes tell groups apart, and the columns of whole numbers whose values do. */
  readonly dims: readonly DimensionCodes[]
  readonly keys: readonly ColumnId[]
}

/** What statistics have answered of it: the states of some groups, over all boxes that are marked so among the verdicts. */
export interface Answer {
  readonly question: Question
  readonly groups: readonly AnsweredGroup[]
}

export interface AnsweredGroup {
  /** In C order over the codes of the dimensions. */
  readonly number: number
  /** As words of 64 bits. */
  readonly keys: readonly (bigint | null)[]
  /** That of each part, as the interpreter has it. */
  readonly states: readonly unknown[]
}

/** The same as compiled reductions have it: which group of all (dense keys, or none) each state belongs to; where values of cells are keys, key records. */
export interface Answered {
  readonly groups: Int32Array
  readonly records?: ArrayBuffer | undefined
  /** By field of the accumulators, one number per state. */
  readonly fields: readonly ArrayBuffer[]
}

/** What follows on the batches of a stage, on the main thread: plan nodes without their inputs, bottom first. */
export type Step =
  | Omit<Filter, 'input'>
  | Omit<Project, 'input'>
  | Omit<Aggregate, 'input'>
  | Omit<Sort, 'input'>
  | Omit<Limit, 'input'>
  | Omit<Unnest, 'input'>

/** A plan made ready: a scan in parallel (or constant rows), then steps over what it leaves. */
export interface Schedule {
  readonly from:
    | { readonly kind: 'stage'; readonly stage: ScanStage }
    | { readonly kind: 'values'; readonly batch: Batch }
  /** The columns of the stage's batches, by id. */
  readonly columns: readonly OutputColumn[]
  readonly steps: readonly Step[]
  readonly header: Header
}

export interface Job {
  readonly id: number
  readonly source: SourceRef | null
  /** Of the columns of the scan, as the thread that made the job sees them (`Source.version`). */
  readonly versions: readonly string[]
  readonly settings: Settings
  readonly stage: ScanStage
  /** Tasks that a thread has at once: it runs one after another, and fetches for the next ones where bytes come from afar. */
  readonly tasksPerThread: number
  /** Modules of functions that users packaged. */
  readonly use: readonly string[]
}

/** Tens of bytes: the job is sent once per worker. */
export interface Task {
  readonly job: number
  readonly index: number
}

export interface Work {
  chunksTotal: number
  /** By coordinates or by statistics. */
  pruned: number
  prunedByStatistics: number
  /** Not read: statistics tell what the query asks of them. */
  answered: number
  read: number
  /** Chunks that were not read because the result of a task over them was kept. */
  cached: number
  missing: number
  bytesRead: number
  bytesDecoded: number
  requests: number
  msByStage: Record<string, number>
}

/** Texts as a machine keeps them: `words` 64-bit words each, padded with zeros. */
export interface PackedTexts {
  readonly words: number
  readonly encoding: TextEncoding
  readonly bytes: ArrayBuffer
}

/** All values of an argument, group by group: `counts` has an i32 for each group, `values` a word for each value. */
export interface CollectedValues {
  readonly counts: ArrayBuffer
  readonly values: ArrayBuffer
}

/**
 * Groups whose keys have hashes of one kind: records that have texts themselves, then the states field by field, then of
 * each argument whose values are kept how many each group has, and the values. The same key may come again.
 */
export interface GroupPart {
  readonly count: number
  readonly bytes: ArrayBuffer
}

export interface MergedColumn {
  readonly id: ColumnId
  readonly vector: PackedVector
}

export type AnsweredRows = Extract<PartialBody, { kind: 'groups' }>

export type PartialBody =
  /** One array per field over the product of some codes of each dimension, ascending. */
  | { readonly kind: 'dense'; readonly codes: readonly Int32Array[]; readonly fields: readonly ArrayBuffer[] }
  /** `count` key records as written by a `keys` body, and one array per field. */
  | {
      readonly kind: 'hash'
      readonly count: number
      readonly records: ArrayBuffer
      readonly fields: readonly ArrayBuffer[]
      /** Key by key the values that the numbers in its words stand for; absent where the words are the values. */
      readonly values: readonly (PackedTexts | Utf8 | undefined)[]
      readonly collected: readonly CollectedValues[]
    }
  /** Many groups, divided by the hashes of their keys. */
  | { readonly kind: 'divided'; readonly parts: readonly GroupPart[] }
  /** What came of the parts of several partials: columns of the result. */
  | { readonly kind: 'merged'; readonly length: number; readonly columns: readonly MergedColumn[] }
  /** The interpreter's: keys per group and the states of each aggregate. */
  | { readonly kind: 'groups'; readonly keys: readonly Vector[]; readonly states: readonly (readonly unknown[])[] }
  | { readonly kind: 'rows'; readonly batches: readonly Batch[] }

/** What a task leaves behind. */
export interface Partial {
  readonly task: number
  readonly body: PartialBody
  readonly work: Work
  readonly surveyed?: readonly Surveyed[] | undefined
}

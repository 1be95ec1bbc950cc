/**
 * Parts of a predicate over one column alone, asked of each value that a chunk has, where that is known: what is true of none
 * is true of no cell. Called by `verdicts.ts`.
 */
import { boundsOf } from '../function/bounds.js'
import { either } from '../function/bounds-union.js'
import { interpret } from '../function/interpret.js'
import { builtins, type Registry } from '../function/registry.js'
import { isChunkQLError } from '../model/error.js'
import { type ColumnId, columnsOf, type Expression, replaceLargest, walk } from '../model/expression.js'
import { identityOf } from '../model/identity.js'
import { type Interval, pointInterval, UNKNOWN } from '../model/interval.js'
import type { TextTest } from '../model/job.js'
import { type ChunkRecords, countIn, intervalIn, isKnownRecord, valuesOf, word } from '../model/statistics.js'
import { BOOLEAN, type Type, type Value } from '../model/type.js'
import { vectorOf } from '../model/vector.js'

/** Bounds of something in the chunk of a record. */
export type BoundsOfRecord = (record: number) => Interval

/** A predicate over one column, and the column. */
interface ValueTest {
  readonly predicate: Expression
  readonly column: ColumnId
}

/** The predicate with such parts taken out: columns of truth values in their place, which have ids that no column has. */
export interface TestedPredicate {
  readonly predicate: Expression
  readonly tests: ReadonlyMap<ColumnId, ValueTest>
}

/** `has`: whether chunks of a column may have values that are known. */
export function takeTests(predicate: Expression, has: (id: ColumnId) => boolean, registry: Registry): TestedPredicate {
  const tests = new Map<ColumnId, ValueTest>()
  const ids = new Map<string, ColumnId>()
  const replaced = replaceLargest(predicate, (node) => {
    const [column, ...others] = columnsOf(node)
    if (column === undefined || others.length > 0 || node.kind === 'column' || node.type.kind !== 'boolean')
      return undefined
    if (!has(column) || !isAsked(node, registry)) return undefined
    const name = identityOf(node, (key) => key === 'span')
    const id = ids.get(name) ?? -1 - ids.size
    ids.set(name, id)
    tests.set(id, { predicate: node, column })
    return { kind: 'column', column: id, name: '', type: BOOLEAN, nullable: true }
  })
  return { predicate: replaced, tests }
}

/** What users define is not called before a query runs. */
function isAsked(predicate: Expression, registry: Registry): boolean {
  let isOwn = true
  walk(predicate, (node) => {
    if (node.kind !== 'call') return
    isOwn &&= registry.scalarFunction(node.function) === builtins.scalarFunction(node.function)
  })
  return isOwn
}

/** What a predicate over the column of the records says of the cells of a chunk. */
export function boundsOfTest(
  { predicate, column }: ValueTest,
  records: ChunkRecords,
  registry: Registry,
): BoundsOfRecord {
  const known = new Map<Value, Interval>()
  const ask = (value: Value): Interval => {
    const found = known.get(value) ?? askOne(predicate, value, records.type)
    known.set(value, found)
    return found
  }
  return (record) => {
    if (!isKnownRecord(records, record)) return UNKNOWN
    const between = boundsOf(predicate, (id) => (id === column ? intervalIn(records, record) : UNKNOWN), registry)
    const values = valuesOf(records, record)
    if (!values) return between
    const asked = countIn(records, record, word.nulls) > 0 ? [...values, null] : values
    return asked.map(ask).reduce<Interval | undefined>(either, undefined) ?? between
  }
}

/** A value that fails keeps its chunk: the query will tell. */
function askOne(predicate: Expression, value: Value, type: Type): Interval {
  try {
    const { values, valid } = interpret(predicate, () => vectorOf(type, [value]), 1)
    return pointInterval(valid?.[0] === 0 ? null : values[0] === 1)
  } catch (error) {
    if (isChunkQLError(error)) return UNKNOWN
    throw error
  }
}

/** What a text test says, as the number that stands for it. */
export function boundsOfTextTest(
  { text, predicate }: TextTest,
  records: ChunkRecords,
  registry: Registry,
): BoundsOfRecord {
  const bounds = boundsOfTest({ predicate, column: text }, records, registry)
  return (record) => {
    const { lo, hi, ...rest } = bounds(record)
    if (rest.empty) return { lo, hi, ...rest }
    return { ...rest, lo: lo === true ? 1 : 0, hi: hi === false ? 0 : 1, mayBeNaN: false }
  }
}

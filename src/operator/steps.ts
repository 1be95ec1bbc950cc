/** The steps after a scan, over a stream of rows on one thread: filter, project, aggregate, sort, limit. */
import { interpret } from '../function/interpret.js'
import type { Registry } from '../function/registry.js'
import type { Step } from '../model/job.js'
import type { NamedExpression, SortKey } from '../model/plan.js'
import { GroupRows } from './group-rows.js'
import { columnOf, concatRows, type Rows, sliceRows, takeRows, trueRows } from './rows.js'
import { sortRows } from './sort.js'
import { TopRows } from './top-rows.js'
import { unnest } from './unnest.js'

type Stream = AsyncIterable<Rows>

/** Lays the steps over a stream, bottom first. A step that has enough stops the stream under it. */
export function runSteps(steps: readonly Step[], from: Stream, registry: Registry, memory: number): Stream {
  return steps.reduce((stream, step) => runStep(step, stream, registry, memory), from)
}

function runStep(step: Step, from: Stream, registry: Registry, memory: number): Stream {
  switch (step.kind) {
    case 'filter':
      return mapRows(from, (rows) => {
        const passed = trueRows(interpret(step.predicate, columnOf(rows), rows.length, registry))
        return passed.length === rows.length ? rows : takeRows(rows, passed)
      })
    case 'project':
      return mapRows(from, (rows) => projectRows(rows, step.columns, registry))
    case 'aggregate':
      return aggregate(new GroupRows(step.keys, step.aggregates, registry, memory), from)
    case 'sort':
      return sort(step, from, registry)
    case 'limit':
      return limit(from, step.offset, step.limit ?? Number.POSITIVE_INFINITY)
    case 'unnest':
      return unnest(from, step.columns)
    default:
      return step satisfies never
  }
}

export function projectRows(rows: Rows, columns: readonly NamedExpression[], registry: Registry): Rows {
  const values = columns.map(
    ({ id, expression }) => [id, interpret(expression, columnOf(rows), rows.length, registry)] as const,
  )
  return { length: rows.length, columns: new Map(values) }
}

async function* mapRows(from: Stream, change: (rows: Rows) => Rows): Stream {
  for await (const rows of from) {
    const changed = change(rows)
    if (changed.length > 0) yield changed
  }
}

async function* aggregate(groups: GroupRows, from: Stream): Stream {
  for await (const rows of from) groups.consume(rows)
  yield groups.result()
}

async function* sort(step: Extract<Step, { kind: 'sort' }>, from: Stream, registry: Registry): Stream {
  const sorted = openSort(step.keys, step.limit, registry)
  for await (const rows of from) sorted.consume(rows)
  const all = sorted.result()
  if (all) yield all
}

/** Rows that wait to be put in order. */
export interface RowSort {
  consume(rows: Rows): void
  /** Undefined where no row came. */
  result(): Rows | undefined
  /** Positions of rows that may come into the result, undefined where all may; reads only the columns of the first key. */
  promising?(rows: Rows): Int32Array | undefined
}

export function openSort(keys: readonly SortKey[], limit: number | undefined, registry: Registry): RowSort {
  if (limit !== undefined) return new TopRows(keys, limit, registry)
  const parts: Rows[] = []
  return {
    consume: (rows) => {
      parts.push(rows)
    },
    result: () => {
      const all = concatRows(parts)
      return all && sortRows(all, keys, undefined, registry)
    },
  }
}

async function* limit(from: Stream, offset: number, most: number): Stream {
  let skip = offset
  let left = most
  if (left === 0) return
  for await (const rows of from) {
    const start = Math.min(skip, rows.length)
    const end = Math.min(rows.length, start + left)
    skip -= start
    left -= end - start
    if (end > start) yield sliceRows(rows, start, end)
    if (left === 0) return
  }
}

/** A task over rows in C order: filters, then emits, sorts or groups them by the interpreter. Called by `stage-run.ts`. */
import { type ColumnId, columnsOf, type Expression } from '../model/expression.js'
import type { PartialBody, Sink } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { GroupRows } from '../operator/group-rows.js'
import { batchesOf, concatRows, type Rows } from '../operator/rows.js'
import { openSort, projectRows, type RowSort } from '../operator/steps.js'
import { type Judge, openSelect, type RowsWanted, rowsOfBox } from './box-rows.js'
import type { StageRun } from './stage-run.js'
import { runOf } from './wants.js'

interface RowSink extends RowsWanted {
  consume(rows: Rows): void
  full(): boolean
  partial(): PartialBody
}

export async function rowTask(run: StageRun, boxes: readonly Box[]): Promise<PartialBody> {
  const sink = openSink(run)
  const selects = new Map([run, ...run.variants.map((variant) => variant.run)].map((own) => [own, openSelect(own)]))
  for (const box of boxes) {
    const pause = run.check()
    if (pause) await pause
    if (sink.full()) break
    const own = runOf(run, box)
    for await (const rows of rowsOfBox(own, box, selects.get(own), sink)) {
      const pause = run.check()
      if (pause) await pause
      if (rows.length > 0) sink.consume(rows)
      if (sink.full()) break
    }
  }
  return sink.partial()
}

function openSink(run: StageRun): RowSink {
  const { sink } = run.stage
  switch (sink.kind) {
    case 'reduce': {
      const groups = new GroupRows(sink.keyExpressions, sink.aggregates, run.registry, run.memory)
      return { consume: (rows) => groups.consume(rows), full: () => false, partial: () => groups.partial() }
    }
    case 'rows':
      return collect(run, sink.limit, inOrder())
    case 'sort': {
      const sort = openSort(sink.keys, sink.limit, run.registry)
      return { ...collect(run, undefined, sort), judge: judgeOf(run, sink, sort) }
    }
    default:
      return sink satisfies never
  }
}

/** Rows as they come. */
function inOrder(): RowSort {
  const kept: Rows[] = []
  return {
    consume: (rows) => {
      kept.push(rows)
    },
    result: () => concatRows(kept),
  }
}

/** The first key of an order with a limit. */
function judgeOf(run: StageRun, { columns, keys }: SortSink, sort: RowSort): Judge | undefined {
  const [first] = keys
  if (!first || !sort.promising) return undefined
  const read = columnsOf(first.expression)
  const parts = columns.filter(({ id }) => read.has(id))
  return {
    columns: new Set(parts.flatMap(({ expression }) => [...columnsOf(expression)])),
    pass: (rows) => sort.promising?.(projectRows(rows, parts, run.registry)),
  }
}

/** Projects rows and hands them on until there are enough. */
function collect(run: StageRun, limit: number | undefined, kept: RowSort): RowSink {
  const { columns } = run.stage.sink as { columns: readonly { id: ColumnId; name: string; expression: Expression }[] }
  let count = 0
  return {
    consume(rows) {
      kept.consume(projectRows(rows, columns, run.registry))
      count += rows.length
    },
    full: () => limit !== undefined && count >= limit,
    left: limit === undefined ? undefined : () => limit - count,
    partial() {
      return { kind: 'rows', batches: batchesOf(kept.result(), columns) }
    },
  }
}

type SortSink = Extract<Sink, { kind: 'sort' }>

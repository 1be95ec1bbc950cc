/** The columns that a sink reads. Asked by `schedule` and `execute`. */
import { type ColumnId, columnsOf } from './expression.js'
import type { Sink } from './job.js'

/** Of each cell. `coded`: keys along dimensions are codes, and need no column. */
export function columnsOfSink(sink: Sink, coded = false): Set<ColumnId> {
  if (sink.kind !== 'reduce') return columnsOf(...sink.columns.map(({ expression }) => expression))
  const calls = sink.aggregates.flatMap(({ call }) => (call.filter ? [...call.args, call.filter] : call.args))
  const keys = coded ? (sink.keys.kind === 'hash' ? sink.keys.keys : []) : sink.keyExpressions
  return columnsOf(...calls, ...keys.map(({ expression }) => expression))
}

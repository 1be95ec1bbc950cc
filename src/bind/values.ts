/** Rows that a query writes out: VALUES. Called by `from.ts`. */
import { fold } from '../function/fold.js'
import { commonTypeOf } from '../function/unify.js'
import { ChunkQLError } from '../model/error.js'
import type { Expression } from '../model/expression.js'
import type { OutputColumn, ValuesPlan } from '../model/plan.js'
import type { FromSyntax } from '../model/syntax.js'
import { typeName, type Value } from '../model/type.js'
import { vectorOf } from '../model/vector.js'
import { argumentOf, castTo } from './cast.js'
import type { Clause, Shared } from './context.js'
import { bindExpression } from './expression.js'
import { noScope, unknownColumn } from './scope.js'

/** Columns are called col0, col1 ... as in DuckDB; each has the type in which its values meet. */
export function bindValues({ rows }: Extract<FromSyntax, { kind: 'values' }>, shared: Shared): ValuesPlan {
  const clause: Clause = {
    shared,
    scope: noScope,
    resolve: (name) => {
      throw unknownColumn(noScope, name)
    },
    aggregates: 'VALUES cannot contain aggregates',
  }
  const [first = []] = rows
  for (const row of rows) {
    if (row.length === first.length) continue
    throw new ChunkQLError('bind', `the rows of VALUES differ in length: ${first.length} and ${row.length}`, {
      span: row[0]?.span,
    })
  }
  const bound = rows.map((row) => row.map((syntax) => bindExpression(syntax, clause)))
  const columns = first.map((_, at) =>
    columnOf(
      bound.map((row) => row[at] as Expression),
      shared,
    ),
  )
  const output = columns.map(
    ({ type, values }, at): OutputColumn => ({
      id: shared.nextId(),
      name: `col${at}`,
      type,
      nullable: values.includes(null),
    }),
  )
  const vectors = columns.map(({ type, values }) => vectorOf(type, values))
  return { kind: 'values', columns: output, batch: { length: rows.length, columns: vectors } }
}

function columnOf(cells: readonly Expression[], { registry }: Shared) {
  const type = commonTypeOf(cells.map(argumentOf))
  if (!type) {
    const names = [...new Set(cells.map((cell) => typeName(cell.type)))].join(' and ')
    throw new ChunkQLError('type', `a column of VALUES cannot mix ${names}`, { span: cells[0]?.span })
  }
  const values = cells.map((cell): Value => {
    const folded = fold(castTo(cell, type), registry)
    if (folded.kind === 'literal') return folded.value
    throw new ChunkQLError('value', 'the value cannot be computed', { span: cell.span })
  })
  return { type, values }
}

/**
 * Slices of a table: positions as NumPy counts them, values of coordinates as xarray selects them. Positions are settled here;
 * which indexes values mean is known when the coordinate is. Called by `from.ts`.
 */
import { fold } from '../function/fold.js'
import { listed, nameOf, shapeText } from '../model/catalog.js'
import { ChunkQLError } from '../model/error.js'
import type { ColumnRef, Expression, Literal } from '../model/expression.js'
import type { Slice } from '../model/plan.js'
import { printSlice } from '../model/print-statement.js'
import type { Column, Dimension, Table } from '../model/schema.js'
import type { ExpressionSyntax, SliceSyntax } from '../model/syntax.js'
import { INT64, isInteger, isNumeric, typeName } from '../model/type.js'
import { callFunction } from './call.js'
import { castTo } from './cast.js'
import type { Clause, Shared } from './context.js'
import { bindExpression } from './expression.js'
import { noScope } from './scope.js'
import { type Period, periodOf } from './time-period.js'

export function bindSlices(slices: readonly SliceSyntax[], table: Table, shared: Shared): Slice[] {
  const taken = new Set<number>()
  let next = 0
  return slices.map((slice) => {
    const dim = slice.dim ? namedDim(slice, table) : next++
    if (dim >= table.dims.length) throw tooMany(slice, table)
    const { name } = table.dims[dim] as Dimension
    if (taken.has(dim)) throw new ChunkQLError('bind', `dimension "${name}" is sliced twice`, { span: slice.span })
    taken.add(dim)
    return bindSlice(slice, dim, table, shared)
  })
}

function namedDim({ dim, span }: SliceSyntax, { dims }: Table): number {
  const names = dims.map(({ name }) => name)
  const found = dim && nameOf(names, dim.text, 'dimension', dim.span)
  if (found !== undefined) return names.indexOf(found)
  throw new ChunkQLError('bind', `there is no dimension "${dim?.text}"`, {
    span: dim?.span ?? span,
    hint: `${listed('Dimensions', names)} What is no dimension is chosen by WHERE.`,
  })
}

function tooMany({ span }: SliceSyntax, table: Table): ChunkQLError {
  const count = table.dims.length === 1 ? '1 dimension' : `${table.dims.length} dimensions`
  return new ChunkQLError('bind', `"${table.name}" has ${count} ${shapeText(table)}, and this slice is one too many`, {
    span,
  })
}

/** By name the values of the coordinate count, where the dimension has one. */
function bindSlice(slice: SliceSyntax, dim: number, table: Table, shared: Shared): Slice {
  const { name } = table.dims[dim] as Dimension
  const column =
    slice.dim && table.columns.find((candidate) => candidate.name === name && candidate.role === 'coordinate')
  if (column) return bindValues(slice, dim, column, shared)
  if (slice.kind !== 'nearest') return bindPositions(slice, dim, table.dims[dim] as Dimension, shared)
  const hint = slice.dim
    ? `"${name}" has no coordinate: its positions are whole numbers.`
    : 'Write the name of a dimension before it, as in lat => nearest 12.5.'
  throw new ChunkQLError('bind', 'NEAREST looks for a value of a coordinate', { span: slice.span, hint })
}

function bindPositions(slice: SliceSyntax, dim: number, dimension: Dimension, shared: Shared): Slice {
  const { span } = slice
  const { name, size } = dimension
  const known = { dim, text: printSlice(slice), span, kind: 'positions' } as const
  if (slice.kind === 'range') {
    const bound = (syntax: ExpressionSyntax | undefined, otherwise: number) => {
      const at = syntax ? integerOf(syntax, shared) : otherwise
      return Math.max(0, Math.min(size, at < 0 ? at + size : at))
    }
    return { ...known, start: bound(slice.start, 0), end: bound(slice.stop, size), step: stepOf(slice.step, shared) }
  }
  const at = integerOf(slice.at, shared)
  const start = at < 0 ? at + size : at
  if (start >= 0 && start < size) return { ...known, start, end: start + 1, step: 1 }
  throw new ChunkQLError(
    'bind',
    `position ${at} is out of range: "${name}" has ${size} ${size === 1 ? 'entry' : 'entries'}`,
    {
      span: slice.at.span,
      hint:
        size === 0 ? undefined : `Positions run from 0 to ${size - 1}, or from -${size} to -1 counted from the end.`,
    },
  )
}

function stepOf(syntax: ExpressionSyntax | undefined, shared: Shared): number {
  const step = syntax ? integerOf(syntax, shared) : 1
  if (step >= 1) return step
  throw new ChunkQLError('bind', `a step is at least 1, not ${step}`, {
    span: syntax?.span,
    hint: 'Rows keep the order of the grid; ORDER BY turns them around.',
  })
}

function integerOf(syntax: ExpressionSyntax, shared: Shared): number {
  const literal = constantOf(syntax, shared)
  if (literal.value !== null && isInteger(literal.type))
    return Number(castTo(literal, INT64).kind === 'literal' ? literal.value : 0)
  const found = literal.value === null ? 'NULL' : typeName(literal.type)
  throw new ChunkQLError('type', `a position is a whole number, not ${found}`, {
    span: syntax.span,
    hint: 'Values of a coordinate are chosen by name, as in lat => 30:60.',
  })
}

function constantOf(syntax: ExpressionSyntax, shared: Shared): Literal {
  const resolve: Clause['resolve'] = (name) => {
    throw new ChunkQLError('bind', 'a slice is bounded by constants', {
      span: name.span,
      hint: 'Conditions on columns belong to WHERE.',
    })
  }
  const clause: Clause = { shared, scope: noScope, resolve, aggregates: 'a slice cannot contain aggregates' }
  const folded = fold(bindExpression(syntax, clause), shared.registry)
  if (folded.kind === 'literal') return { ...folded, span: syntax.span }
  throw new ChunkQLError('value', 'the bound cannot be computed', { span: syntax.span })
}

function bindValues(slice: SliceSyntax, dim: number, column: Column, shared: Shared): Slice {
  if (column.refused !== undefined) {
    throw new ChunkQLError('unsupported', `coordinate "${column.name}" cannot be read: ${column.refused}`, {
      span: slice.span,
    })
  }
  const coordinate = { id: shared.nextId(), name: column.name, type: column.type }
  const known = { dim, text: printSlice(slice), span: slice.span, coordinate }
  const compare = comparing(
    { kind: 'column', column: coordinate.id, name: column.name, type: column.type, nullable: true },
    shared,
  )
  if (slice.kind !== 'range') {
    if (slice.kind === 'nearest') return { ...known, kind: 'nearest', value: nearestValue(slice.at, column, shared) }
    const { first, last } = periodFor(slice.at, column, shared)
    const conditions = [compare('>=', first), compare(last.inclusive ? '<=' : '<', last.value)]
    return { ...known, kind: 'values', ascending: conditions, descending: conditions, of: 'value', step: 1 }
  }
  const [start, stop] = [slice.start, slice.stop].map((bound) => bound && periodFor(bound, column, shared))
  const up = [
    ...(start ? [compare('>=', start.first)] : []),
    ...(stop ? [compare(stop.last.inclusive ? '<=' : '<', stop.last.value)] : []),
  ]
  const down = [
    ...(start ? [compare(start.last.inclusive ? '<=' : '<', start.last.value)] : []),
    ...(stop ? [compare('>=', stop.first)] : []),
  ]
  return { ...known, kind: 'values', ascending: up, descending: down, of: 'range', step: stepOf(slice.step, shared) }
}

type Compare = (operator: string, value: Literal) => Expression

function comparing(coordinate: ColumnRef, shared: Shared): Compare {
  return (operator, value) => callFunction(operator, [coordinate, value], value.span ?? { start: 0, end: 0 }, shared)
}

/** A bound as the moments that it spans: `'2020-01'` is a whole month. Other values are points. */
function periodFor(syntax: ExpressionSyntax, column: Column, shared: Shared): Period {
  const literal = constantOf(syntax, shared)
  if (literal.value === null) throw new ChunkQLError('bind', 'a slice cannot be bounded by NULL', { span: syntax.span })
  const isTime = !isNumeric(column.type) && column.type.kind !== 'varchar' && column.type.kind !== 'boolean'
  const period = isTime && typeof literal.value === 'string' ? periodOf(literal, literal.value) : undefined
  return period ?? { first: literal, last: { value: literal, inclusive: true } }
}

function nearestValue(syntax: ExpressionSyntax, column: Column, shared: Shared): Literal {
  const literal = constantOf(syntax, shared)
  if (column.type.kind === 'varchar' || column.type.kind === 'boolean') {
    throw new ChunkQLError('type', `NEAREST needs numbers or times, and "${column.name}" is ${typeName(column.type)}`, {
      span: syntax.span,
    })
  }
  if (isNumeric(column.type) && isNumeric(literal.type) && literal.value !== null && !Number.isNaN(literal.value))
    return literal
  const cast = isNumeric(column.type) ? literal : castTo(literal, column.type)
  if (cast.kind === 'literal' && cast.value !== null && !isNumeric(column.type)) return { ...cast, span: syntax.span }
  throw new ChunkQLError(
    'type',
    `NEAREST needs a value like those of "${column.name}", which is ${typeName(column.type)}`,
    {
      span: syntax.span,
    },
  )
}

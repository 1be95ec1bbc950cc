/**
 * `data[3]` of lists of as many numbers in each cell becomes a column of its own that reads these bytes alone, `len(data)`
 * a constant, and `list_sum(data[1:n])` a column of numbers that the kernel makes of each list.
 *
 * Right because the places of items are known: lists are as long as the type says, and none is NULL. Sums of floats may
 * differ in the last digits, as those of any other order; sums of integers of up to 32 bits cannot pass 64.
 */
import { type Call, type ColumnId, type Expression, rewrite } from '../model/expression.js'
import { type FoldPart, foldColumn, itemColumn, type NumberLists, numberLists } from '../model/list-column.js'
import { type Plan, reference, rewritePlan, type Scan, type ScanColumn } from '../model/plan.js'
import { mapExpressions } from '../model/rewrite-plan.js'
import type { FoldKind } from '../model/schema.js'
import { INT64, isInteger } from '../model/type.js'
import { scanColumn } from './coordinates.js'
import { highestId, type OptimizeContext, type Rule } from './rule.js'

export const readListParts: Rule = {
  name: 'read-list-parts',
  apply: (plan, context) => {
    let next = 1 + highestId(plan)
    return rewritePlan(plan, (node) => readParts(node, () => next++, context))
  },
}

/** A scan with the expressions over it: its own predicate, and those of the node above. */
function readParts(node: Plan, nextId: () => ColumnId, context: OptimizeContext): Plan {
  const isScan = node.kind === 'scan'
  if (!isScan && node.kind !== 'project' && node.kind !== 'aggregate') return node
  const scan = isScan ? node : node.input
  if (scan.kind !== 'scan') return node
  const parts = new Parts(scan, nextId, context)
  const changed = mapExpressions(node, (expression) => parts.replace(expression))
  if (changed === node) return node
  const columns = [...scan.columns, ...parts.added]
  if (changed.kind === 'scan') return { ...changed, columns }
  return { ...changed, input: { ...scan, columns } } as Plan
}

class Parts {
  readonly added: ScanColumn[] = []
  readonly #lists: ReadonlyMap<ColumnId, NumberLists>

  constructor(
    readonly scan: Scan,
    readonly nextId: () => ColumnId,
    context: OptimizeContext,
  ) {
    const lists = scan.columns.flatMap((column): [ColumnId, NumberLists][] => {
      // What lies along one dimension may have been loaded whole, as lists.
      const isLoaded = context.coordinate(scan.source, scan.table, column.column.name) !== undefined
      const found = isLoaded ? undefined : numberLists(column)
      return found ? [[column.id, found]] : []
    })
    this.#lists = new Map(lists)
  }

  replace(expression: Expression): Expression {
    if (this.#lists.size === 0) return expression
    return rewrite(expression, (node) => this.#part(node) ?? node)
  }

  #part(node: Expression): Expression | undefined {
    if (node.kind !== 'call') return undefined
    const folded = this.#fold(node)
    if (folded) return folded
    const [list, place] = node.args
    const lists = list?.kind === 'column' ? this.#lists.get(list.column) : undefined
    if (!lists) return undefined
    if (node.function === 'array_length' || node.function === 'length') {
      return { kind: 'literal', type: INT64, value: BigInt(lists.size), span: node.span }
    }
    const index = node.function === 'array_extract' ? indexOf(place, lists.size) : undefined
    return index === undefined ? undefined : this.#column(itemColumn(lists, index, -1))
  }

  /** Of a list or the first part of one. */
  #fold({ function: name, args: [arg, ...rest], type }: Call): Expression | undefined {
    const kind = folds.get(name)
    if (!kind || !arg || rest.length > 0) return undefined
    const [list, from, to, step] = arg.kind === 'call' && arg.function === 'array_slice' ? arg.args : [arg]
    const lists = list?.kind === 'column' ? this.#lists.get(list.column) : undefined
    const part = lists && !step ? this.#partOf(lists, from, to) : undefined
    const column = lists && part && foldColumn(lists, kind, part, type, -1)
    return column && this.#column(column)
  }

  #partOf({ size }: NumberLists, from: Expression | undefined, to: Expression | undefined): FoldPart | undefined {
    if (!from || !to) return { start: 0, end: size }
    const [first, last] = [placeOf(from, size), placeOf(to, size)]
    // From 0 on is from the first on.
    const start = first === undefined ? undefined : Math.max(0, first - 1)
    const end = last === undefined ? this.#columnOf(to) : Math.min(size, Math.max(0, last))
    return start === undefined || end === undefined ? undefined : { start, end }
  }

  #columnOf(expression: Expression): ScanColumn | undefined {
    const inner = expression.kind === 'cast' && !expression.attempt ? expression.arg : expression
    return isInteger(inner.type) ? scanColumn(this.scan, inner) : undefined
  }

  /** One column for a part, however often it is read. */
  #column(made: ScanColumn): Expression {
    const same = [...this.scan.columns, ...this.added].find(
      ({ name, column }) => name === made.name && column.name === made.column.name && column.layout?.form === undefined,
    )
    const column = same ?? { ...made, id: this.nextId() }
    if (!same) this.added.push(column)
    return reference(column)
  }
}

const folds: ReadonlyMap<string, FoldKind> = new Map([
  ['list_sum', 'sum'],
  ['list_avg', 'mean'],
  ['list_min', 'min'],
  ['list_max', 'max'],
])

/** A constant place, counted from the start; undefined for all other expressions. */
function placeOf(place: Expression | undefined, size: number): number | undefined {
  if (place?.kind !== 'literal' || place.value === null) return undefined
  const at = Number(place.value)
  return at < 0 ? size + at + 1 : at
}

/** The index of a constant place that every list has. */
function indexOf(place: Expression | undefined, size: number): number | undefined {
  const at = placeOf(place, size)
  return at !== undefined && at >= 1 && at <= size ? at - 1 : undefined
}

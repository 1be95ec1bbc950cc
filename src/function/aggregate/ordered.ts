/** Aggregates over rows in an order of their own: `string_agg(x, ',' ORDER BY y DESC)`. They have names of this file's making. */
import type { Type, Value } from '../../model/type.js'
import type { AggregateFunction, HolisticAggregate, Signature } from '../definition.js'
import { compareValues } from '../order.js'

export interface Direction {
  readonly descending: boolean
  readonly nullsFirst: boolean
}

/** The form that takes its rows one by one; undefined where the order does not count. */
function sensitive(definition: AggregateFunction): HolisticAggregate | undefined {
  if (!definition.ordered) return undefined
  return definition.kind === 'holistic' ? definition : definition.interpreted
}

/** The name of an aggregate whose arguments are followed by the keys of its order; its own where the order does not count. */
export function orderedName(definition: AggregateFunction, args: number, keys: readonly Direction[]): string {
  if (!sensitive(definition)) return definition.name
  const directions = keys.map(
    ({ descending, nullsFirst }) => `${descending ? 'desc' : 'asc'} nulls ${nullsFirst ? 'first' : 'last'}`,
  )
  return `${definition.name} of ${args} order by ${directions.join(', ')}`
}

const namePattern = /^(\w+) of (\d+) order by (.*)$/

/** The aggregate of such a name. */
export function orderedAggregate(
  name: string,
  lookup: (name: string) => AggregateFunction | undefined,
): AggregateFunction | undefined {
  const [, own = '', args = '', directions = ''] = namePattern.exec(name) ?? []
  const definition = own === '' ? undefined : lookup(own)
  const base = definition && sensitive(definition)
  if (!base) return undefined
  const keys = directions.split(', ').map((text) => ({
    descending: text.startsWith('desc'),
    nullsFirst: text.endsWith('first'),
  }))
  return inOrder(base, name, Number(args), keys)
}

/** Rows as they came: the arguments, then the keys. */
type Rows = (readonly Value[])[]

function inOrder(
  base: HolisticAggregate,
  name: string,
  count: number,
  keys: readonly Direction[],
): HolisticAggregate<Rows> {
  const ownSignature = ({ args, result }: Signature): Signature => ({ args: args.slice(0, count), result })
  return {
    kind: 'holistic',
    name,
    summary: base.summary,
    usage: base.usage,
    nulls: 'own',
    ordered: true,
    resolve: (args) => {
      const signature = base.resolve(args.slice(0, count))
      const keyTypes = args.slice(count).map(({ type }): Type => type)
      return signature && { args: [...signature.args, ...keyTypes], result: signature.result }
    },
    init: () => [],
    update: (rows, ...row) => {
      if (base.nulls === 'own' || row.slice(0, count).every((value) => value !== null)) rows.push(row)
      return rows
    },
    merge: (a, b) => {
      for (const row of b) a.push(row)
      return a
    },
    finalize: (rows, signature) => {
      const sorted = rows.sort((a, b) => compareRows(a, b, count, keys))
      const state = sorted.reduce<unknown>(
        (before, row) => base.update(before, ...row.slice(0, count)),
        base.init(ownSignature(signature)),
      )
      return base.finalize(state, ownSignature(signature))
    },
    size: (rows) => 128 * rows.length,
    examples: [],
  }
}

function compareRows(a: readonly Value[], b: readonly Value[], from: number, keys: readonly Direction[]): number {
  for (const [i, { descending, nullsFirst }] of keys.entries()) {
    const [x = null, y = null] = [a[from + i], b[from + i]]
    if (x === null && y === null) continue
    if (x === null || y === null) return (x === null) === nullsFirst ? -1 : 1
    const order = compareValues(x, y)
    if (order !== 0) return descending ? -order : order
  }
  return 0
}

/** Aggregates that keep all values of an argument, where the loops can collect them. Called by `loops.ts` and `schedule.ts`. */
import type { Registry } from '../function/registry.js'
import type { AggregateCall, Expression } from '../model/expression.js'
import { identityOf } from '../model/identity.js'
import type { KeySpace } from '../model/job.js'
import type { NamedAggregate } from '../model/plan.js'
import { isObjectType } from '../model/type.js'
import { withoutSpans } from './columns.js'

export interface Collected {
  /** What is kept: each argument once. */
  readonly args: readonly { readonly value: Expression; readonly filter?: Expression | undefined }[]
  /** For each argument the indexes of the aggregates that are computed from it. */
  readonly collected: readonly (readonly number[])[]
}

export const noneCollected: Collected = { args: [], collected: [] }

export function collectedOf(aggregates: readonly NamedAggregate[], registry: Registry): Collected {
  const found = new Map<string, { arg: Collected['args'][number]; indexes: number[] }>()
  aggregates.forEach(({ call }, k) => {
    const [value] = call.args
    if (!value || !isCollected(call, registry)) return
    const arg = { value: withoutSpans(value), filter: call.filter && withoutSpans(call.filter) }
    const name = identityOf(arg)
    const same = found.get(name) ?? { arg, indexes: [] }
    same.indexes.push(k)
    found.set(name, same)
  })
  const all = [...found.values()]
  return { args: all.map(({ arg }) => arg), collected: all.map(({ indexes }) => indexes) }
}

/** Values are collected by group numbers: dense keys and none become records for the hash table. */
export function keysToCollect(keys: KeySpace, aggregates: readonly NamedAggregate[], registry: Registry): KeySpace {
  if (keys.kind === 'hash' || !aggregates.some(({ call }) => isCollected(call, registry))) return keys
  return { kind: 'hash', dims: keys.kind === 'dense' ? keys.dims : [], keys: [] }
}

function isCollected(call: AggregateCall, registry: Registry): boolean {
  const definition = registry.aggregateFunction(call.aggregate)
  if (definition?.kind !== 'holistic' || !definition.ofValues || call.distinct) return false
  const [value, ...rest] = call.args
  return (
    value !== undefined &&
    !isObjectType(value.type) &&
    rest.every((arg) => arg.kind === 'literal' && arg.value !== null)
  )
}

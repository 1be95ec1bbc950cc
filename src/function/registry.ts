/** The functions by name. A registry is a value: binder, compiler, interpreter and executor are handed the same one. */
import { ChunkQLError } from '../model/error.js'
import { aggregates as ownAggregates } from './aggregate/all.js'
import { orderedAggregate } from './aggregate/ordered.js'
import type { AggregateFunction, ScalarFunction } from './definition.js'
import { scalars as ownScalars } from './scalar/all.js'

export interface Registry {
  /** By name or alias, in any case. */
  scalarFunction(name: string): ScalarFunction | undefined
  aggregateFunction(name: string): AggregateFunction | undefined
  readonly scalars: readonly ScalarFunction[]
  /** Without the parts that algebraic aggregates are made of. */
  readonly aggregates: readonly AggregateFunction[]
}

export interface UserFunctions {
  readonly scalars?: readonly ScalarFunction[]
  readonly aggregates?: readonly AggregateFunction[]
}

/** The built-in functions and those of a user, who may not take a name that is taken. */
export function createRegistry(extra: UserFunctions = {}): Registry {
  const scalars = [...ownScalars, ...(extra.scalars ?? [])]
  const aggregates = [...ownAggregates, ...(extra.aggregates ?? [])]
  const scalarsByName = byName(scalars)
  const aggregatesByName = byName(aggregates)
  for (const name of aggregatesByName.keys()) if (scalarsByName.has(name)) throw taken(name)
  return {
    scalarFunction: (name) => scalarsByName.get(name.toLowerCase()),
    aggregateFunction: (name) => {
      const lookup = (own: string) => aggregatesByName.get(own.toLowerCase())
      return lookup(name) ?? orderedAggregate(name, lookup)
    },
    scalars,
    aggregates: aggregates.filter(({ name }) => !name.startsWith('$')),
  }
}

function byName<F extends { readonly name: string; readonly aliases?: readonly string[] }>(
  functions: readonly F[],
): Map<string, F> {
  const map = new Map<string, F>()
  for (const definition of functions) {
    for (const name of [definition.name, ...(definition.aliases ?? [])]) {
      if (map.has(name.toLowerCase())) throw taken(name)
      map.set(name.toLowerCase(), definition)
    }
  }
  return map
}

function taken(name: string): ChunkQLError {
  return new ChunkQLError('setting', `there is a function named ${name} already`, { hint: 'Choose another name.' })
}

/** What is there without user functions. */
export const builtins = createRegistry()

export const scalarFunction = builtins.scalarFunction
export const aggregateFunction = builtins.aggregateFunction

/** All names that SQL can call, for suggestions. */
export function functionNames(registry: Registry = builtins): string[] {
  return [...registry.scalars, ...registry.aggregates]
    .flatMap(({ name, aliases }) => [name, ...(aliases ?? [])])
    .filter((name) => /^[a-z_]\w*$/i.test(name))
    .sort()
}

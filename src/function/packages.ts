/** Packages of algorithms: modules that export functions and aggregates, imported wherever tasks run. Called by `index.ts` and workers. */
import { ChunkQLError } from '../model/error.js'
import type { AggregateFunction, ScalarFunction } from './definition.js'
import { builtins, createRegistry, type Registry } from './registry.js'

/** What `defineFunction` and `defineAggregate` make. */
export type Definition = ScalarFunction | AggregateFunction

export function isDefinition(value: unknown): value is Definition {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('resolve' in value)) return false
  return 'evaluate' in value || ('kind' in value && value.kind === 'holistic')
}

function isScalar(definition: Definition): definition is ScalarFunction {
  return 'evaluate' in definition
}

/** The built-in functions and those that modules export, by their URLs. */
export async function loadRegistry(modules: readonly string[], inline: readonly Definition[] = []): Promise<Registry> {
  if (modules.length === 0 && inline.length === 0) return builtins
  const loaded = await Promise.all(modules.map(definitionsOf))
  const all = [...loaded.flat(), ...inline]
  return createRegistry({
    scalars: all.filter(isScalar),
    aggregates: all.filter((definition): definition is AggregateFunction => !isScalar(definition)),
  })
}

/** All definitions among a module's exports, also within exported arrays. */
async function definitionsOf(url: string): Promise<Definition[]> {
  const module: Record<string, unknown> = await load(url)
  const found = Object.values(module).flat().filter(isDefinition)
  if (found.length > 0) return [...new Set(found)]
  const names = Object.keys(module).join(', ') || 'nothing'
  throw new ChunkQLError('setting', `the package ${url} defines no functions: it exports ${names}`, {
    hint: 'export what defineFunction() or defineAggregate() returns',
  })
}

async function load(url: string): Promise<Record<string, unknown>> {
  try {
    return await import(url)
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new ChunkQLError('setting', `the package ${url} cannot be imported: ${cause}`)
  }
}

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

/** The text of a module, where nobody else can have imported it in this thread before. */
type TextOf = (url: string) => string | undefined

/** The built-in functions and those that modules export, by their URLs. */
export async function loadRegistry(
  modules: readonly string[],
  inline: readonly Definition[] = [],
  textOf: TextOf = () => undefined,
): Promise<Registry> {
  if (modules.length === 0 && inline.length === 0) return builtins
  const loaded = await Promise.all(modules.map((url) => definitionsOf(url, textOf)))
  const all = [...loaded.flat(), ...inline]
  return createRegistry({
    scalars: all.filter(isScalar),
    aggregates: all.filter((definition): definition is AggregateFunction => !isScalar(definition)),
  })
}

/** All definitions among a module's exports, also within exported arrays. */
async function definitionsOf(url: string, textOf: TextOf): Promise<Definition[]> {
  const isFirst = !imported.has(url)
  const before = isFirst ? textOf(url) : undefined
  imported.add(url)
  const module: Record<string, unknown> = await load(url)
  const found = Object.values(module).flat().filter(isDefinition)
  if (before !== undefined && before === textOf(url) && isSelfContained(before)) {
    for (const definition of found) texts.set(definition, before)
  }
  if (found.length > 0) return [...new Set(found)]
  const names = Object.keys(module).join(', ') || 'nothing'
  throw new ChunkQLError('setting', `the package ${url} defines no functions: it exports ${names}`, {
    hint: 'export what defineFunction() or defineAggregate() returns',
  })
}

/** There where platform/node/launch.ts runs the command, whose code cannot import. */
declare const launcherImport: ((url: string) => Promise<Record<string, unknown>>) | undefined

async function load(url: string): Promise<Record<string, unknown>> {
  try {
    return await (typeof launcherImport === 'undefined' ? import(url) : launcherImport(url))
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error)
    throw new ChunkQLError('setting', `the package ${url} cannot be imported: ${cause}`)
  }
}

/** A module is imported once in a thread: what its file says later is not what runs. */
const imported = new Set<string>()
const texts = new WeakMap<object, string>()

/** The text that decides what a function of a module does; undefined where more than a text may. */
export function definingText(definition: object): string | undefined {
  return texts.get(definition)
}

/** What a module of one text may not name: other modules, the process, the clock, chance, the language of the user. */
const others =
  /\b(require|module|process|global|globalThis|self|window|navigator|fetch|eval|Function|constructor|Reflect|Date|random|crypto|performance|WebAssembly|Worker|SharedArrayBuffer|Intl|toLocale\w*|setTimeout|setInterval|setImmediate|queueMicrotask|await|meta)\b/
const ownImport = /^\s*import\s+[\w\s{},$]+\s+from\s+(['"])chunkql\1/gm

/** Words in comments and texts count, too: then it is taken for one that is not. */
export function isSelfContained(text: string): boolean {
  const imports = text.match(/\bimport\b/g)?.length ?? 0
  const own = text.match(ownImport)?.length ?? 0
  const sources = text.match(/\bfrom\s*['"`]/g)?.length ?? 0
  return imports === own && sources === own && !others.test(text) && !text.includes('\\u')
}

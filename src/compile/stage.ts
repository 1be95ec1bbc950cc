/** Compiles all bodies of a stage. Modules are kept by what they were made from: the same shape of query compiles once. Called by `query.ts`. */
import { builtins, type Registry } from '../function/registry.js'
import { identityOf } from '../model/identity.js'
import type { Bodies, CompiledNest, CompiledStage, LoopPlan, Measure, ScanStage, StageVariant } from '../model/job.js'
import type { Nest } from '../model/nest.js'
import { compileCombine, compileFinish, compileNest } from './compile.js'

/** The stage ready to run; undefined where a body has no code: then it has to be scheduled another way. A stage without loops is ready as it is. */
export function compileStage(stage: ScanStage, registry: Registry): ScanStage | undefined {
  if (!stage.loops) return stage
  const compiled = compiledLoops(stage.loops, registry)
  return compiled && { ...stage, compiled, variants: stage.variants?.flatMap((each) => compileVariant(each, registry)) }
}

/** Where it has no code its boxes are filtered as the others are. */
function compileVariant(variant: StageVariant, registry: Registry): StageVariant[] {
  if (!variant.loops) return [variant]
  const compiled = compiledLoops(variant.loops, registry)
  return compiled ? [{ ...variant, compiled }] : []
}

function compiledLoops(loops: LoopPlan, registry: Registry): CompiledStage | undefined {
  const { nests, accumulators, finishes } = loops
  return cached(stages, registry, nameOf({ nests, accumulators, finishes }), () => compileLoops(loops, registry))
}

/** Undefined where there is no code for the values. */
export function compileMeasure(measure: Measure): Measure | undefined {
  const { nest } = measure
  const compiled = cached(nests, builtins, nameOf(nest), () => compileNest(nest, builtins))
  return compiled && { ...measure, compiled }
}

/** What was compiled with the functions of a registry, by what it was made from. */
type Kept<T> = WeakMap<Registry, Map<string, T | undefined>>

/** Enough for an application's set of queries; the oldest goes first. */
const mostKept = 256
const stages: Kept<CompiledStage> = new WeakMap()
const nests: Kept<CompiledNest> = new WeakMap()

function cached<T>(kept: Kept<T>, registry: Registry, name: string, compile: () => T | undefined): T | undefined {
  const all = kept.get(registry) ?? new Map<string, T | undefined>()
  kept.set(registry, all)
  if (all.has(name)) return all.get(name)
  const compiled = compile()
  const [oldest] = all.keys()
  if (all.size >= mostKept && oldest !== undefined) all.delete(oldest)
  all.set(name, compiled)
  return compiled
}

function nameOf(made: Pick<LoopPlan, 'nests' | 'accumulators' | 'finishes'> | Nest): string {
  return identityOf(made, (key) => key === 'span' || key === 'name')
}

function compileLoops({ nests, accumulators, finishes }: LoopPlan, registry: Registry): CompiledStage | undefined {
  const bodies = compileBodies(nests, registry)
  if (!bodies) return undefined
  if (nests.main.sink.kind !== 'reduce') return { bodies }
  const combine = compileCombine(accumulators, registry)
  const finish = compileFinish(finishes, accumulators, registry)
  return combine && finish && { bodies, combine, finish }
}

function compileBodies(nests: Bodies<Nest>, registry: Registry): Bodies<CompiledNest> | undefined {
  const main = compileNest(nests.main, registry)
  const probe = nests.probe && compileNest(nests.probe, registry)
  const keys = nests.keys && compileNest(nests.keys, registry)
  const direct = nests.direct && compileNest(nests.direct, registry)
  const collects = nests.collects?.map((nest) => compileNest(nest, registry))
  const all = collects?.filter((nest) => nest !== undefined)
  if (all?.length !== collects?.length) return undefined
  if (!main || (nests.probe && !probe) || (nests.keys && !keys)) return undefined
  return { main, probe, keys, direct, collects: all }
}

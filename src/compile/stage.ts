/** Compiles all bodies of a stage. Modules are kept by what they were made from: the same shape of query compiles once. Called by `query.ts`. */
import type { Registry } from '../function/registry.js'
import { identityOf } from '../model/identity.js'
import type { Bodies, CompiledNest, CompiledStage, LoopPlan, ScanStage } from '../model/job.js'
import type { Nest } from '../model/nest.js'
import { compileCombine, compileFinish, compileNest } from './compile.js'

/** The stage ready to run; undefined where a body has no code: then it has to be scheduled another way. A stage without loops is ready as it is. */
export function compileStage(stage: ScanStage, registry: Registry): ScanStage | undefined {
  if (!stage.loops) return stage
  const compiled = cached(stage.loops, registry)
  return compiled && { ...stage, compiled, passing: compilePassing(stage.passing, registry) }
}

/** Where it has no code its boxes are filtered as the others are. */
function compilePassing(passing: ScanStage['passing'], registry: Registry): ScanStage['passing'] {
  if (!passing?.loops) return passing
  const compiled = cached(passing.loops, registry)
  return compiled && { ...passing, compiled }
}

/** Enough for an application's set of queries; the oldest goes first. */
const mostKept = 256
const kept = new WeakMap<Registry, Map<string, CompiledStage | undefined>>()

function cached(loops: LoopPlan, registry: Registry): CompiledStage | undefined {
  const stages = kept.get(registry) ?? new Map<string, CompiledStage | undefined>()
  kept.set(registry, stages)
  const name = nameOf(loops)
  if (stages.has(name)) return stages.get(name)
  const compiled = compileLoops(loops, registry)
  const [oldest] = stages.keys()
  if (stages.size >= mostKept && oldest !== undefined) stages.delete(oldest)
  stages.set(name, compiled)
  return compiled
}

function nameOf({ nests, accumulators, finishes }: LoopPlan): string {
  return identityOf({ nests, accumulators, finishes }, (key) => key === 'span' || key === 'name')
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

/** The verb `compile`: a nest to a module, by the definitions of the functions. Called by `query.ts`. */
import type { Registry } from '../function/registry.js'
import type { CompiledFinish, CompiledNest } from '../model/job.js'
import type { Accumulator, Finish, Nest } from '../model/nest.js'
import { assemble } from './assemble.js'
import { combineBody } from './combine.js'
import { directSink } from './direct.js'
import { finishBodies } from './finish.js'
import { keysSink, mostKeys } from './keys.js'
import { buildLoops, type Loops, type SinkCode } from './loops.js'
import { messagesOf, type Program, programOf } from './program.js'
import { registerSink } from './register.js'
import { recordOf, scatterSink } from './scatter.js'
import { selectSink } from './select.js'
import { vectorSink } from './vector.js'
import { createBody } from './wasm.js'

/** The nest as a module that exports `run(frame)`; undefined where some part of it has no code: then it is interpreted. */
export function compileNest(nest: Nest, registry: Registry): CompiledNest | undefined {
  if (nest.sink.kind === 'keys' && nest.sink.keys.length > mostKeys) return undefined
  const program = programOf(nest, registry)
  if (!program) return undefined
  const module = smallerAndSmaller(program)
  const fields = nest.sink.kind === 'reduce' ? program.states.fields : []
  return module && { nest, module, fields, record: recordOf(program), errors: messagesOf(program) }
}

/** Cells of more code than this gain nothing by unrolling. */
const shortCode = 150

/** Unrolled as is fastest; where that makes a body too large, less and less. */
function smallerAndSmaller(program: Program): WebAssembly.Module | undefined {
  for (const mostCopies of program.graph.size() > shortCode ? [1, 0] : [4, 1, 0]) {
    const body = createBody('run')
    buildLoops(body, program, sinkFor(program), mostCopies)
    const module = assemble([body])
    if (module) return module
  }
  return undefined
}

function sinkFor({ nest: { sink } }: Program): (loops: Loops) => SinkCode {
  switch (sink.kind) {
    case 'reduce':
      return { register: registerSink, vector: vectorSink, scatter: scatterSink }[sink.shape]
    case 'keys':
      return keysSink
    case 'direct':
      return directSink
    case 'select':
      return selectSink
    default:
      return sink satisfies never
  }
}

/** Merges arrays of states, by `combine(frame)`: see `combineFrame`. */
export function compileCombine(
  accumulators: readonly Accumulator[],
  registry: Registry,
): WebAssembly.Module | undefined {
  const body = combineBody(accumulators, registry)
  return body && assemble([body])
}

/** Computes results from arrays of states, by `finish0(frame)`, `finish1(frame)` ...: see `finishFrame`. */
export function compileFinish(
  finishes: readonly Finish[],
  accumulators: readonly Accumulator[],
  registry: Registry,
): CompiledFinish | undefined {
  const compiled = finishBodies(finishes, accumulators, registry)
  const module = compiled && assemble(compiled.bodies)
  return module && { module, errors: compiled.errors }
}

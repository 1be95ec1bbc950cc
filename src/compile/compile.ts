/** The verb `compile`: a nest to a module, by the definitions of the functions. Called by `query.ts`. */
import { ChunkQLError } from '../model/error.js'
import type { CompiledNest } from '../model/job.js'
import type { Nest } from '../model/nest.js'
import { assemble } from './assemble.js'
import type { Functions } from './emit.js'
import { buildLoops, type Loops, messagesOf, type SinkCode } from './loops.js'
import { type Program, programOf } from './program.js'
import { registerSink } from './register.js'
import { createBody } from './wasm.js'

/** The nest as a module that exports `run(frame)`; undefined where some part of it has no code: then it is interpreted. */
export function compileNest(nest: Nest, functions: Functions): CompiledNest | undefined {
  const program = programOf(nest, functions)
  if (!program) return undefined
  const body = createBody('run')
  buildLoops(body, program, sinkFor(program))
  const module = assemble([body])
  const fields = nest.sink.kind === 'reduce' ? program.states.fields : []
  return module && { nest, module, fields, errors: messagesOf(program) }
}

function sinkFor({ nest: { sink } }: Program): (loops: Loops) => SinkCode {
  if (sink.kind === 'reduce' && sink.shape === 'register') return registerSink
  throw new ChunkQLError('internal', `no body for ${sink.kind}`)
}

/** A task of the second stage of a reduction to many groups: merges parts that tasks of the first divided. Called by `stage-run.ts`. */
import { ChunkQLError } from '../model/error.js'
import type { GroupPart, Partial } from '../model/job.js'
import { openCollected } from '../operator/merge-collected.js'
import { MergeParts } from '../operator/merge-parts.js'
import { StateArrays } from '../operator/state-arrays.js'
import { freeBuffers } from './buffers.js'
import type { StageRun } from './stage-run.js'
import { emptyWork } from './work.js'

export async function mergeTask(run: StageRun, task: number, parts: readonly GroupPart[]): Promise<Partial> {
  const { machine, division } = run
  const { sink, compiled } = run.stage
  if (!division || !compiled || sink.kind !== 'reduce' || sink.keys.kind !== 'hash') {
    throw new ChunkQLError('internal', 'parts of groups were sent to a stage that divides none')
  }
  const work = emptyWork()
  const started = performance.now()
  const mark = machine.mark()
  try {
    const states = new StateArrays(machine, compiled.bodies.main.fields, compiled)
    const collected = openCollected(run.stage.loops?.collected, sink.aggregates, run.registry, run.memoryLimit)
    const merge = new MergeParts(states, division, collected)
    let more = parts.reduce((sum, { count }) => sum + count, 0)
    for (const part of parts) {
      const pause = run.check()
      if (pause) await pause
      more -= part.count
      merge.absorb(part, more)
      if (collected.length === 0) freeBuffers([part.bytes])
    }
    return { task, body: { kind: 'merged', ...merge.result({ ...sink, keys: sink.keys }) }, work }
  } finally {
    machine.release(mark)
    work.msByStage.merge = performance.now() - started
  }
}

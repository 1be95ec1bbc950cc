/** Puts the partials of the boxes of a task together to the partial of the task. Called by `units.ts`. */
import type { PartialBody, ScanStage, Sink } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { touchedCodes } from '../operator/dense-reduce.js'
import { GroupRows } from '../operator/group-rows.js'
import { MergeDense } from '../operator/merge-dense.js'
import { MergeHash } from '../operator/merge-hash.js'
import { batchesOf, rowsOf } from '../operator/rows.js'
import { StateArrays } from '../operator/state-arrays.js'
import { openSort } from '../operator/steps.js'
import { hull } from './boxes.js'
import { keyedDims } from './partial-key.js'
import type { StageRun } from './stage-run.js'

export interface UnitMerge {
  /** In the order of the boxes. */
  absorb(body: PartialBody): void
  partial(): PartialBody
}

type Body<K extends PartialBody['kind']> = Extract<PartialBody, { kind: K }>

/** In memory that lives as long as the caller's mark. */
export function openUnitMerge(run: StageRun, boxes: readonly Box[]): UnitMerge {
  const { sink, compiled } = run.stage
  if (sink.kind === 'sort') return mergeSorted(run, sink)
  if (sink.kind !== 'reduce') throw new TypeError('rows as they are have no partials')
  if (compiled?.bodies.main.nest.sink.kind !== 'reduce') {
    const groups = new GroupRows(sink.keyExpressions, sink.aggregates, run.registry, run.memory)
    return { absorb: (body) => groups.absorb(body as Body<'groups'>), partial: () => groups.partial() }
  }
  const states = new StateArrays(run.machine, compiled.bodies.main.fields, compiled)
  if (sink.keys.kind !== 'hash') return mergeDense(run.stage, states, boxes)
  const merge = new MergeHash(states, sink.keys, run.memory, [], run.stage.scan)
  return { absorb: (body) => merge.absorb(body as Body<'hash'>, 0), partial: () => merge.partial(run.division) }
}

/** Over the codes that the boxes touch, each by its number among them. */
function mergeDense(stage: ScanStage, states: StateArrays, boxes: readonly Box[]): UnitMerge {
  const { scan, loops } = stage
  const dims = keyedDims(stage)
  const touched = touchedCodes(dims, scan.selection, hull(boxes, scan.dims.length))
  const ranks = touched.map((codes) => new Map(Array.from(codes, (code, rank) => [code, rank])))
  const own = dims.map((dim, axis) => ({ ...dim, count: touched[axis]?.length ?? 0 }))
  const merge = new MergeDense(states, own, loops?.presence)
  return {
    absorb(body) {
      const { codes, fields } = body as Body<'dense'>
      const ranked = codes.map((each, axis) => each.map((code) => ranks[axis]?.get(code) as number))
      merge.absorb({ kind: 'dense', codes: ranked, fields })
    },
    partial: () => merge.partial(touched),
  }
}

function mergeSorted({ registry }: StageRun, { keys, limit, columns }: Extract<Sink, { kind: 'sort' }>): UnitMerge {
  const sort = openSort(keys, limit, registry)
  return {
    absorb(body) {
      for (const batch of (body as Body<'rows'>).batches) sort.consume(rowsOf(batch, columns))
    },
    partial: () => ({ kind: 'rows', batches: batchesOf(sort.result(), columns) }),
  }
}

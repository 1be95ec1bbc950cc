/**
 * A task box by box, where partials are kept: those that are there are taken, the others made, and all put together in the
 * order of the boxes, so that the answer has the same bits whichever were there. Called by `stage-run.ts`.
 */
import type { PartialBody, Work } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { openUnitMerge } from './merge-units.js'
import type { Found, PartialCache, Unit } from './partial-cache.js'
import type { StageRun } from './stage-run.js'

type RunBoxes = (run: StageRun, boxes: readonly Box[]) => Promise<PartialBody>

export async function runUnits(
  run: StageRun,
  cache: PartialCache,
  found: Found,
  work: Work,
  runBoxes: RunBoxes,
): Promise<PartialBody> {
  const made = cache.collect(found, work)
  const make = async (unit: Unit, own: StageRun): Promise<PartialBody> => {
    const mark = run.machine.mark()
    const body = await runBoxes(own, unit.boxes)
    run.machine.release(mark)
    return body
  }
  const whole = async (unit: Unit) => {
    const body = await make(unit, run)
    made.add(unit, body)
    await made.keep()
    return body
  }
  const [first, ...others] = found.units as [Unit, ...Unit[]]
  if (others.length === 0) return whole(first)
  const single = undivided(run)
  const before = first.body ?? (await make(first, single))
  if (!first.body && made.isTooLarge(first, before)) return whole(found.whole())
  const merge = openUnitMerge(run, found.boxes)
  const take = (unit: Unit, body: PartialBody) => {
    if (!unit.body) made.add(unit, body)
    merge.absorb(body)
  }
  take(first, before)
  for (const unit of others) take(unit, unit.body ?? (await make(unit, single)))
  await made.keep()
  return merge.partial()
}

/** Only what comes of all boxes is divided. */
function undivided(run: StageRun): StageRun {
  const variants = run.variants.map(({ decided, run: own }) => ({ decided, run: { ...own, division: undefined } }))
  return { ...run, division: undefined, variants }
}

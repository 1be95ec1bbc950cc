/** What a rule is: a name, and a function from a plan to an equal one that is cheaper. */
import type { Registry } from '../function/registry.js'
import type { ColumnId } from '../model/expression.js'
import type { Settings } from '../model/job.js'
import { inputsOf, outputOf, type Plan } from '../model/plan.js'
import type { Vector } from '../model/vector.js'

export interface OptimizeContext {
  readonly registry: Registry
  readonly settings: Settings
  /** The values of a coordinate that the session has loaded (`coordinatesWanted`), else undefined. */
  coordinate(source: string, table: string, column: string): Vector | undefined
}

export interface Rule {
  readonly name: string
  /** Returns the plan itself where nothing changed. Applied again to its own result it changes nothing more. */
  apply(plan: Plan, context: OptimizeContext): Plan
}

/** For rules that make columns: ids above it are free. */
export function highestId(plan: Plan): ColumnId {
  const own = outputOf(plan).map(({ id }) => id)
  return Math.max(0, ...own, ...inputsOf(plan).map(highestId))
}

/** What a rule is: a name, and a function from a plan to an equal one that is cheaper. */
import type { Registry } from '../function/registry.js'
import type { Settings } from '../model/job.js'
import type { Plan } from '../model/plan.js'
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

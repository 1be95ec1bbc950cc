/** Optimizing: runs the rules in their order until none changes the plan. Called by `query.ts`. */
import type { Plan } from '../model/plan.js'
import type { OptimizeContext, Rule } from './rule.js'
import { allRules } from './rules.js'

/** The plan after a rule that changed it. */
export interface Step {
  readonly rule: string
  readonly plan: Plan
}

export interface Optimized {
  readonly plan: Plan
  /** The rules that changed the plan, each once, in the order of their first change. */
  readonly fired: readonly string[]
  readonly steps: readonly Step[]
}

/** Rules feed each other, but a few rounds always suffice; the limit is against two that undo each other. */
const roundsMax = 10

export function optimize(plan: Plan, context: OptimizeContext, rules: readonly Rule[] = allRules): Optimized {
  const steps: Step[] = []
  if (!context.settings.optimizer) return { plan, fired: [], steps }
  for (let round = 0; round < roundsMax; round++) {
    const before = steps.length
    for (const rule of rules) {
      const next = rule.apply(steps[steps.length - 1]?.plan ?? plan, context)
      if (next !== (steps[steps.length - 1]?.plan ?? plan)) steps.push({ rule: rule.name, plan: next })
    }
    if (steps.length === before) break
  }
  const fired = [...new Set(steps.map(({ rule }) => rule))]
  return { plan: steps[steps.length - 1]?.plan ?? plan, fired, steps }
}

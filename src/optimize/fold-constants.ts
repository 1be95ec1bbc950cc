/**
 * Expressions without columns are computed once, here: `lat > 30 + 15` becomes `lat > 45`.
 *
 * Right because functions are pure. What fails (an overflow, a bad cast) is left as it is: it may stand where no row
 * reaches it, and where one does the error is raised with its place.
 */
import { fold } from '../function/fold.js'
import { rewritePlan } from '../model/plan.js'
import { mapExpressions } from '../model/rewrite-plan.js'
import type { Rule } from './rule.js'

export const foldConstants: Rule = {
  name: 'fold-constants',
  apply: (plan, { registry }) =>
    rewritePlan(plan, (node) => mapExpressions(node, (expression) => fold(expression, registry))),
}

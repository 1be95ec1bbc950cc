/** Binding: from syntax to a logical plan. Names become columns, types are decided, casts written out. Called by `query.ts`. */
import type { Plan } from '../model/plan.js'
import type { SelectSyntax } from '../model/syntax.js'
import { type BindContext, share } from './context.js'
import { bindSelect } from './select.js'

export type { BindContext, Parameters } from './context.js'

export function bind(query: SelectSyntax, context: BindContext): Plan {
  return bindSelect(query, share(context))
}

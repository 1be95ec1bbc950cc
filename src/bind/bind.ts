/** Binding: from syntax to a logical plan. Names become columns, types are decided, casts written out. Called by `query.ts`. */
import { outputOf, type Plan, type Project } from '../model/plan.js'
import type { SelectSyntax } from '../model/syntax.js'
import { sameType, withoutNull } from '../model/type.js'
import { castTo } from './cast.js'
import { type BindContext, type Shared, share } from './context.js'
import { bindSelect } from './select.js'

export type { BindContext, Parameters } from './context.js'

export function bind(query: SelectSyntax, context: BindContext): Plan {
  const shared = share(context)
  return withTypes(bindSelect(query, shared), shared)
}

/** A column of nothing but NULL meets any type within a query, and leaves it as INTEGER, as in DuckDB. */
function withTypes(plan: Plan, shared: Shared): Plan {
  if (outputOf(plan).every(({ type }) => sameType(type, withoutNull(type)))) return plan
  const project: Project = plan.kind === 'project' ? plan : allOf(plan, shared)
  const columns = project.columns.map((column) => {
    const { expression } = column
    return { ...column, expression: castTo(expression, withoutNull(expression.type)) }
  })
  return { ...project, columns }
}

function allOf(input: Plan, shared: Shared): Project {
  const columns = outputOf(input).map(({ id, name, type, nullable }) => ({
    id: shared.nextId(),
    name,
    expression: { kind: 'column', column: id, name, type, nullable } as const,
  }))
  return { kind: 'project', input, columns }
}

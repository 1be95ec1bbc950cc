/** Makes a failing query small: drops parts as long as it still fails. Called by duel.ts. */
import type { RandomQuery, Tree } from './random-query.js'

/** All queries that are one step smaller. */
export function* smaller(query: RandomQuery): Generator<RandomQuery> {
  for (const part of ['where', 'having', 'items', 'keys'] as const) {
    const list = query[part]
    for (const i of list.keys()) {
      if (part !== 'items' || list.length > 1) yield { ...query, [part]: list.toSpliced(i, 1) }
    }
    for (const [i, tree] of list.entries()) {
      for (const less of smallerTrees(tree)) yield { ...query, [part]: list.with(i, less) }
    }
  }
  if (query.distinct) yield { ...query, distinct: false }
  for (const i of query.order?.keys() ?? []) yield { ...query, order: query.order?.toSpliced(i, 1) }
  if (query.offset !== undefined) yield { ...query, offset: undefined }
  if (query.limit !== undefined) yield { ...query, limit: undefined, offset: undefined }
}

/** A child of the same kind in place of a tree, or the tree with one child made smaller. */
function* smallerTrees(tree: Tree): Generator<Tree> {
  for (const child of tree.children) if (child.sort === tree.sort) yield child
  for (const [i, child] of tree.children.entries()) {
    for (const less of smallerTrees(child)) yield { ...tree, children: tree.children.with(i, less) }
  }
}

/** A query, and how it failed when it was last asked. */
export interface Failure {
  readonly query: RandomQuery
  readonly reason: string
}

export async function minimise(
  failure: Failure,
  reasonOf: (query: RandomQuery) => Promise<string | undefined>,
): Promise<Failure> {
  for (const query of smaller(failure.query)) {
    const reason = await reasonOf(query)
    if (reason !== undefined) return minimise({ query, reason }, reasonOf)
  }
  return failure
}

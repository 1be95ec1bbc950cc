/** Words and symbols of SQL that this version does not speak, and what to do instead. Read by `foreign.ts`. */

export interface Feature {
  /** The subject of "... are not supported yet". */
  readonly feature: string
  readonly hint: string
}

export const readOnly = 'ChunkQL reads data where they are; a result is written by `chunkql -o file` or db.export'
const sessions = 'each statement stands by itself'

/** By the word that begins a statement. */
export const statements = table([
  ['insert, update, delete, merge, truncate', 'statements that change data', readOnly],
  ['create, drop, alter, comment', 'statements that define tables', `${readOnly}; ATTACH names a store`],
  ['copy, export, import', 'statements that copy data', readOnly],
  ['table', 'statements without SELECT', 'write FROM t'],
  ['pivot, unpivot, pivot_wider, pivot_longer', 'pivots', 'use an aggregate with FILTER per column'],
  ['summarize', 'summaries', 'use DESCRIBE, or SELECT the aggregates that you need'],
  ['pragma, call, load, install, use, checkpoint, vacuum, analyze', 'statements of this kind', 'SET changes a setting'],
  ['begin, commit, rollback, start, abort', 'transactions', sessions],
  ['prepare, execute, deallocate', 'prepared statements', 'give parameters with the query: ? or $name'],
])

/** By the word or symbol where the parser stopped, or by that and a neighbour. */
export const words = table([
  [
    'join, inner, left, right, full, cross, natural, asof, positional, semi, anti, lateral',
    'joins',
    'query one table at a time',
  ],
  ['union, intersect, except', 'set operations', 'run the queries one by one'],
  ['over, window, qualify', 'window functions', 'use GROUP BY'],
  ['any, some', 'subqueries in expressions', 'a subquery can stand in FROM'],
  ['array', 'lists of this form', 'write [1, 2, 3]'],
  ['{', 'nested values', 'use plain columns'],
  ['lambda, ->, ->>', 'lambda functions and JSON paths', 'write the expression itself'],
  ['collate', 'collations', 'text is compared by its bytes'],
  ['similar to, glob', 'patterns of this kind', 'use LIKE or ILIKE'],
  ['tablesample, using sample', 'samples', 'use LIMIT, or a condition on a coordinate'],
  ['with ties, percent', 'limits of this kind', 'use LIMIT with a number'],
  ['recursive', 'recursive queries', 'name queries one after another'],
  ['grouping sets', 'grouping sets', 'run one query per grouping'],
  ['within group, ignore nulls, respect nulls', 'ordered aggregates', 'order in a subquery after FROM'],
  ['pivot, unpivot', 'pivots', 'use an aggregate with FILTER per column'],
  ['at time', 'time zones', 'times are UTC'],
  ['precision', 'constants of this type', "write CAST('...' AS DOUBLE PRECISION)"],
  [':=, =>', 'named arguments', 'give arguments by position'],
  ['#', 'columns by position', 'name the column'],
  ['@, !', 'operators of this kind', 'use abs, or a function by its name'],
])

/** By the word before the place: it could be a name, so that the parser went on. */
export const earlierWords = table([
  ['exists', 'subqueries in expressions', 'a subquery can stand in FROM'],
  ['sample', 'samples', 'use LIMIT, or a condition on a coordinate'],
  ['map, struct', 'nested values', 'use plain columns'],
])

/** Keys are separated by commas; a key of two words is two tokens. */
function table(rows: readonly (readonly [string, string, string])[]): ReadonlyMap<string, Feature> {
  return new Map(
    rows.flatMap(([keys, feature, hint]) => keys.split(', ').map((key): [string, Feature] => [key, { feature, hint }])),
  )
}

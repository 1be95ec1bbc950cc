/** How tightly operators bind, as in DuckDB and PostgreSQL. Read by the parser, which makes the tree, and by the printer of syntax. */

/** From loose to tight. */
export const level = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  /** LIKE, ILIKE, BETWEEN, IN. */
  match: 6,
  escape: 7,
  /** `||`, `&`, `|`, `<<`, `>>`, and `~` before its operand. */
  other: 8,
  sum: 9,
  product: 10,
  power: 11,
  /** `+` and `-` before their operand: `-2 ^ 2` is 4. */
  sign: 12,
  cast: 13,
} as const

const infix: Readonly<Record<string, number>> = {
  or: level.or,
  and: level.and,
  'is distinct from': level.is,
  'is not distinct from': level.is,
  '=': level.comparison,
  '<>': level.comparison,
  '<': level.comparison,
  '<=': level.comparison,
  '>': level.comparison,
  '>=': level.comparison,
  like: level.match,
  ilike: level.match,
  between: level.match,
  escape: level.escape,
  '||': level.other,
  '&': level.other,
  '|': level.other,
  '<<': level.other,
  '>>': level.other,
  '+': level.sum,
  '-': level.sum,
  '*': level.product,
  '/': level.product,
  '//': level.product,
  '%': level.product,
  '^': level.power,
}

const prefix: Readonly<Record<string, number>> = { not: level.not, '~': level.other, '+': level.sign, '-': level.sign }

export function infixLevel(operator: string): number {
  return known(infix[operator], operator)
}

export function prefixLevel(operator: string): number {
  return known(prefix[operator], operator)
}

/** `1 < 2 < 3` means nothing: two operators of such a level need parentheses. */
export function chains(at: number): boolean {
  return at !== level.is && at !== level.comparison && at !== level.match
}

function known(found: number | undefined, operator: string): number {
  if (found === undefined) throw new Error(`no precedence for the operator ${operator}`)
  return found
}

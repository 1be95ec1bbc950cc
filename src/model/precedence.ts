/** How tightly operators bind, as in DuckDB and PostgreSQL. Read by the parser, which makes the tree, and by the printer of syntax. */

/** From loose to tight. */
export const level = {
  or: 1,
  and: 2,
  not: 3,
  /** `a NOT NULL`, looser than `a IS NOT NULL`: what decides is its first word. */
  notNull: 4,
  is: 5,
  comparison: 6,
  /** LIKE, ILIKE, BETWEEN, IN. */
  match: 7,
  escape: 8,
  /** `||`, `&`, `|`, `<<`, `>>`, `==`, and `~` before its operand. */
  other: 9,
  sum: 10,
  product: 11,
  power: 12,
  /** `+` and `-` before their operand: `-2 ^ 2` is 4. */
  sign: 13,
  cast: 14,
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
  '^@': level.other,
  '+': level.sum,
  '-': level.sum,
  '*': level.product,
  '/': level.product,
  '//': level.product,
  '%': level.product,
  '^': level.power,
  '**': level.power,
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

/** For the page on the grammar: the operators of each level, the tightest first. */
export function operatorsByLevel(): { readonly operators: readonly string[]; readonly remark: string }[] {
  const suffixes: readonly [string, number][] = [
    ['::', level.cast],
    ['is null', level.is],
    ['is true', level.is],
    ['not null', level.notNull],
    ['in', level.match],
    ['==', level.other],
  ]
  const before = Object.entries(prefix).map(([name, at]): [string, number] => [name === 'not' ? name : `${name}x`, at])
  const all = [...before, ...Object.entries(infix), ...suffixes]
  return [...new Set(Object.values(level))].reverse().map((at) => ({
    operators: all.filter(([, found]) => found === at).map(([name]) => name.toUpperCase()),
    remark: chains(at) ? '' : 'two in a row need parentheses',
  }))
}

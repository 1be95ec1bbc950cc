/**
 * Queries at random over columns of every type, errors welcome: what overflows, what cannot be cast or is no call at all must
 * be refused by both engines or by none. Called by duel.ts.
 */
import { tableColumns } from '../slt/dataset.js'
import { datasets, randomNumbers } from '../slt/datasets.js'
import type { RandomQuery, Tree } from './random-query.js'

type Sort = Tree['sort']

const sorts: readonly Sort[] = ['integer', 'float', 'boolean', 'time', 'text']
const types: Readonly<Record<Sort, readonly string[]>> = {
  integer: ['TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER', 'UBIGINT'],
  float: ['FLOAT', 'DOUBLE'],
  boolean: ['BOOLEAN'],
  time: ['DATE', 'TIMESTAMP'],
  text: ['VARCHAR'],
}
const constants: Readonly<Record<Sort, readonly string[]>> = {
  integer: [
    '0',
    '1',
    '2',
    '-1',
    '7',
    '100',
    '300',
    '-40000',
    '3000000000',
    'NULL::INTEGER',
    '5::UTINYINT',
    '-3::BIGINT',
  ],
  float: ['0.5e0', '-1.25e0', '1e10', "'nan'::DOUBLE", "'inf'::FLOAT", '-0.0e0', 'NULL::DOUBLE', '2.5::FLOAT', '1e-5'],
  boolean: ['true', 'false', 'NULL::BOOLEAN'],
  time: [
    "DATE '2020-02-29'",
    "TIMESTAMP '1999-12-31 23:59:59.5'",
    'NULL::DATE',
    "DATE '0123-01-01'",
    "'2020-01-01'::DATE",
  ],
  text: ["''", "'abc'", "'12'", "'%b%'", "'été'", 'NULL::VARCHAR', "'2020-01-05'", "' x '", "'A'", "'1.5'"],
}
const units = [
  "'year'",
  "'month'",
  "'day'",
  "'hour'",
  "'week'",
  "'quarter'",
  "'minute'",
  "'second'",
  "'decade'",
  "'isodow'",
]

/** A shape of expression: its sort, those of its parts, and its text, `$0` and so on standing for the parts. */
interface Form {
  readonly sort: Sort
  readonly parts: readonly Sort[]
  readonly text: string
}

const form = (sort: Sort, parts: string, ...texts: readonly string[]): Form[] => {
  const letters: Readonly<Record<string, Sort>> = { i: 'integer', f: 'float', b: 'boolean', t: 'time', s: 'text' }
  return texts.map((text) => ({ sort, parts: [...parts].map((letter) => letters[letter] as Sort), text }))
}

const calls = (names: string, args = '$0') => names.split(' ').map((name) => `${name}(${args})`)
const infix = (operators: string) => operators.split(' ').map((operator) => `($0 ${operator} $1)`)

const comparisons = infix('= <> < <= > >=')
const forms: readonly Form[] = [
  ...form('integer', 'ii', ...infix('+ - * // % & |'), ...calls('greatest least xor nullif coalesce', '$0, $1')),
  ...form('integer', 'ii', '($0 << $1)', '($0 >> $1)'),
  ...form('integer', 'i', '-($0::BIGINT)', '~($0)', ...calls('abs sign bit_count')),
  ...form(
    'integer',
    't',
    ...calls('year month day hour minute second quarter week dayofyear dayofweek isodow isoyear'),
  ),
  ...form('integer', 't', ...calls('decade century millennium yearweek era epoch_ms epoch_us millisecond microsecond')),
  ...form('integer', 'tt', ...units.map((unit) => `date_diff(${unit}, $0, $1)`)),
  ...form('integer', 't', ...units.map((unit) => `date_part(${unit}, $0)`), 'extract(month FROM $0)'),
  ...form('integer', 's', ...calls('length strlen ascii')),
  ...form('integer', 'ss', 'strpos($0, $1)'),
  ...form('float', 'ff', ...infix('+ - * / %'), ...calls('greatest least nullif coalesce atan2 pow', '$0, $1')),
  ...form('float', 'ii', '($0 / $1)'),
  ...form('float', 'if', ...infix('+ - * /')),
  ...form('float', 'f', '-($0)', ...calls('abs floor ceil round trunc sqrt cbrt exp ln log10 log2 sin cos tan sign')),
  ...form('float', 'f', ...calls('asin acos atan radians degrees')),
  ...form('float', 'i', ...calls('floor ceil round sqrt exp ln sin cbrt')),
  ...form('float', 'fi', 'round($0, $1)', 'trunc($0, $1)', 'pow($0, $1)'),
  ...form('integer', 'ii', 'round($0, $1)'),
  ...form('float', 't', 'epoch($0)', 'julian($0)'),
  ...form('boolean', 'ii', ...comparisons, '($0 IS DISTINCT FROM $1)', '($0 IN ($1, 1, 2))'),
  ...form('boolean', 'ff', ...comparisons, '($0 IS NOT DISTINCT FROM $1)'),
  ...form('boolean', 'if', ...comparisons),
  ...form('boolean', 'tt', ...comparisons, '($0 IN ($1))'),
  ...form('boolean', 'ss', ...comparisons, '($0 LIKE $1)', '($0 NOT LIKE $1)', '($0 ILIKE $1)'),
  ...form('boolean', 'ss', ...calls('starts_with ends_with contains', '$0, $1')),
  ...form('boolean', 'bb', ...infix('AND OR = <> <')),
  ...form('boolean', 'b', '(NOT $0)', '($0 IS TRUE)', '($0 IS NOT FALSE)'),
  ...form('boolean', 'f', ...calls('isnan isinf isfinite')),
  ...form('boolean', 'iii', '($0 BETWEEN $1 AND $2)', '($0 NOT BETWEEN $1 AND $2)', '($0 NOT IN ($1, $2, NULL))'),
  ...form('boolean', 'sss', '($0 BETWEEN $1 AND $2)', '($0 IN ($1, $2))'),
  ...form('time', 't', ...calls('last_day'), ...units.map((unit) => `date_trunc(${unit}, $0)`)),
  ...form('time', 'tt', ...calls('greatest least coalesce nullif', '$0, $1')),
  ...form('time', 'iii', 'make_date($0, $1, $2)'),
  ...form('time', 'ti', '($0::DATE + $1::INTEGER)', '($0::DATE - $1::INTEGER)'),
  ...form('text', 'ss', '($0 || $1)', ...calls('concat coalesce nullif greatest least', '$0, $1')),
  ...form('text', 's', ...calls('lower upper trim ltrim rtrim reverse')),
  ...form('text', 'si', ...calls('left right repeat', '$0, $1 % 9'), 'substring(s, $1)', 'chr(abs($1 % 60) + 40)'),
  ...form('text', 'sii', 'substring(s, $1, $2)', 'lpad($0, $1::INTEGER % 9, $0)'),
  ...form('text', 'ssi', 'split_part($0, $1, $2)', "rpad($0, $2::INTEGER % 12, $1 || '-')"),
  ...form('text', 'sss', 'replace($0, $1, $2)', 'translate($0, $1, $2)', 'concat_ws($0, $1, $2)'),
  ...form('text', 't', 'dayname($0)', 'monthname($0)'),
  ...form('text', 'i', 'typeof($0)'),
  ...form('text', 'f', 'typeof($0)'),
]

const aggregates: readonly Form[] = [
  ...form(
    'integer',
    'i',
    ...calls('sum min max count bit_and bit_or bit_xor any_value first last median mode product'),
  ),
  ...form('float', 'i', ...calls('avg stddev_samp var_pop var_samp stddev_pop')),
  ...form('float', 'f', ...calls('sum min max count avg median any_value first mode')),
  ...form('text', 's', ...calls('min max any_value first last string_agg mode')),
  ...form('time', 't', ...calls('min max any_value first last mode median')),
  ...form('boolean', 'b', ...calls('bool_and bool_or min max any_value count_if')),
  ...form('integer', 'i', 'count(DISTINCT $0)', 'sum(DISTINCT $0)', 'count(*)'),
  ...form('integer', 's', 'count(DISTINCT $0)', 'min(length($0))'),
  ...form('text', 'si', 'arg_min($0, $1)', 'arg_max($0, $1)'),
  ...form('integer', 'it', 'arg_min($0, $1)', 'arg_max($0, $1)'),
  ...form('integer', 'ib', 'sum($0) FILTER (WHERE $1)', 'count(*) FILTER (WHERE $1)', 'min($0) FILTER (WHERE $1)'),
  ...form('integer', 'i', 'quantile_disc($0, 0.25)', 'quantile_cont($0, 0.5)'),
]

export function wildQuery(seed: number): RandomQuery {
  const random = randomNumbers(seed)
  for (let i = 0; i < 5; i++) random()
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const chance = (p: number) => random() < p
  const times = (most: number) => Math.floor(random() * (most + 1))
  const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)
  const mixed = datasets.get('mixed')
  const columns = mixed ? tableColumns(mixed) : []
  const sortOf = (type: string) => sorts.find((sort) => types[sort].includes(type)) as Sort
  const leaf = (sort: Sort): Tree => {
    const own = columns.filter(({ type }) => sortOf(type) === sort)
    const text = chance(0.7) ? choose(own).name : choose(constants[sort])
    return { sort, children: [], write: () => text }
  }
  const fill = ({ sort, parts, text }: Form, depth: number): Tree => {
    // Now and then a part of another sort: both engines must refuse it, or mean the same by it.
    const children = parts.map((part) => tree(chance(0.04) ? choose(sorts) : part, depth - 1))
    return { sort, children, write: (written) => text.replace(/\$(\d)/g, (_, i) => written[Number(i)] ?? '') }
  }
  function tree(sort: Sort, depth: number): Tree {
    if (depth <= 0 || chance(0.15)) return leaf(sort)
    if (chance(0.15)) return cast(sort, depth)
    if (chance(0.12)) return conditional(sort, depth)
    return fill(choose(forms.filter((candidate) => candidate.sort === sort)), depth)
  }
  function cast(sort: Sort, depth: number): Tree {
    const type = choose(types[sort])
    const word = choose(['CAST', 'TRY_CAST', 'TRY_CAST'])
    return { sort, children: [tree(choose(sorts), depth - 1)], write: ([x]) => `${word}(${x} AS ${type})` }
  }
  function conditional(sort: Sort, depth: number): Tree {
    const [test, a, b] = [tree('boolean', depth - 1), tree(sort, depth - 1), tree(sort, depth - 1)]
    const simple = chance(0.3)
    const children = simple ? [tree('integer', 0), a, b] : [test, a, b]
    return {
      sort,
      children,
      write: ([when, x, y]) => `CASE ${simple ? `${when} WHEN 1` : `WHEN ${when}`} THEN ${x} ELSE ${y} END`,
    }
  }

  const grouped = chance(0.35)
  const keys = grouped ? many(times(2), () => tree(choose(sorts), 1 + times(1))) : []
  const items = many(1 + times(2), () => (grouped ? fill(choose(aggregates), 2) : tree(choose(sorts), 1 + times(2))))
  const ordered = (by: Tree): Tree => {
    const suffix = choose(['', ' DESC', ' NULLS FIRST', ' DESC NULLS LAST', ' ASC NULLS FIRST'])
    return { sort: by.sort, children: [by], write: ([text]) => `${text}${suffix}` }
  }
  const test = (of: Tree): Tree => {
    const rest = choose(['IS NOT NULL', "<> '1'", 'IS NULL', '> 1'])
    return { sort: 'boolean', children: [of], write: ([text]) => `${text} ${rest}` }
  }
  const limited = !grouped && chance(0.3)
  return {
    dataset: 'mixed',
    keys,
    items,
    where: chance(0.3) ? [tree('boolean', 1 + times(1))] : [],
    having: grouped && chance(0.2) ? [test(fill(choose(aggregates), 1))] : [],
    descending: chance(0.5),
    distinct: !grouped && chance(0.15),
    groupAll: chance(0.3),
    ...(limited && { order: many(1 + times(1), () => ordered(tree(choose(sorts), 1 + times(1)))) }),
    ...(limited && chance(0.5) && { limit: times(12), offset: times(5) }),
  }
}

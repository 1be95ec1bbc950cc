/** Makes queries at random over the tables of the tests, as trees from which parts can be dropped. Called by duel.ts. */
import { type Dataset, type DatasetColumn, tableColumns } from '../slt/dataset.js'
import { datasets, randomNumbers } from '../slt/datasets.js'

type Sort = 'integer' | 'float' | 'boolean' | 'time' | 'text'

/** An expression: how it is written, and what it is made of. */
export interface Tree {
  readonly sort: Sort
  readonly children: readonly Tree[]
  readonly write: (parts: readonly string[]) => string
}

export interface RandomQuery {
  readonly dataset: string
  readonly items: readonly Tree[]
  readonly keys: readonly Tree[]
  readonly where: readonly Tree[]
  readonly having: readonly Tree[]
  /** Present: rows in the order of the grid or of the keys, so that LIMIT means the same to both. */
  readonly limit?: number | undefined
  readonly offset?: number | undefined
  readonly descending: boolean
  /** Rows that are different, in the order of all their columns. */
  readonly distinct?: boolean | undefined
  readonly groupAll?: boolean | undefined
  /** What rows are ordered by before their place in the grid decides. */
  readonly order?: readonly Tree[] | undefined
}

export function writeTree(tree: Tree): string {
  return tree.write(tree.children.map(writeTree))
}

export function writeQuery(query: RandomQuery): string {
  const dataset = datasets.get(query.dataset)
  const keys = query.keys.map(writeTree)
  const items = [...keys, ...query.items.map(writeTree)]
  const clause = (word: string, parts: readonly string[], glue: string) =>
    parts.length > 0 ? ` ${word} ${parts.join(glue)}` : ''
  const grouped = query.keys.length > 0
  const direction = query.descending ? ' DESC' : ''
  const order = grouped
    ? keys.map((_, i) => `${i + 1}${direction}`)
    : query.limit !== undefined && !query.items.some(isAggregate)
      ? (dataset?.dims ?? []).map(({ name }) => `${name}${direction}`)
      : []
  const wanted = query.distinct
    ? ['ALL']
    : query.order && !grouped
      ? [...query.order.map(writeTree), ...(dataset?.dims ?? []).map(({ name }) => name)]
      : order
  return (
    `SELECT ${query.distinct ? 'DISTINCT ' : ''}${items.join(', ') || '1'} FROM ${query.dataset}` +
    clause('WHERE', query.where.map(writeTree), ' AND ') +
    clause('GROUP BY', query.groupAll && grouped ? ['ALL'] : keys.map((_, i) => String(i + 1)), ', ') +
    clause('HAVING', query.having.map(writeTree), ' AND ') +
    clause('ORDER BY', wanted, ', ') +
    (query.limit === undefined ? '' : ` LIMIT ${query.limit}`) +
    (query.offset === undefined ? '' : ` OFFSET ${query.offset}`)
  )
}

const aggregate = Symbol('aggregate')
const isAggregate = (tree: Tree): boolean => aggregate in tree || tree.children.some(isAggregate)

/** Errors that depend on which cell is looked at first are no subject here: no overflow, no domain errors. */
export function randomQuery(seed: number): RandomQuery {
  const random = randomNumbers(seed)
  // The first numbers of neighbouring seeds are alike.
  for (let i = 0; i < 5; i++) random()
  const choose = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const chance = (p: number) => random() < p
  const times = (most: number) => Math.floor(random() * (most + 1))
  const many = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make)

  const dataset = choose([...datasets.values()].filter(({ name }) => !['people', 'mixed', 'empty'].includes(name)))
  const columns = tableColumns(dataset)
  const make = maker(columns, choose, chance)

  const where = many(times(2), () => make.boolean(2))
  const keys = chance(0.4) ? many(1 + times(2), () => key(dataset, columns, make, choose, chance)) : []
  const grouped = keys.length > 0 || chance(0.5)
  const items = many(1 + times(3), () => (grouped ? make.aggregate() : make.any(2)))
  const limited = chance(0.4)
  return {
    dataset: dataset.name,
    keys,
    where,
    items,
    having: grouped && chance(0.2) ? [make.having()] : [],
    limit: limited ? times(20) : undefined,
    offset: limited && chance(0.3) ? times(10) : undefined,
    descending: chance(0.5),
  }
}

type Choose = <T>(list: readonly T[]) => T
type Chance = (p: number) => boolean
type Maker = ReturnType<typeof maker>

function leaf(sort: Sort, text: string): Tree {
  return { sort, children: [], write: () => text }
}

function node(sort: Sort, children: readonly Tree[], write: Tree['write']): Tree {
  return { sort, children, write }
}

function key(dataset: Dataset, columns: readonly DatasetColumn[], make: Maker, choose: Choose, chance: Chance): Tree {
  if (chance(0.4))
    return columnTree(
      choose(columns.filter(({ dims }) => dims.length < dataset.dims.length || dataset.dims.length === 1)) ??
        choose(columns),
    )
  const [integer, float] = [make.integer(1), make.float(1)]
  return choose([
    make.boolean(1),
    node('integer', [integer], ([a]) => `${a} % 5`),
    node('float', [float], ([a]) => `floor(${a} / 8)`),
    node('integer', [make.time()], ([t]) => `month(${t})`),
  ])
}

function sortOf({ type }: DatasetColumn): Sort {
  if (type === 'FLOAT' || type === 'DOUBLE') return 'float'
  if (type === 'BOOLEAN') return 'boolean'
  if (type === 'TIMESTAMP' || type === 'DATE') return 'time'
  return type === 'VARCHAR' ? 'text' : 'integer'
}

/** Integers widen first, and the extremes of `numbers` are halved away, so that nothing overflows. */
function columnTree(column: DatasetColumn): Tree {
  const sort = sortOf(column)
  if (sort !== 'integer') return leaf(sort, column.name)
  return leaf('integer', column.values.some(isExtreme) ? `(${column.name}::DOUBLE % 1000)::BIGINT` : column.name)
}

const isExtreme = (value: DatasetColumn['values'][number]) =>
  (typeof value === 'bigint' || typeof value === 'number') &&
  (value > 100 || value < -100) &&
  Number.isInteger(Number(value))

function maker(columns: readonly DatasetColumn[], choose: Choose, chance: Chance) {
  const ofSort = (sort: Sort) => columns.filter((column) => sortOf(column) === sort)
  const columnOr = (sort: Sort, constants: readonly string[]): Tree => {
    const candidates = ofSort(sort)
    return candidates.length > 0 && chance(0.9) ? columnTree(choose(candidates)) : leaf(sort, choose(constants))
  }
  const infix = (sort: Sort, a: Tree, operator: string, b: Tree) =>
    node(sort, [a, b], ([x, y]) => `(${x} ${operator} ${y})`)

  // Words are chosen when a tree is made: however often it is written, it is the same text.
  const called = (sort: Sort, name: string, arg: Tree) => node(sort, [arg], ([a]) => `${name}(${a})`)
  const followed = (arg: Tree, text: string) => node('boolean', [arg], ([a]) => `${a} ${text}`)
  const between = (not: string, ...parts: Tree[]) =>
    node('boolean', parts, ([a, low, high]) => `${a} ${not}BETWEEN ${low} AND ${high}`)

  function time(): Tree {
    return columnOr('time', ["TIMESTAMP '1970-03-01 12:00:00'", "TIMESTAMP '2000-07-01'", "DATE '2001-02-28'"])
  }
  function integer(depth: number): Tree {
    if (depth === 0 || chance(0.2)) return columnOr('integer', ['0', '1', '2', '7', '-3', '10', 'NULL::INTEGER'])
    const wide = node('integer', [integer(depth - 1)], ([a]) => `${a}::BIGINT`)
    return choose<() => Tree>([
      () => infix('integer', wide, choose(['+', '-', '*']), integer(depth - 1)),
      () => infix('integer', wide, choose(['//', '%']), integer(depth - 1)),
      () => node('integer', [wide], ([a]) => `abs(${a})`),
      () => node('integer', [wide], ([a]) => `-(${a})`),
      () => called('integer', choose(['year', 'month', 'day', 'hour', 'dayofyear']), time()),
      () => conditional('integer', integer(depth - 1), integer(depth - 1), boolean(depth - 1)),
    ])()
  }
  function float(depth: number): Tree {
    if (depth === 0 || chance(0.2)) return columnOr('float', ['0.5e0', '2e0', '-1.25e0', '100e0', 'NULL::DOUBLE'])
    return choose<() => Tree>([
      () =>
        infix(
          'float',
          float(depth - 1),
          choose(['+', '-', '*', '/']),
          chance(0.7) ? float(depth - 1) : integer(depth - 1),
        ),
      () => infix('float', float(depth - 1), choose(['+', '-', '*']), leaf('float', choose(['2.5', '0.5', '3', '-7']))),
      () => infix('float', integer(depth - 1), '/', integer(depth - 1)),
      () => called('float', choose(['floor', 'ceil', 'abs', 'round']), float(depth - 1)),
      () => node('float', [float(depth - 1)], ([a]) => `sqrt(abs(${a}))`),
      () => called('float', choose(['sin', 'cos']), float(0)),
      () => node('float', [float(depth - 1)], ([a]) => `-(${a})`),
      () => node('float', [integer(depth - 1)], ([a]) => `${a}::DOUBLE`),
      () => conditional('float', float(depth - 1), float(depth - 1), boolean(depth - 1)),
    ])()
  }
  function conditional(sort: Sort, a: Tree, b: Tree, test: Tree): Tree {
    return node(sort, [a, b, test], ([x, y, when]) => `CASE WHEN ${when} THEN ${x} ELSE ${y} END`)
  }
  function boolean(depth: number): Tree {
    const compare = () => choose(['=', '<>', '<', '<=', '>', '>='])
    const simple: (() => Tree)[] = [
      () => infix('boolean', integer(1), compare(), integer(1)),
      () => infix('boolean', float(1), choose(['<', '<=', '>', '>=']), float(0)),
      () => infix('boolean', columnOr('time', ["TIMESTAMP '2000-05-05'"]), compare(), time()),
      () => followed(float(0), choose(['IS NULL', 'IS NOT NULL'])),
      () => followed(integer(0), choose(['IS NULL', 'IS NOT NULL'])),
      () => followed(integer(1), `${choose(['', 'NOT '])}IN (${choose(['0, 1', '1, 2, 7', '3, NULL', '-1'])})`),
      () => between(choose(['', 'NOT ']), integer(1), integer(0), integer(0)),
      () => followed(float(1), `BETWEEN -10 AND ${choose(['5', '50', '285.5'])}`),
      () => columnOr('boolean', ['true', 'false', 'NULL::BOOLEAN']),
    ]
    if (depth === 0 || chance(0.4)) return choose(simple)()
    return choose<() => Tree>([
      () => infix('boolean', boolean(depth - 1), 'AND', boolean(depth - 1)),
      () => infix('boolean', boolean(depth - 1), 'OR', boolean(depth - 1)),
      () => node('boolean', [boolean(depth - 1)], ([a]) => `NOT (${a})`),
      ...simple,
    ])()
  }
  function argument(): Tree {
    return chance(0.5) ? float(1) : integer(1)
  }
  function call(): Tree {
    const filter = chance(0.2) ? [boolean(1)] : []
    const withFilter = (text: string, when: string | undefined) => (when ? `${text} FILTER (WHERE ${when})` : text)
    const name = choose(['count', 'sum', 'avg', 'min', 'max', 'stddev_samp', 'var_samp', 'median', 'count(*)'])
    const tree =
      name === 'count(*)'
        ? node('integer', filter, ([when]) => withFilter('count(*)', when))
        : node('float', [argument(), ...filter], ([a, when]) => withFilter(`${name}(${a})`, when))
    return Object.assign(tree, { [aggregate]: true })
  }
  return {
    integer,
    float,
    boolean,
    time,
    any: (depth: number) => choose([integer, float, boolean])(depth),
    aggregate: () => (chance(0.2) ? node('float', [call(), call()], ([a, b]) => `${a} + ${b}`) : call()),
    having: () => followed(call(), `${choose(['>', '<', '>='])} ${choose(['1', '3', '10'])}`),
  }
}

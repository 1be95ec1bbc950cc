/** Random syntax of every kind, as the parser could have made it. Used by the properties of this folder. */
import fc from 'fast-check'
import type {
  ExpressionSyntax,
  FromSyntax,
  Name,
  OrderItem,
  RowsSyntax,
  SelectSyntax,
  SliceSyntax,
  Statement,
  TableSyntax,
} from '../../src/model/syntax.js'

const span = { start: 0, end: 0 }

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom("it's", 'a\n b', "a'\n'b", '--', '/*', ';', '$1'))
const word = fc.constantFrom('a', 'b', 't2m', 'year', 'Größe', '_x$1', 'filter', 'tables', 'between', 'first')
const quoted = text.filter((chosen) => chosen !== '')

const name: fc.Arbitrary<Name> = fc.oneof(
  word.map((chosen): Name => ({ text: chosen, quoted: false, span })),
  quoted.map((chosen): Name => ({ text: chosen, quoted: true, span })),
)
const path = fc.array(name, { minLength: 1, maxLength: 3 })
const number = fc.constantFrom('0', '1', '1.5', '.5', '2.', '1e-3', '0xff', '1_000', '12345678901234567890')
const typeText = fc.constantFrom(
  'INTEGER',
  'double precision',
  'DECIMAL(10, 2)',
  'TIMESTAMP WITH TIME ZONE',
  'int[3][]',
)
const type = typeText.map((chosen): Name => ({ text: chosen, quoted: false, span }))

const leaf: fc.Arbitrary<ExpressionSyntax> = fc.oneof(
  number.map((chosen) => ({ kind: 'number', text: chosen, span }) as const),
  text.map((value) => ({ kind: 'string', value, span }) as const),
  fc.constantFrom(null, true, false).map((value) => ({ kind: 'word', value, span }) as const),
  path.map((chosen) => ({ kind: 'name', path: chosen, span }) as const),
  fc
    .oneof(fc.nat(99), fc.constantFrom('x', 'lat_1'))
    .map((chosen) => ({ kind: 'parameter', name: chosen, span }) as const),
  fc.record({ type: name.filter(isNoInterval), text }).map((chosen) => ({ kind: 'typed', ...chosen, span }) as const),
)

function isNoInterval(chosen: Name): boolean {
  return chosen.text.toLowerCase() !== 'interval'
}

const infix = fc.constantFrom(
  ...['=', '<>', '<', '<=', '>', '>=', 'is distinct from', 'is not distinct from', 'like', 'ilike'],
  ...['||', '&', '|', '<<', '>>', '+', '-', '*', '/', '//', '%'],
)
const unary = fc.constantFrom('not', '-', '+', '~', 'is true', 'is not true', 'is false', 'is not false')

export const { expression } = fc.letrec<{ expression: ExpressionSyntax }>((tie) => {
  const inner = tie('expression')
  const list = (minLength: number) => fc.array(inner, { minLength, maxLength: 3 })
  const star = fc.array(name, { maxLength: 1 }).map((qualifier) => ({ kind: 'star', qualifier, span }) as const)
  const absent = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
  const node: fc.Arbitrary<ExpressionSyntax> = fc.oneof(
    { arbitrary: leaf, weight: 2 },
    fc
      .record({ operator: infix, args: fc.tuple(inner, inner) })
      .map((chosen) => ({ kind: 'operator', ...chosen, span }) as const),
    fc
      .record({ operator: fc.constantFrom('and', 'or'), args: list(2) })
      .map((chosen) => ({ kind: 'operator', ...chosen, args: chosen.args, span }) as const),
    fc
      .record({ operator: unary, args: fc.tuple(inner) })
      .map((chosen) => ({ kind: 'operator', ...chosen, span }) as const),
    fc
      .record({ arg: inner, low: inner, high: inner, negated: fc.boolean() })
      .map((chosen) => ({ kind: 'between', ...chosen, span }) as const),
    fc
      .record({ arg: inner, list: list(1), negated: fc.boolean() })
      .map((chosen) => ({ kind: 'in', ...chosen, span }) as const),
    fc.record({ arg: inner, negated: fc.boolean() }).map((chosen) => ({ kind: 'isNull', ...chosen, span }) as const),
    fc
      .record({ arg: inner, type, attempt: fc.boolean() })
      .map((chosen) => ({ kind: 'cast', ...chosen, span }) as const),
    fc
      .record({
        operand: absent(inner),
        branches: fc.array(fc.record({ when: inner, result: inner }), { minLength: 1, maxLength: 2 }),
        otherwise: absent(inner),
      })
      .map((chosen) => ({ kind: 'case', ...chosen, span }) as const),
    fc
      .record({
        name,
        args: fc.oneof(list(0), fc.tuple(star)),
        distinct: fc.boolean(),
        filter: absent(inner),
      })
      .map(
        (chosen) => ({ kind: 'call', ...chosen, distinct: chosen.distinct && chosen.args.length > 0, span }) as const,
      ),
  )
  return { expression: fc.oneof({ depthSize: 'small', withCrossShrink: true }, leaf, node) }
})

const direction = fc.record({ descending: fc.boolean(), nullsFirst: fc.option(fc.boolean(), { nil: undefined }) })
const alias = fc.option(name, { nil: undefined })
const orderItem: fc.Arbitrary<OrderItem> = fc
  .record({ expression, direction })
  .map((chosen) => ({ expression: chosen.expression, ...chosen.direction }))
const maybe = fc.option(expression, { nil: undefined })

const store: fc.Arbitrary<TableSyntax> = fc.oneof(
  text.map((chosen) => ({ kind: 'path', path: chosen, span }) as const),
  fc
    .array(text, { minLength: 1, maxLength: 3 })
    .map((paths) => ({ kind: 'path', path: JSON.stringify(paths), paths, span }) as const),
  path.map((chosen) => ({ kind: 'table', name: chosen, span }) as const),
)

const bound: fc.Arbitrary<ExpressionSyntax> = fc.oneof(
  fc.constantFrom('0', '5', '12.5').map((chosen) => ({ kind: 'number', text: chosen, span }) as const),
  fc.constantFrom('-', '+').map((operator) => ({
    kind: 'operator' as const,
    operator,
    args: [{ kind: 'number' as const, text: '7', span }],
    span,
  })),
  text.map((value) => ({ kind: 'string', value, span }) as const),
  fc.constant({ kind: 'typed', type: { text: 'DATE', quoted: false, span }, text: '2020-01-01', span } as const),
  expression,
)
const maybeBound = fc.option(bound, { nil: undefined })
const slice: fc.Arbitrary<SliceSyntax> = fc.oneof(
  fc
    .record({ dim: alias, at: bound, nearest: fc.boolean() })
    .map(({ dim, at, nearest }) => ({ kind: nearest ? 'nearest' : 'at', dim, at, span }) as const),
  fc
    .record({ dim: alias, start: maybeBound, stop: maybeBound, step: maybeBound })
    .map((chosen) => ({ kind: 'range', ...chosen, span }) as const),
)
const slices = fc.option(fc.array(slice, { minLength: 1, maxLength: 3 }), { nil: undefined })

const rows: fc.Arbitrary<RowsSyntax> = fc
  .record({
    name: fc.constantFrom('unnest', 'range').map((text) => ({ text, quoted: false, span })),
    args: fc.array(expression, { maxLength: 2 }),
    ordinality: fc.boolean(),
    alias: fc.option(fc.record({ alias: name, columns: fc.option(fc.array(name, { minLength: 1, maxLength: 2 })) })),
  })
  .map(({ name: called, args, ordinality, alias: as }) => ({
    kind: 'rows',
    call: { kind: 'call', name: called, args, distinct: false, span },
    ordinality,
    ...(as && { alias: as.alias }),
    ...(as?.columns && { columns: as.columns }),
    span,
  }))
const names = fc.array(name, { minLength: 1, maxLength: 2 })
const maybeNames = fc.option(names, { nil: undefined })
const maybeReplaced = fc.option(fc.array(fc.record({ expression, name }), { minLength: 1, maxLength: 2 }), {
  nil: undefined,
})
const maybeRenamed = fc.option(fc.array(fc.record({ from: name, to: name }), { minLength: 1, maxLength: 2 }), {
  nil: undefined,
})
const cells = fc.array(fc.array(expression, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 2 })
const written: fc.Arbitrary<SelectSyntax> = cells.map((chosen) => ({
  kind: 'select',
  distinct: false,
  items: [{ expression: { kind: 'star', qualifier: [], span }, span }],
  from: { kind: 'values', rows: chosen, span },
  span,
}))

export const { select } = fc.letrec<{ select: SelectSyntax; from: FromSyntax }>((tie) => ({
  from: fc.oneof(
    { depthSize: 'small' },
    fc
      .record({ store, alias, slices })
      .map((chosen) => ({ ...chosen.store, alias: chosen.alias, slices: chosen.slices })),
    fc.record({ query: tie('select'), alias }).map((chosen) => ({ kind: 'subquery', ...chosen, span }) as const),
    rows,
    fc.record({ input: tie('from'), rows }).map((chosen) => ({ kind: 'lateral', ...chosen, span }) as const),
    fc
      .record({ query: written, alias: name, columns: maybeNames })
      .map((chosen) => ({ kind: 'subquery', ...chosen, span }) as const),
  ),
  select: fc
    .record({
      distinct: fc.boolean(),
      items: fc.array(
        fc.oneof(
          fc.record({ expression, alias, span: fc.constant(span) }),
          fc.constant({ expression: { kind: 'star', qualifier: [], span } as const, span }),
          fc
            .record({ exclude: maybeNames, replace: maybeReplaced, rename: maybeRenamed })
            .map((changes) => ({ expression: { kind: 'star', qualifier: [], ...changes, span } as const, span })),
        ),
        { minLength: 1, maxLength: 3 },
      ),
      from: fc.option(tie('from'), { nil: undefined }),
      where: maybe,
      groupBy: fc.oneof(
        fc.constantFrom(undefined, 'all' as const),
        fc.array(expression, { minLength: 1, maxLength: 2 }),
      ),
      having: maybe,
      orderBy: fc.oneof(
        fc.constant(undefined),
        direction.map((all) => ({ all })),
        fc.array(orderItem, { minLength: 1, maxLength: 2 }),
      ),
      limit: maybe,
      offset: maybe,
    })
    .map((chosen) => ({ kind: 'select', ...chosen, span }) as const),
}))

const setting = word.map((chosen): Name => ({ text: chosen, quoted: false, span }))

const attachOption = fc.record({ name: setting, value: expression.filter((value) => value.kind !== 'name') })

export const statement: fc.Arbitrary<Statement> = fc.oneof(
  { arbitrary: select, weight: 5 },
  fc.record({ analyze: fc.boolean(), query: select }).map((chosen) => ({ kind: 'explain', ...chosen, span }) as const),
  fc.option(store, { nil: undefined }).map((from) => ({ kind: 'showTables', from, span }) as const),
  store.map((from) => ({ kind: 'showAttributes', from, span }) as const),
  fc.oneof(store, select).map((target) => ({ kind: 'describe', target, span }) as const),
  fc
    .record({ path: text, name: alias, options: fc.array(attachOption, { maxLength: 3 }) })
    .map((chosen) => ({ kind: 'attach', ...chosen, span }) as const),
  name.map((chosen) => ({ kind: 'detach', name: chosen, span }) as const),
  // A bare name as the value would be a string.
  fc
    .record({
      name: setting,
      value: fc.option(expression, { nil: undefined }).filter((value) => value?.kind !== 'name'),
    })
    .map((chosen) => ({ kind: 'set', ...chosen, span }) as const),
  fc
    .option(
      setting.filter(({ text: chosen }) => !['tables', 'attributes'].includes(chosen)),
      { nil: undefined },
    )
    .map((chosen) => ({ kind: 'showSetting', name: chosen, span }) as const),
)

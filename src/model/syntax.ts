/** What the parser makes of a text: statements and expressions as written, names not yet resolved. */
import type { Span } from './span.js'

/** A name as written; quoted names keep their case and match only themselves, others match without case. */
export interface Name {
  readonly text: string
  readonly quoted: boolean
  readonly span: Span
}

interface Node {
  readonly span: Span
}

export type ExpressionSyntax =
  | NumberSyntax
  | StringSyntax
  | WordSyntax
  | NameSyntax
  | ParameterSyntax
  | StarSyntax
  | CallSyntax
  | OperatorSyntax
  | BetweenSyntax
  | InSyntax
  | IsNullSyntax
  | CaseSyntax
  | CastSyntax
  | SubscriptSyntax
  | TypedLiteralSyntax

/** `text` as written: 1, 1.5, 1e-3, 0xff, 1_000. */
export interface NumberSyntax extends Node {
  readonly kind: 'number'
  readonly text: string
}
/** The value, quotes and doubled quotes undone. */
export interface StringSyntax extends Node {
  readonly kind: 'string'
  readonly value: string
}
export interface WordSyntax extends Node {
  readonly kind: 'word'
  readonly value: null | boolean
}
/** `a`, `t.a`, `s.t.a`. */
export interface NameSyntax extends Node {
  readonly kind: 'name'
  readonly path: readonly Name[]
}
/** `?` counts from 0 in the order of the text; `$1` is positional 0; `$name` is named. */
export interface ParameterSyntax extends Node {
  readonly kind: 'parameter'
  readonly name: string | number
}
/** `*` or `t.*`, in a SELECT list or in count(*). */
export interface StarSyntax extends Node {
  readonly kind: 'star'
  readonly qualifier: readonly Name[]
  /** Only in a SELECT list: columns left out, computed otherwise, called otherwise. */
  readonly exclude?: readonly Name[] | undefined
  readonly replace?: readonly { readonly expression: ExpressionSyntax; readonly name: Name }[] | undefined
  readonly rename?: readonly { readonly from: Name; readonly to: Name }[] | undefined
}
export interface CallSyntax extends Node {
  readonly kind: 'call'
  readonly name: Name
  readonly args: readonly ExpressionSyntax[]
  readonly distinct: boolean
  /** Of an aggregate: the order of the rows that it sees. */
  readonly orderBy?: readonly OrderItem[] | undefined
  readonly filter?: ExpressionSyntax | undefined
}
/** Prefix and infix operators: + - * / // % = <> < <= > >= and or not. `and`/`or` chains are flat. `!=` and `==` are normalised. */
export interface OperatorSyntax extends Node {
  readonly kind: 'operator'
  readonly operator: string
  readonly args: readonly ExpressionSyntax[]
}
export interface BetweenSyntax extends Node {
  readonly kind: 'between'
  readonly arg: ExpressionSyntax
  readonly low: ExpressionSyntax
  readonly high: ExpressionSyntax
  readonly negated: boolean
}
export interface InSyntax extends Node {
  readonly kind: 'in'
  readonly arg: ExpressionSyntax
  readonly list: readonly ExpressionSyntax[]
  readonly negated: boolean
}
export interface IsNullSyntax extends Node {
  readonly kind: 'isNull'
  readonly arg: ExpressionSyntax
  readonly negated: boolean
}
export interface CaseSyntax extends Node {
  readonly kind: 'case'
  readonly operand?: ExpressionSyntax | undefined
  readonly branches: readonly { readonly when: ExpressionSyntax; readonly result: ExpressionSyntax }[]
  readonly otherwise?: ExpressionSyntax | undefined
}
/** list[place], or with `slice` list[from:to]: the bounds may be left out. */
export interface SubscriptSyntax extends Node {
  readonly kind: 'subscript'
  readonly arg: ExpressionSyntax
  readonly from?: ExpressionSyntax | undefined
  readonly to?: ExpressionSyntax | undefined
  readonly step?: ExpressionSyntax | undefined
  readonly slice: boolean
}
/** CAST(x AS t), TRY_CAST(x AS t), x::t. */
export interface CastSyntax extends Node {
  readonly kind: 'cast'
  readonly arg: ExpressionSyntax
  readonly type: Name
  readonly attempt: boolean
}
/** DATE '2020-01-01', TIMESTAMP '2020-01-01 12:00'. */
export interface TypedLiteralSyntax extends Node {
  readonly kind: 'typed'
  readonly type: Name
  readonly text: string
}

export interface SelectItem {
  readonly expression: ExpressionSyntax
  readonly alias?: Name | undefined
  readonly span: Span
}

/** What is taken along a dimension: the next one of the table, by position, or the one named, by the values of its coordinate. */
export type SliceSyntax = PointSliceSyntax | RangeSliceSyntax

interface AlongSyntax extends Node {
  readonly dim?: Name | undefined
}

export interface PointSliceSyntax extends AlongSyntax {
  readonly kind: 'at' | 'nearest'
  readonly at: ExpressionSyntax
}

export interface RangeSliceSyntax extends AlongSyntax {
  readonly kind: 'range'
  readonly start?: ExpressionSyntax | undefined
  readonly stop?: ExpressionSyntax | undefined
  readonly step?: ExpressionSyntax | undefined
}

interface StoreSyntax extends Node {
  readonly alias?: Name | undefined
  /** FROM t AS u(a, b): names for the first columns. */
  readonly columns?: readonly Name[] | undefined
  /** FROM t[0:10, lat => 30:60] */
  readonly slices?: readonly SliceSyntax[] | undefined
}

export type FromSyntax = TableSyntax | SubquerySyntax | ValuesSyntax | RowsSyntax | LateralSyntax

export type TableSyntax =
  /** FROM 'path'; FROM ['a', 'b'] has its paths, and the list as JSON for `path` */
  | (StoreSyntax & {
      readonly kind: 'path'
      readonly path: string
      readonly paths?: readonly string[] | undefined
      /** Columns that a store lacks are NULL there; then `path` is JSON that says so. */
      readonly byName?: true | undefined
    })
  /** FROM t, FROM schema.t */
  | (StoreSyntax & { readonly kind: 'table'; readonly name: readonly Name[] })

/** FROM (SELECT ...) AS s(a, b) */
export interface SubquerySyntax extends Node {
  readonly kind: 'subquery'
  readonly query: SelectSyntax
  readonly alias?: Name | undefined
  readonly columns?: readonly Name[] | undefined
}

/** Rows that are written out; only `SELECT *` stands above them: VALUES (1, 'a'), (2, 'b') */
export interface ValuesSyntax extends Node {
  readonly kind: 'values'
  readonly rows: readonly (readonly ExpressionSyntax[])[]
  readonly alias?: undefined
}

/** One name of WITH. */
export interface CommonTable extends Node {
  readonly name: Name
  readonly columns?: readonly Name[] | undefined
  readonly query: SelectSyntax
}

/** FROM unnest(list) WITH ORDINALITY AS u(v, i) */
export interface RowsSyntax extends Node {
  readonly kind: 'rows'
  readonly call: CallSyntax
  readonly ordinality: boolean
  readonly alias?: Name | undefined
  readonly columns?: readonly Name[] | undefined
}

/** FROM t, unnest(list): rows for each row of the input. */
export interface LateralSyntax extends Node {
  readonly kind: 'lateral'
  readonly input: FromSyntax
  readonly rows: RowsSyntax
}

export interface OrderItem {
  readonly expression: ExpressionSyntax
  readonly descending: boolean
  /** Absent: NULLS LAST, also for DESC, as in DuckDB. */
  readonly nullsFirst?: boolean | undefined
}

export interface SelectSyntax {
  readonly kind: 'select'
  readonly with?: readonly CommonTable[] | undefined
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from?: FromSyntax | undefined
  readonly where?: ExpressionSyntax | undefined
  /** 'all' = GROUP BY ALL; expressions may be aliases or ordinals. */
  readonly groupBy?: 'all' | readonly ExpressionSyntax[] | undefined
  readonly having?: ExpressionSyntax | undefined
  /** 'all' = ORDER BY ALL. */
  readonly orderBy?: { readonly all: Pick<OrderItem, 'descending' | 'nullsFirst'> } | readonly OrderItem[] | undefined
  readonly limit?: ExpressionSyntax | undefined
  readonly offset?: ExpressionSyntax | undefined
  readonly span: Span
}

export type Statement =
  | SelectSyntax
  | { readonly kind: 'explain'; readonly analyze: boolean; readonly query: SelectSyntax; readonly span: Span }
  /** SHOW TABLES [FROM 'path' | name] */
  | { readonly kind: 'showTables'; readonly from?: TableSyntax | undefined; readonly span: Span }
  /** SHOW ATTRIBUTES t */
  | { readonly kind: 'showAttributes'; readonly from: TableSyntax; readonly span: Span }
  /** ANALYZE t [(columns)] */
  | { readonly kind: 'analyze'; readonly from: TableSyntax; readonly columns: readonly Name[]; readonly span: Span }
  /** SHOW STATISTICS t */
  | { readonly kind: 'showStatistics'; readonly from: TableSyntax; readonly span: Span }
  /** DROP STATISTICS t */
  | { readonly kind: 'dropStatistics'; readonly from: TableSyntax; readonly span: Span }
  /** DESCRIBE t | DESCRIBE SELECT ... */
  | { readonly kind: 'describe'; readonly target: TableSyntax | SelectSyntax; readonly span: Span }
  | {
      readonly kind: 'attach'
      readonly path: string
      readonly name?: Name | undefined
      /** Settings for this store alone. */
      readonly options: readonly AttachOption[]
      readonly span: Span
    }
  | { readonly kind: 'detach'; readonly name: Name; readonly span: Span }
  /** SET name = value; a bare word is a string; RESET name and SET name = DEFAULT give no value. */
  | { readonly kind: 'set'; readonly name: Name; readonly value?: ExpressionSyntax | undefined; readonly span: Span }
  /** SHOW name, SHOW ALL (settings) */
  | { readonly kind: 'showSetting'; readonly name?: Name | undefined; readonly span: Span }

export interface AttachOption {
  readonly name: Name
  readonly value: ExpressionSyntax
}

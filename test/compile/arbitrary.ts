/** Random columns, expressions and shapes of loops. Called by the property tests of compile. */
import fc from 'fast-check'
import { canCast } from '../../src/function/cast.js'
import type { Expression } from '../../src/model/expression.js'
import type { Access, Accumulator, NestColumn } from '../../src/model/nest.js'
import type { Storage, Unpack } from '../../src/model/schema.js'
import {
  BOOLEAN,
  FLOAT64,
  INT64,
  integerFacts,
  isBig,
  isFloat,
  isInteger,
  TIMESTAMP,
  type Type,
  type TypeKind,
  type Value,
} from '../../src/model/type.js'
import { allocateStored, unpack } from '../../src/source/unpack.js'
import type { StoredColumn } from './frame.js'
import type { Columns } from './oracle.js'

export const rowsMax = 3
export const cellsMax = 40

const plain: readonly (readonly [Storage, TypeKind])[] = [
  ['bool', 'boolean'],
  ['i1', 'int8'],
  ['i2', 'int16'],
  ['i4', 'int32'],
  ['i4', 'date'],
  ['i8', 'int64'],
  ['i8', 'timestamp'],
  ['u1', 'uint8'],
  ['u2', 'uint16'],
  ['u4', 'uint32'],
  ['u8', 'uint64'],
  ['f4', 'float32'],
  ['f8', 'float64'],
]
const scaledKinds: readonly (readonly [Storage, TypeKind])[] = (
  ['i1', 'i2', 'i4', 'u1', 'u2', 'u4', 'i8', 'u8', 'f4', 'f8'] as const
).flatMap((storage) => [[storage, 'float32'] as const, [storage, 'float64'] as const])

type Encoding = Pick<NestColumn, 'type' | 'storage' | 'unpack'>

const encoding: fc.Arbitrary<Encoding> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(...plain)
      .map(([storage, kind]) => ({ storage, type: { kind }, unpack: { kind: 'none' } as Unpack })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        pair: fc.constantFrom(...scaledKinds),
        scale: fc.constantFrom(1, 0.01, 0.1, -2.5, 1e-3),
        offset: fc.constantFrom(0, 273.15, -40),
      })
      .map(({ pair: [storage, kind], scale, offset }) => ({
        storage,
        type: { kind },
        unpack: { kind: 'scale', scale, offset } as Unpack,
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        storage: fc.constantFrom<Storage>('i2', 'i4', 'i8', 'u4', 'f4', 'f8'),
        step: fc.constantFrom(1, 1000, 3_600_000_000, 0.001, 1234.5),
        epoch: fc.constantFrom(0n, -2208988800000000n, 123456789n),
      })
      .map(({ storage, step, epoch }) => ({
        storage,
        type: TIMESTAMP,
        unpack: { kind: 'time', step, epoch } as Unpack,
      })),
  },
)

const integerRange: Partial<Record<Storage, [bigint, bigint]>> = {
  i1: [-128n, 127n],
  i2: [-32768n, 32767n],
  i4: [-(2n ** 31n), 2n ** 31n - 1n],
  i8: [-(2n ** 63n), 2n ** 63n - 1n],
  u1: [0n, 255n],
  u2: [0n, 65535n],
  u4: [0n, 2n ** 32n - 1n],
  u8: [0n, 2n ** 64n - 1n],
  bool: [0n, 1n],
}

/** Small numbers mostly, so that they meet each other; now and then the ends of the range. */
function storedNumber({ type, storage, unpack: how }: Encoding): fc.Arbitrary<number | bigint> {
  const range = integerRange[storage]
  // The least number of either width is no date and no time.
  const moment = type.kind === 'date' || type.kind === 'timestamp'
  const big = storage === 'i8' || storage === 'u8'
  if (range) {
    const [least, max] = range
    const min = moment ? least + 1n : least
    const clip = (value: bigint) => (value < min ? min : value > max ? max : value)
    const ends = how.kind === 'time' ? fc.constant(7n) : fc.constantFrom(min, max, max - 1n, min + 1n, max / 2n)
    const number = fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: -6, max: 6 }).map((n) => clip(BigInt(n))) },
      { weight: 1, arbitrary: ends },
    )
    return big ? number : number.map(Number)
  }
  const special =
    how.kind === 'time'
      ? [Number.NaN, 0.5]
      : [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1e30, 5e-324, -0]
  const finite = fc.integer({ min: -24, max: 24 }).map((n) => n / 4)
  return fc.oneof({ weight: 9, arbitrary: finite }, { weight: 1, arbitrary: fc.constantFrom(...special) })
}

export interface RandomColumn {
  readonly column: NestColumn
  readonly place: StoredColumn
}

function randomColumn(id: number, shape: Encoding): fc.Arbitrary<RandomColumn> {
  const asStored = (value: number | bigint) => (shape.storage === 'f4' ? Math.fround(Number(value)) : value)
  const end = fc.option(
    storedNumber(shape).filter((value) => !Number.isNaN(value)),
    { nil: undefined },
  )
  return fc
    .record({
      access: fc.constantFrom<Access>('unit', 'unit', 'zero', 'strided'),
      numbers: fc.array(storedNumber(shape), { minLength: 24, maxLength: 24 }),
      turn: fc.integer({ min: 1, max: 23 }),
      missing: fc.array(storedNumber(shape), { maxLength: 2 }),
      nanIsNull: fc.boolean(),
      range: fc.option(fc.record({ least: end, most: end }), { nil: undefined, freq: 3 }),
      gap: fc.integer({ min: 2, max: 3 }),
      rowRepeats: fc.boolean(),
    })
    .map(({ access, numbers, turn, missing, nanIsNull, range, gap, rowRepeats }) => {
      const cellStride = access === 'unit' ? 1 : access === 'zero' ? 0 : gap
      const rowStride = rowRepeats ? 0 : Math.max(1, cellStride * cellsMax)
      const stored = allocateStored(shape.storage, rowStride * rowsMax + cellsMax * gap)
      for (let i = 0; i < stored.length; i++) stored[i] = numbers[(i * turn + (i >> 3)) % 24] as never
      const float = shape.storage.startsWith('f')
      const fills = missing.filter((value) => !Number.isNaN(value)).map(asStored)
      const validRange = range &&
        shape.storage !== 'bool' && {
          least: range.least && asStored(range.least),
          most: range.most && asStored(range.most),
        }
      const column = {
        ...shape,
        id,
        access,
        missing: fills,
        nanIsNull: float && nanIsNull,
        validRange: validRange || undefined,
      }
      return { column, place: { stored, rowStride, cellStride } }
    })
}

export const randomColumns: fc.Arbitrary<readonly RandomColumn[]> = fc
  .array(encoding, { minLength: 1, maxLength: 4 })
  .chain((shapes) => fc.tuple(...shapes.map((shape, id) => randomColumn(id, shape))))

export function columnsOf(random: readonly RandomColumn[]): Columns {
  return new Map(
    random.map(({ column, place: { stored, rowStride, cellStride } }) => [
      column.id,
      { vector: unpack(column.type, column, stored), rowStride, cellStride },
    ]),
  )
}

function literalOf(type: Type): fc.Arbitrary<Expression> {
  const number = fc.integer({ min: -5, max: 6 })
  const facts = integerFacts(type)
  const clip = (n: number) => (facts && !facts.signed ? Math.abs(n) : n)
  const value: fc.Arbitrary<Value> =
    type.kind === 'boolean'
      ? fc.boolean()
      : isBig(type)
        ? number.map((n) => BigInt(clip(n)))
        : isFloat(type)
          ? fc.oneof(
              number.map((n) => n / 2),
              fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, -0),
            )
          : number.map(clip)
  return fc
    .oneof({ weight: 8, arbitrary: value }, { weight: 1, arbitrary: fc.constant(null) })
    .map((value) => ({ kind: 'literal', type, value }))
}

const call = (name: string, type: Type, ...args: Expression[]): Expression => ({
  kind: 'call',
  function: name,
  type,
  args,
})

/** An expression of a type that a column has, or a boolean. */
export function expressionOf(columns: readonly NestColumn[], type: Type, depth = 3): fc.Arbitrary<Expression> {
  const own = columns.filter((column) => column.type.kind === type.kind)
  const leaves = [literalOf(type)]
  if (own.length > 0) {
    const reference = fc
      .constantFrom(...own)
      .map(({ id }): Expression => ({ kind: 'column', column: id, name: `c${id}`, nullable: true, type }))
    leaves.push(reference, reference, reference)
  }
  if (depth === 0) return fc.oneof(...leaves)
  const more: fc.Arbitrary<Expression>[] = [caseOf(columns, type, depth)]
  if (type.kind === 'boolean') more.push(...conditions(columns, depth))
  if (isFloat(type)) more.push(arithmetic(columns, type, ['+', '-', '*', '/'], depth))
  if (isInteger(type)) more.push(arithmetic(columns, type, ['+', '-', '*', '//', '%'], depth))
  more.push(castOf(columns, type, depth))
  return fc.oneof(...leaves, ...more, ...more)
}

function castOf(columns: readonly NestColumn[], type: Type, depth: number): fc.Arbitrary<Expression> {
  const sources = columns.map((column) => column.type).filter((from) => canCast(from, type))
  if (sources.length === 0) return literalOf(type)
  return fc
    .tuple(fc.constantFrom(...sources), fc.boolean())
    .chain(([from, attempt]) =>
      expressionOf(columns, from, depth - 1).map(
        (arg): Expression => ({ kind: 'cast', type, arg, ...(attempt && { attempt: true }) }),
      ),
    )
}

function arithmetic(
  columns: readonly NestColumn[],
  type: Type,
  operators: readonly string[],
  depth: number,
): fc.Arbitrary<Expression> {
  const part = expressionOf(columns, type, depth - 1)
  return fc.tuple(fc.constantFrom(...operators), part, part).map(([operator, a, b]) => call(operator, type, a, b))
}

function caseOf(columns: readonly NestColumn[], type: Type, depth: number): fc.Arbitrary<Expression> {
  const result = expressionOf(columns, type, depth - 1)
  const when = expressionOf(columns, BOOLEAN, depth - 1)
  return fc
    .tuple(fc.array(fc.record({ when, result }), { minLength: 1, maxLength: 2 }), result)
    .map(([branches, otherwise]) => ({ kind: 'case', type, branches, otherwise }))
}

function conditions(columns: readonly NestColumn[], depth: number): fc.Arbitrary<Expression>[] {
  const any = fc.constantFrom(...columns.map(({ type }) => type)).chain((type) => {
    const part = expressionOf(columns, type, depth - 1)
    const compared = fc
      .tuple(fc.constantFrom('=', '<>', '<', '<=', '>', '>=', 'is distinct from'), part, part)
      .map(([operator, a, b]) => call(operator, BOOLEAN, a, b))
    const values = fc.array(literalOf(type), { minLength: 1, maxLength: 4 })
    const listed = fc.tuple(part, values).map(
      ([arg, items]): Expression => ({
        kind: 'in',
        type: BOOLEAN,
        arg,
        values: items.map((item) => (item.kind === 'literal' ? item.value : null)),
      }),
    )
    return fc.oneof(
      compared,
      compared,
      listed,
      part.map((arg) => call('is_null', BOOLEAN, arg)),
    )
  })
  const truth = expressionOf(columns, BOOLEAN, depth - 1)
  const joined = fc
    .tuple(fc.constantFrom('and', 'or'), fc.array(truth, { minLength: 2, maxLength: 3 }))
    .map(([operator, args]) => call(operator, BOOLEAN, ...args))
  return [any, any, joined, truth.map((arg) => call('not', BOOLEAN, arg))]
}

/** An aggregate over a random expression of a column's type. */
export function accumulatorOf(columns: readonly NestColumn[]): fc.Arbitrary<Accumulator> {
  const filter = fc.option(expressionOf(columns, BOOLEAN, 2), { nil: undefined, freq: 3 })
  return fc.tuple(fc.constantFrom(...columns.map(({ type }) => type)), filter).chain(([type, condition]) => {
    const number = isInteger(type) || isFloat(type)
    const names = number
      ? ['$total', 'count', '$min', '$max', '$moments', 'any_value']
      : ['count', '$min', '$max', 'any_value']
    return fc.tuple(fc.constantFrom(...names), expressionOf(columns, type, 2)).map(([aggregate, arg]) => ({
      aggregate,
      args: [arg],
      filter: condition,
      argTypes: [type],
      resultType: aggregate === 'count' ? INT64 : aggregate === '$moments' ? FLOAT64 : type,
    }))
  })
}

export interface Shape {
  readonly rows: [number, number][]
  readonly runs: [number, number, number][]
}

/** Rows with codes, and runs that leave out some cells; their codes are `width` apart at least where they must not meet. */
export const shapeOf: fc.Arbitrary<Shape> = fc.record({
  rows: fc.array(fc.tuple(fc.integer({ min: 0, max: rowsMax - 1 }), fc.integer({ min: 0, max: 2 })), { maxLength: 4 }),
  runs: fc
    .array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 20 }), fc.integer({ min: 0, max: 3 })), {
      maxLength: 5,
    })
    .map((pieces) => {
      const runs: [number, number, number][] = []
      let at = 0
      for (const [gap, cells, code] of pieces) {
        const first = at + gap
        const count = Math.min(cells, cellsMax - first)
        if (count > 0) runs.push([first, count, code])
        at = first + count
      }
      return runs
    }),
})

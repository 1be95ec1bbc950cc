/** Items and parts of lists: by place, by range, made of values. Places count from 1, negative ones from the end. */
import { ChunkQLError } from '../../../model/error.js'
import { BOOLEAN, elementOf, INT64, listOf, type Type, VARCHAR, type Value } from '../../../model/type.js'
import type { Argument, ScalarFunction, Signature } from '../../definition.js'
import { equalValues } from '../../order.js'
import { accepts } from '../../resolve.js'
import { commonTypeOf } from '../../unify.js'

type Items = ArrayLike<Value>

/** The index of a place, or -1 where there is none. */
function indexOf(place: bigint, length: number): number {
  const index = place > 0n ? Number(place) - 1 : place < 0n ? length + Number(place) : -1
  return index < length ? index : -1
}

/** Lists, and texts as lists of their characters. */
function subjectOf(arg: Argument | undefined): Type | undefined {
  return arg && (arg.type.kind === 'list' || arg.type.kind === 'varchar') ? arg.type : undefined
}

export const arrayExtract: ScalarFunction = {
  name: 'array_extract',
  aliases: ['list_extract', 'list_element'],
  summary:
    'The item at a place of a list, counted from 1, or from the end by negative numbers; NULL where there is none. Of a text a character.',
  usage: 'array_extract(list, place), or list[place]',
  category: 'list',
  resolve([list, place, ...rest]) {
    const type = subjectOf(list)
    if (!type || rest.length > 0 || !accepts(place, INT64)) return undefined
    return { args: [type, INT64], result: type.kind === 'list' ? elementOf(type) : VARCHAR }
  },
  evaluate: ({ args: [type] }) =>
    type?.kind === 'list'
      ? (list, place) => (list as Items)[indexOf(place as bigint, (list as Items).length)] ?? null
      : (text, place) => {
          const characters = [...(text as string)]
          return characters[indexOf(place as bigint, characters.length)] ?? ''
        },
  examples: [
    { sql: 'array_extract(list_value(4, 5, 6), 2)', result: '5' },
    { sql: 'list_value(4, 5, 6)[-1]', result: '6' },
  ],
}

/** First and last index of a part; places outside are cut off. */
function partOf(from: Value, to: Value, length: number): [start: number, end: number] {
  const place = (value: Value, otherwise: number) => {
    if (value === null) return otherwise
    const at = Number(value)
    return at < 0 ? length + at + 1 : at
  }
  return [Math.max(1, place(from, 1)) - 1, Math.min(length, place(to, length))]
}

export const arraySlice: ScalarFunction = {
  name: 'array_slice',
  aliases: ['list_slice'],
  summary: 'The items from one place to another, both included; what lies outside of the list is left out.',
  usage: 'array_slice(list, from, to), or list[from:to]',
  category: 'list',
  resolve([list, from, to, ...rest]) {
    const type = subjectOf(list)
    if (!type || rest.length > 0 || !accepts(from, INT64) || !accepts(to, INT64)) return undefined
    return { args: [type, INT64, INT64], result: type.kind === 'list' ? listOf(elementOf(type)) : VARCHAR }
  },
  evaluate: ({ args: [type] }) =>
    type?.kind === 'list'
      ? (list, from, to) => {
          const [start, end] = partOf(from as Value, to as Value, (list as Items).length)
          return Array.from({ length: Math.max(0, end - start) }, (_, i) => (list as Items)[start + i] as Value)
        }
      : (text, from, to) => {
          const characters = [...(text as string)]
          const [start, end] = partOf(from as Value, to as Value, characters.length)
          return characters.slice(start, Math.max(start, end)).join('')
        },
  examples: [
    { sql: 'array_slice(list_value(4, 5, 6), 2, 3)', result: '[5, 6]' },
    { sql: 'list_value(4, 5, 6)[:-2]', result: '[4, 5]' },
  ],
}

export const listValue: ScalarFunction = {
  name: 'list_value',
  aliases: ['list_pack'],
  summary: 'A list of the values given, in the type in which they meet.',
  usage: 'list_value(value, ...)',
  category: 'list',
  nulls: 'own',
  resolve(args): Signature | undefined {
    const type = args.length === 0 ? INT64 : commonTypeOf(args)
    return type && { args: args.map(() => type), result: listOf(type) }
  },
  evaluate:
    () =>
    (...values) =>
      values,
  examples: [{ sql: 'list_value(1, NULL, 3)', result: '[1, NULL, 3]' }],
}

export function oneList(
  [list, ...rest]: readonly Argument[],
  result: (type: Type) => Type | undefined,
): Signature | undefined {
  const type = rest.length === 0 && list?.type.kind === 'list' ? result(list.type) : undefined
  return list && type && { args: [list.type], result: type }
}

export const arrayLength: ScalarFunction = {
  name: 'array_length',
  summary: 'The number of items of a list, NULLs among them.',
  usage: 'array_length(list), or len(list)',
  category: 'list',
  resolve: (args) => oneList(args, () => INT64),
  evaluate: () => (list) => BigInt((list as Items).length),
  examples: [{ sql: 'array_length(list_value(1, NULL, 3))', result: '3' }],
}

export const listContains: ScalarFunction = {
  name: 'list_contains',
  aliases: ['list_has', 'array_contains', 'array_has'],
  summary: 'Tests whether a list has an item.',
  usage: 'list_contains(list, item)',
  category: 'list',
  resolve([list, item, ...rest]) {
    if (list?.type.kind !== 'list' || !item || rest.length > 0) return undefined
    const element = elementOf(list.type)
    return accepts(item, element) ? { args: [list.type, element], result: BOOLEAN } : undefined
  },
  evaluate: () => (list, item) =>
    Array.from(list as Items).some((each) => each !== null && equalValues(each, item as Value)),
  examples: [{ sql: 'list_contains(list_value(1, 2), 2)', result: 'true' }],
}

/** For messages of aggregates over items. */
export function overflow(what: string): ChunkQLError {
  return new ChunkQLError('value', `${what} is out of the range of BIGINT`)
}

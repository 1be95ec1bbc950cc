/** Items and parts of lists: by place, by range, made of values. Places count from 1, negative ones from the end. */
import { ChunkQLError } from '../../../model/error.js'
import { BOOLEAN, elementOf, INT64, listOf, NULL, type Type, VARCHAR, type Value } from '../../../model/type.js'
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

/** The indexes [start, end) from one place to another; places outside are cut off. */
function partOf(from: Value, to: Value, length: number): [start: number, end: number] {
  const place = (value: Value) => {
    const at = Number(value)
    return at < 0 ? length + at + 1 : at
  }
  return [Math.max(1, place(from)) - 1, Math.min(length, place(to))]
}

/** Every so many items of a part; backwards its places are given from the last to the first. */
function itemsBy(list: Items, from: Value, to: Value, step: number): Value[] {
  if (step === 0) throw new ChunkQLError('value', 'the step of a slice is 0')
  const isBackward = step < 0
  const [start, end] = isBackward ? partOf(to, from, list.length) : partOf(from, to, list.length)
  const count = Math.ceil(Math.max(0, end - start) / Math.abs(step))
  const first = isBackward ? end - 1 : start
  return Array.from({ length: count }, (_, i) => list[first + i * step] as Value)
}

export const arraySlice: ScalarFunction = {
  name: 'array_slice',
  aliases: ['list_slice'],
  summary:
    'The items from one place to another, both included; what lies outside of the list is left out. With a step every so many, by a negative one backwards.',
  usage: 'array_slice(list, from, to [, step]), or list[from:to:step]',
  category: 'list',
  resolve([list, ...places]) {
    const type = subjectOf(list)
    const most = type?.kind === 'list' ? 3 : 2
    if (!type || places.length < 2 || places.length > most || !places.every((place) => accepts(place, INT64)))
      return undefined
    const result = type.kind === 'list' ? listOf(elementOf(type)) : VARCHAR
    return { args: [type, ...places.map(() => INT64)], result }
  },
  evaluate: ({ args: [type] }) =>
    type?.kind === 'list'
      ? (list, from, to, step = 1n) => itemsBy(list as Items, from as Value, to as Value, Number(step))
      : (text, from, to) => {
          const characters = [...(text as string)]
          const [start, end] = partOf(from as Value, to as Value, characters.length)
          return characters.slice(start, Math.max(start, end)).join('')
        },
  examples: [
    { sql: 'array_slice(list_value(4, 5, 6), 2, 3)', result: '[5, 6]' },
    { sql: '[4, 5, 6][:-2]', result: '[4, 5]' },
    { sql: '[4, 5, 6, 7][4:1:-2]', result: '[7, 5]' },
  ],
}

export const listValue: ScalarFunction = {
  name: 'list_value',
  aliases: ['list_pack'],
  summary: 'A list of the values given, in the type in which they meet.',
  usage: 'list_value(value, ...), or [value, ...]',
  category: 'list',
  nulls: 'own',
  resolve(args): Signature | undefined {
    const type = args.length === 0 ? NULL : commonTypeOf(args)
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

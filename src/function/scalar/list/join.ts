/** Lists joined to each other and to items, compared as sets, and joined to texts. */
import { ChunkQLError } from '../../../model/error.js'
import {
  BOOLEAN,
  elementOf,
  INT32,
  INT64,
  listOf,
  NULL,
  sameType,
  type Type,
  VARCHAR,
  type Value,
} from '../../../model/type.js'
import { keyOfValue } from '../../../model/value-key.js'
import { valueText } from '../../../model/value-text.js'
import type { Argument, ScalarFunction, Signature } from '../../definition.js'
import { equalValues } from '../../order.js'
import { accepts } from '../../resolve.js'
import { commonTypeOf } from '../../unify.js'

type Items = readonly Value[]

/** A list lies in memory. */
const mostItems = 50_000_000

const isList = ({ type }: Argument): boolean => type.kind === 'list'
const isListOrNull = ({ type }: Argument): boolean => type.kind === 'list' || type.kind === 'null'

/** Lists in the type in which their items meet; NULL may stand for one of them. */
function resolveLists(args: readonly Argument[]): Signature | undefined {
  if (!args.some(isList) || !args.every(isListOrNull)) return undefined
  const element = commonTypeOf(args.map(({ type }) => ({ type: type.kind === 'list' ? elementOf(type) : NULL })))
  return element && { args: args.map(() => listOf(element)), result: listOf(element) }
}

export const listConcat: ScalarFunction = {
  name: 'list_concat',
  aliases: ['list_cat', 'array_concat', 'array_cat'],
  summary: 'The items of several lists in one; NULL counts for an empty list.',
  usage: 'list_concat(list, list, ...), or list || list',
  category: 'list',
  nulls: 'own',
  resolve: (args) => (args.length > 1 ? resolveLists(args) : undefined),
  evaluate:
    () =>
    (...lists) =>
      lists.flatMap((list) => [...((list as Items | null) ?? [])]),
  examples: [
    { sql: 'list_concat([1], [2, 3])', result: '[1, 2, 3]' },
    { sql: '[1] || [2, 3]', result: '[1, 2, 3]' },
  ],
}

/** A list and an item beside it. */
function resolveBeside(list: Argument | undefined, item: Argument | undefined, rest: readonly Argument[]) {
  if (!list || !item || rest.length > 0 || !isListOrNull(list)) return undefined
  const own = list.type.kind === 'list' ? [{ type: elementOf(list.type) }] : []
  const element = commonTypeOf([...own, item])
  return element && { element, list: listOf(element) }
}

export const listAppend: ScalarFunction = {
  name: 'list_append',
  aliases: ['array_append', 'array_push_back'],
  summary: 'A list with one item more at its end.',
  usage: 'list_append(list, item)',
  category: 'list',
  nulls: 'own',
  resolve([list, item, ...rest]) {
    const found = resolveBeside(list, item, rest)
    return found && { args: [found.list, found.element], result: found.list }
  },
  evaluate:
    () =>
    (list, item = null) => [...((list as Items | null) ?? []), item],
  examples: [{ sql: 'list_append([1, 2], 3)', result: '[1, 2, 3]' }],
}

export const listPrepend: ScalarFunction = {
  name: 'list_prepend',
  aliases: ['array_prepend', 'array_push_front'],
  summary: 'A list with one item more at its start.',
  usage: 'list_prepend(item, list)',
  category: 'list',
  nulls: 'own',
  resolve([item, list, ...rest]) {
    const found = resolveBeside(list, item, rest)
    return found && { args: [found.element, found.list], result: found.list }
  },
  evaluate:
    () =>
    (item = null, list = null) => [item, ...((list as Items | null) ?? [])],
  examples: [{ sql: 'list_prepend(1, [2, 3])', result: '[1, 2, 3]' }],
}

export const listPosition: ScalarFunction = {
  name: 'list_position',
  aliases: ['list_indexof', 'array_position', 'array_indexof'],
  summary: 'The place of the first item that is equal, counted from 1; NULL where there is none. NULL finds NULL.',
  usage: 'list_position(list, item)',
  category: 'list',
  nulls: 'own',
  resolve([list, item, ...rest]) {
    const found = list && isList(list) ? resolveBeside(list, item, rest) : undefined
    return found && { args: [found.list, found.element], result: INT32 }
  },
  evaluate:
    () =>
    (list, item = null) => {
      const isWanted = (each: Value) => each === item || (each !== null && item !== null && equalValues(each, item))
      const index = list === null ? -1 : (list as Items).findIndex(isWanted)
      return index < 0 ? null : index + 1
    },
  examples: [{ sql: 'list_position([5, 6, 6], 6)', result: '2' }],
}

/** Of two lists, as sets without NULLs. */
function compared(
  texts: Pick<ScalarFunction, 'name' | 'aliases' | 'summary' | 'examples'>,
  test: (items: ReadonlySet<Value>, wanted: ReadonlySet<Value>) => boolean,
): ScalarFunction {
  const keys = (list: Items) => new Set<Value>(list.filter((item) => item !== null).map((item) => keyOfValue(item)))
  return {
    ...texts,
    usage: `${texts.name}(list, list)`,
    category: 'list',
    resolve(args) {
      const found = args.length === 2 ? resolveLists(args) : undefined
      return found && { args: found.args, result: BOOLEAN }
    },
    evaluate: () => (a, b) => test(keys(a as Items), keys(b as Items)),
  }
}

export const listHasAny = compared(
  {
    name: 'list_has_any',
    aliases: ['array_has_any'],
    summary: 'Tests whether two lists have an item in common.',
    examples: [{ sql: 'list_has_any([1, 2], [2, 3])', result: 'true' }],
  },
  (items, wanted) => [...wanted].some((item) => items.has(item)),
)

export const listHasAll = compared(
  {
    name: 'list_has_all',
    aliases: ['array_has_all'],
    summary: 'Tests whether a list has all items of another.',
    examples: [{ sql: 'list_has_all([1, 2], [2])', result: 'true' }],
  },
  (items, wanted) => [...wanted].every((item) => items.has(item)),
)

export const flatten: ScalarFunction = {
  name: 'flatten',
  summary: 'The items of the lists in a list, in one.',
  usage: 'flatten(list of lists)',
  category: 'list',
  resolve([list, ...rest]) {
    const inner: Type | undefined = list && isList(list) ? elementOf(list.type) : undefined
    if (!list || inner?.kind !== 'list' || rest.length > 0) return undefined
    return { args: [list.type], result: listOf(elementOf(inner)) }
  },
  evaluate: () => (lists) => (lists as readonly (Items | null)[]).flatMap((list) => [...(list ?? [])]),
  examples: [{ sql: 'flatten([[1, 2], NULL, [3]])', result: '[1, 2, 3]' }],
}

export const arrayToString: ScalarFunction = {
  name: 'array_to_string',
  summary: 'Joins the items of a list to a text, with a separator between them, leaving out NULLs.',
  usage: 'array_to_string(list, separator)',
  category: 'list',
  resolve: ([list, separator, ...rest]) =>
    list && isList(list) && accepts(separator, VARCHAR) && rest.length === 0
      ? { args: [list.type, VARCHAR], result: VARCHAR }
      : undefined,
  evaluate: ({ args: [type] }) => {
    const element = elementOf(type as Type)
    return (list, separator) =>
      Array.from(list as Items)
        .flatMap((item) => (item === null ? [] : [valueText(element, item)]))
        .join(separator as string)
  },
  examples: [{ sql: "array_to_string([1, NULL, 3], '-')", result: '1-3' }],
}

export const listResize: ScalarFunction = {
  name: 'list_resize',
  aliases: ['array_resize'],
  summary: 'A list of so many items: cut off, or filled with a value (NULL where none is given).',
  usage: 'list_resize(list, size [, value])',
  category: 'list',
  nulls: 'own',
  resolve([list, size, value, ...rest]) {
    if (!list || !isList(list) || rest.length > 0 || !accepts(size, INT64)) return undefined
    const element = elementOf(list.type)
    if (value && !accepts(value, element) && !sameType(value.type, element)) return undefined
    return { args: [listOf(element), INT64, ...(value ? [element] : [])], result: listOf(element) }
  },
  evaluate:
    () =>
    (list, size, value = null) => {
      if (list === null) return null
      const items = list as Items
      const length = Math.max(0, Number(size ?? 0n))
      if (length > mostItems) throw new ChunkQLError('memory', `a list of ${length} items is too long`)
      return Array.from({ length }, (_, i) => (i < items.length ? (items[i] as Value) : value))
    },
  examples: [{ sql: 'list_resize([1], 3, 0)', result: '[1, 0, 0]' }],
}

/** Lists in another order, and without what repeats. */
import { ChunkQLError } from '../../../model/error.js'
import { elementOf, INT64, listOf, VARCHAR, type Value } from '../../../model/type.js'
import { keyOfValue } from '../../../model/value-key.js'
import type { Argument, Example, ScalarFunction, Signature } from '../../definition.js'
import { compareValues } from '../../order.js'
import { accepts } from '../../resolve.js'

type Items = ArrayLike<Value>

interface Sorted {
  readonly name: string
  readonly aliases: readonly string[]
  readonly summary: string
  readonly descending: boolean
  readonly examples: readonly Example[]
}

/** NULLs come last where nothing is said, whatever the direction. */
function sort({ descending, ...texts }: Sorted): ScalarFunction {
  const most = descending ? 1 : 2
  return {
    ...texts,
    usage: descending ? `${texts.name}(list [, nulls])` : `${texts.name}(list [, direction [, nulls]])`,
    category: 'list',
    resolve([list, ...words]): Signature | undefined {
      if (list?.type.kind !== 'list' || words.length > most || !words.every((word) => accepts(word, VARCHAR)))
        return undefined
      return { args: [list.type, ...words.map(() => VARCHAR)], result: listOf(elementOf(list.type)) }
    },
    evaluate:
      () =>
      (list, ...words) => {
        const [direction, nulls] = (descending ? ['DESC', ...words] : words) as (string | undefined)[]
        return sorted(Array.from(list as Items), isDescending(direction), areFirst(nulls))
      },
  }
}

function sorted(items: readonly Value[], descending: boolean, nullsFirst: boolean): Value[] {
  const sign = descending ? -1 : 1
  const values = items.filter((item) => item !== null).sort((a, b) => sign * compareValues(a, b))
  const nulls = new Array<Value>(items.length - values.length).fill(null)
  return nullsFirst ? [...nulls, ...values] : [...values, ...nulls]
}

function isDescending(direction = 'ASC'): boolean {
  return oneOf(direction, ['ASC', 'ASCENDING'], ['DESC', 'DESCENDING'])
}

function areFirst(nulls = 'NULLS LAST'): boolean {
  return oneOf(nulls, ['NULLS LAST'], ['NULLS FIRST'])
}

/** Whether a word is among the second. */
function oneOf(word: string, first: readonly string[], second: readonly string[]): boolean {
  const upper = word.toUpperCase()
  if (second.includes(upper)) return true
  if (first.includes(upper)) return false
  throw new ChunkQLError('value', `found '${word}', expected '${first[0]}' or '${second[0]}'`)
}

export const listSort = sort({
  name: 'list_sort',
  aliases: ['array_sort'],
  summary: "The items in order, NULLs last. 'DESC' turns it, 'NULLS FIRST' puts them first.",
  descending: false,
  examples: [
    { sql: 'list_sort([3, NULL, 1])', result: '[1, 3, NULL]' },
    { sql: "list_sort([3, NULL, 1], 'DESC', 'NULLS FIRST')", result: '[NULL, 3, 1]' },
  ],
})

export const listReverseSort = sort({
  name: 'list_reverse_sort',
  aliases: ['array_reverse_sort'],
  summary: 'The items from the greatest to the least, NULLs last.',
  descending: true,
  examples: [{ sql: 'list_reverse_sort([3, NULL, 1])', result: '[3, 1, NULL]' }],
})

function rearranged(
  texts: Pick<ScalarFunction, 'name' | 'aliases' | 'summary' | 'examples'>,
  apply: (items: Value[]) => Value[],
): ScalarFunction {
  return {
    ...texts,
    usage: `${texts.name}(list)`,
    category: 'list',
    resolve: ([list, ...rest]: readonly Argument[]) =>
      list?.type.kind === 'list' && rest.length === 0
        ? { args: [list.type], result: listOf(elementOf(list.type)) }
        : undefined,
    evaluate: () => (list) => apply(Array.from(list as Items)),
  }
}

export const listReverse = rearranged(
  {
    name: 'list_reverse',
    aliases: ['array_reverse'],
    summary: 'The items from the last to the first.',
    examples: [{ sql: 'list_reverse([1, 2, NULL])', result: '[NULL, 2, 1]' }],
  },
  (items) => items.reverse(),
)

function distinct(items: Items): Value[] {
  const seen = new Set<Value>()
  return Array.from(items).filter((item) => {
    const key = item === null ? null : keyOfValue(item)
    if (key === null || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

export const listDistinct = rearranged(
  {
    name: 'list_distinct',
    aliases: ['array_distinct'],
    summary: 'Each item once, in the order in which they come first, without NULLs.',
    examples: [{ sql: 'list_distinct([3, 1, 3, NULL])', result: '[3, 1]' }],
  },
  distinct,
)

export const listUnique: ScalarFunction = {
  name: 'list_unique',
  aliases: ['array_unique'],
  summary: 'The number of different items, NULLs not among them.',
  usage: 'list_unique(list)',
  category: 'list',
  resolve: ([list, ...rest]) =>
    list?.type.kind === 'list' && rest.length === 0 ? { args: [list.type], result: INT64 } : undefined,
  evaluate: () => (list) => BigInt(distinct(list as Items).length),
  examples: [{ sql: 'list_unique([3, 1, 3, NULL])', result: '2' }],
}

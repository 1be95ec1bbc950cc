/** unnest and generate_subscripts, which make rows of lists: only SELECT has them, and writes them out as a plan. */
import { ChunkQLError } from '../../../model/error.js'
import { elementOf, INT64, type Type } from '../../../model/type.js'
import type { Argument, ScalarFunction } from '../../definition.js'
import { oneList } from './parts.js'

/** What a call gives for each row of a list. */
export const expansions: ReadonlyMap<string, 'item' | 'place'> = new Map([
  ['unnest', 'item'],
  ['generate_subscripts', 'place'],
])

function expansion(
  definition: Pick<ScalarFunction, 'name' | 'summary' | 'usage' | 'examples'>,
  result: (list: Type) => Type,
  more: (rest: readonly Argument[]) => boolean,
): ScalarFunction {
  return {
    ...definition,
    category: 'list',
    resolve([list, ...rest]) {
      const signature = list && more(rest) ? oneList([list], result) : undefined
      return signature && { ...signature, args: [...signature.args, ...rest.map(() => INT64)] }
    },
    evaluate: () => () => {
      throw new ChunkQLError('internal', `${definition.name} was not written out`)
    },
  }
}

export const unnest = expansion(
  {
    name: 'unnest',
    summary: 'Makes a row of each item of a list. It stands alone in SELECT; several lists are laid side by side.',
    usage: 'unnest(list)',
    examples: [{ sql: 'unnest(list_value(7, 8))', result: '7' }],
  },
  elementOf,
  (rest) => rest.length === 0,
)

export const generateSubscripts = expansion(
  {
    name: 'generate_subscripts',
    summary: 'Makes a row of each item of a list, as unnest does, and gives its place, counted from 1.',
    usage: 'generate_subscripts(list, 1)',
    examples: [{ sql: 'generate_subscripts(list_value(7, 8), 1)', result: '1' }],
  },
  () => INT64,
  ([dimension, ...others]) =>
    dimension?.literal !== undefined && Number(dimension.literal) === 1 && others.length === 0,
)

/** list, array_agg: the values of a group in the order of its rows, NULLs too. */
import { listOf, type Value } from '../../model/type.js'
import type { HolisticAggregate } from '../definition.js'

export const list: HolisticAggregate<Value[]> = {
  kind: 'holistic',
  name: 'list',
  aliases: ['array_agg'],
  summary: 'Gives the values of all rows as a list, in row order, NULLs too.',
  usage: 'list(x)',
  nulls: 'own',
  ordered: true,
  resolve: ([arg, ...rest]) => (arg && rest.length === 0 ? { args: [arg.type], result: listOf(arg.type) } : undefined),
  init: () => [],
  update(items, value = null) {
    items.push(value)
    return items
  },
  merge(a, b) {
    for (const value of b) a.push(value)
    return a
  },
  finalize: (items) => (items.length > 0 ? items : null),
  size: (items) => 16 * items.length,
  examples: [{ sql: 'list(3)', result: '[3]' }],
}

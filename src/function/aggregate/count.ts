/** count(*) and count(x). */
import { add, constant } from '../../model/code.js'
import { INT64 } from '../../model/type.js'
import type { DistributiveAggregate } from '../definition.js'

const one = constant('i64', 1n)

export const count: DistributiveAggregate = {
  kind: 'distributive',
  name: 'count',
  aliases: ['count_star'],
  summary: 'Counts rows, or the values that are not NULL; 0 where there are none.',
  usage: 'count(*) | count(x)',
  resolve: (args) => (args.length <= 1 ? { args: args.map((arg) => arg.type), result: INT64 } : undefined),
  state: () => [{ name: 'n', type: 'i64', init: 0n }],
  step: ([n = one]) => [add(n, one)],
  combine: ([a = one], [b = one]) => [add(a, b)],
  finish: ([n = one]) => ({ value: n }),
  fromStatistics: ({ cells, nulls }, { args }) => [BigInt(args.length > 0 ? cells - nulls : cells)],
  examples: [{ sql: 'count(*)', result: '1' }],
}

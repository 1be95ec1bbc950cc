/** Lists of numbers that follow each other; in FROM they are rows. */
import { ChunkQLError } from '../../../model/error.js'
import { INT64, listOf } from '../../../model/type.js'
import type { ScalarFunction } from '../../definition.js'
import { accepts } from '../../resolve.js'

/** A list lies in memory. */
const mostItems = 50_000_000n

function series(name: string, isClosed: boolean, texts: Pick<ScalarFunction, 'summary' | 'examples'>): ScalarFunction {
  return {
    name,
    ...texts,
    usage: `${name}([from,] to [, step])`,
    category: 'list',
    resolve(args) {
      if (args.length < 1 || args.length > 3 || !args.every((arg) => accepts(arg, INT64))) return undefined
      return { args: args.map(() => INT64), result: listOf(INT64) }
    },
    evaluate: ({ args: { length } }) => {
      return (first, second, third) => {
        const [from, to] = (length === 1 ? [0n, first] : [first, second]) as [bigint, bigint]
        const step = length === 3 ? (third as bigint) : 1n
        const count = countOf(from, to, step, isClosed)
        if (count > mostItems) throw new ChunkQLError('memory', `a list of ${count} numbers is too long`)
        return Array.from({ length: Number(count) }, (_, i) => from + BigInt(i) * step)
      }
    },
  }
}

function countOf(from: bigint, to: bigint, step: bigint, isClosed: boolean): bigint {
  const way = step < 0n ? from - to : to - from
  if (step === 0n || way < 0n) return 0n
  const by = step < 0n ? -step : step
  return isClosed ? way / by + 1n : (way + by - 1n) / by
}

export const range = series('range', false, {
  summary: 'The numbers from one, or 0, up to but without another. Also in FROM, as rows.',
  examples: [
    { sql: 'range(3)', result: '[0, 1, 2]' },
    { sql: 'range(7, 1, -3)', result: '[7, 4]' },
  ],
})

export const generateSeries = series('generate_series', true, {
  summary: 'The numbers from one, or 0, up to another and with it. Also in FROM, as rows.',
  examples: [{ sql: 'generate_series(1, 7, 3)', result: '[1, 4, 7]' }],
})

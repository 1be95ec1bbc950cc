/** The ways in which every file must give the same answers: engine, threads, shape of the chunks, with and without a plan. */
import type { Chunking } from './store.js'

export interface Configuration {
  readonly engine: 'auto' | 'interpreter'
  readonly threads: 1 | 2
  /** Chunks of a Zarr store, or an Arrow table with a row per cell. */
  readonly data: Chunking | 'memory'
  /** Off: neither optimizer nor pruning. */
  readonly optimized: boolean
  /** The tables were analyzed: queries prune on values, and are answered unread. */
  readonly statistics?: boolean
  /** Groups are divided by hash, however few, and merged in a second stage. */
  readonly divided?: boolean
}

const allData = ['normal', 'cell', 'whole', 'memory'] as const
const bits = [0, 1] as const

function configuration(data: number, engine: number, threads: number, optimized: number): Configuration {
  return {
    data: allData[data] ?? 'normal',
    engine: engine ? 'interpreter' : 'auto',
    threads: threads ? 2 : 1,
    optimized: optimized === 0,
  }
}

/** Eight of 32, chosen so that every pair of choices meets in one of them (an orthogonal array). */
export const pairwise: readonly Configuration[] = bits.flatMap((x) =>
  bits.flatMap((y) => bits.map((z) => configuration(2 * x + y, z, z ^ x, z ^ y))),
)

export const full: readonly Configuration[] = allData.flatMap((_, data) =>
  bits.flatMap((x) => bits.flatMap((y) => bits.map((z) => configuration(data, x, y, z)))),
)

/** With statistics of chunks: chunks of any shape, both engines. */
export const analyzed: readonly Configuration[] = [
  { data: 'normal', engine: 'auto', threads: 2, optimized: true, statistics: true },
  { data: 'normal', engine: 'interpreter', threads: 1, optimized: true, statistics: true },
  { data: 'cell', engine: 'auto', threads: 1, optimized: true, statistics: true },
  { data: 'whole', engine: 'auto', threads: 1, optimized: true, statistics: true },
]

/** What only scripts that group take. */
export const divided: readonly Configuration[] = [
  { data: 'normal', engine: 'auto', threads: 2, optimized: true, divided: true },
  { data: 'cell', engine: 'auto', threads: 1, optimized: false, divided: true },
]

export function describeConfiguration({
  engine,
  threads,
  data,
  optimized,
  statistics,
  divided,
}: Configuration): string {
  const parts = [data, engine, `${threads} thread${threads > 1 ? 's' : ''}`, optimized ? 'optimized' : 'plain']
  return [...parts, ...(statistics ? ['with statistics'] : []), ...(divided ? ['divided'] : [])].join(', ')
}

/** What SET must say. Data under any size go to the threads, so that small tables test them too. */
export function settingsOf({ engine, threads, optimized, divided }: Configuration): Readonly<Record<string, string>> {
  return {
    engine: `'${engine}'`,
    threads: String(threads),
    optimizer: String(optimized),
    pruning: String(optimized),
    ...(threads > 1 ? { inline_bytes: '0' } : {}),
    ...(divided ? { exchange_groups: '2' } : {}),
  }
}

/**
 * Partials kept on disk from one query to the next, by the fingerprints of the chunks that they were made of. Every thread
 * reads and writes them on its own. Called by `stage-run.ts`.
 */
import type { Registry } from '../function/registry.js'
import type { Job, JobColumn, PartialBody, ScanStage, Work } from '../model/job.js'
import type { Box } from '../model/schema.js'
import { chunkIndex, withOwnChunks } from '../model/stored-column.js'
import { touchedCodes } from '../operator/dense-reduce.js'
import { type FileCache, fileCache } from '../platform/node/file-cache.js'
import { type ContentHash, fromBytes, toBytes } from '../platform/node/plain-data.js'
import type { ChunkedColumn, FetchOptions, Source } from '../source/source.js'
import { allKnown, settled } from '../statistics/fingerprint.js'
import { chunksIn, hull } from './boxes.js'
import { keyedDims, partialName, stageHash } from './partial-key.js'

/** What is known of the partial of some boxes before it is made. */
export interface Found {
  /** The partial, where it was kept. */
  readonly body?: PartialBody | undefined
  /** How many chunks it is made of. */
  readonly chunks: number
  /** Under which name it is to be kept; absent where it is not. */
  readonly name?: string | undefined
  /** Asks again for the fingerprints, and tells whether they are those of the name. */
  isUnchanged?(): boolean | Promise<boolean>
}

export interface PartialCache {
  /** At once where bytes are read at once. */
  find(boxes: readonly Box[], options: FetchOptions): Found | Promise<Found>
  /** Keeps a partial that was made after `found`; one whose chunks changed meanwhile is not kept. */
  keep(found: Found, body: PartialBody, work: Work): Promise<void>
}

/** A column that has chunks of its own, with what reads them. */
interface Read {
  readonly column: ReturnType<typeof withOwnChunks>[number]
  readonly chunked: ChunkedColumn
}

/** Undefined where nothing is to be kept, or nothing can be. */
export async function openPartialCache(
  { stage, settings }: Job,
  source: Source,
  registry: Registry,
): Promise<PartialCache | undefined> {
  const files = settings.cache_partials > 0 ? filesIn(settings.local_cache, settings.cache_partials) : undefined
  if (!files) return undefined
  const { columns, table } = stage.scan
  const open = (column: JobColumn) => (column.kind === 'stored' ? source.column(table, column.name) : undefined)
  const chunked = await Promise.all(columns.map(open))
  const whole = stageHash(stage, chunked, registry)
  const reads = withOwnChunks(columns).map((column) => ({
    column,
    chunked: chunked[columns.indexOf(column)] as ChunkedColumn,
  }))
  if (!whole || reads.length === 0) return undefined
  const since = performance.now()
  return {
    find(boxes, options) {
      if (boxes.length === 0) return { chunks: 0 }
      const asked = ask(reads, boxes, { ...options, since })
      if (asked.every((each) => !(each instanceof Promise))) return found(asked as BigUint64Array[])
      return Promise.all(asked).then(found)

      function found(before: readonly BigUint64Array[]): Found {
        const chunks = before.reduce((sum, { length }) => sum + length / 2, 0)
        if (!before.every(allKnown)) return { chunks }
        const name = partialName(stage, whole as ContentHash, boxes, before)
        const body = bodyIn(files as FileCache, name, stage, boxes)
        const isSame = (after: readonly BigUint64Array[]) =>
          after.every((each, k) => allKnown(settled(before[k] as BigUint64Array, each)))
        const isUnchanged = () => Promise.all(ask(reads, boxes, options)).then(isSame)
        return { body, chunks, name, isUnchanged }
      }
    },
    async keep({ name, isUnchanged }, body, work) {
      if (name === undefined) return
      const bytes = toBytes(body)
      const isWorth = bytes.length <= Math.max(smallBytes, work.bytesDecoded / 2)
      if (isWorth && (await isUnchanged?.())) files.put(name, { tag: '', bytes })
    },
  }
}

/** Larger partials are kept only where they are small beside what they were made of. */
const smallBytes = 65_536

function ask(reads: readonly Read[], boxes: readonly Box[], options: FetchOptions) {
  return reads.map(({ column, chunked }) => {
    const chunks = chunksIn(column, boxes).map((index) => chunkIndex(chunked.layout, index))
    return chunked.fingerprints?.(chunks, options) ?? new BigUint64Array(2 * chunks.length)
  })
}

function bodyIn(files: FileCache, name: string, stage: ScanStage, boxes: readonly Box[]): PartialBody | undefined {
  const kept = files.get(name)
  if (!kept) return undefined
  try {
    const body = fromBytes(kept.bytes) as PartialBody
    if (body.kind !== 'dense') return body
    // Numbered as they are in this query.
    const around = hull(boxes, stage.scan.dims.length)
    return { ...body, codes: touchedCodes(keyedDims(stage), stage.scan.selection, around) }
  } catch {
    return undefined
  }
}

/** Directories that this thread has open, by path and size. */
const open = new Map<string, FileCache | undefined>()

/** Undefined where the directory cannot be made: a query needs none of it. */
function filesIn(root: string, size: number): FileCache | undefined {
  const name = `${size} ${root}`
  if (!open.has(name)) open.set(name, tryOpen(`${root}/partials`, size))
  return open.get(name)
}

const diskBlock = 4096

function tryOpen(directory: string, size: number): FileCache | undefined {
  try {
    return fileCache(directory, size, diskBlock)
  } catch {
    return undefined
  }
}

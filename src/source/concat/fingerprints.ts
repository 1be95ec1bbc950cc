/** Fingerprints of chunks that are made of those of several stores. Called by column.ts. */
import { digestText, type Fingerprints, noFingerprints, setParts } from '../../model/fingerprint.js'
import { identityOf } from '../../model/identity.js'
import type { Layout } from '../../model/schema.js'
import type { ChunkedColumn, FetchOptions } from '../source.js'
import type { Piece } from './pieces.js'

/**
 * Each part goes in with where it lies and how it is encoded, so that chunks are known again when stores are added. Absent
 * where a part has none.
 */
export function joinedFingerprints(
  columns: readonly ChunkedColumn[],
  layout: Layout,
  piecesOf: (index: readonly number[]) => readonly Piece[],
): Pick<ChunkedColumn, 'fingerprints' | 'digest' | 'origin'> {
  if (!columns.every(({ fingerprints }) => fingerprints)) return {}
  const origins = columns.map(({ digest, origin }) => `${origin} ${digest}`)
  const combine = (chunks: readonly (readonly Piece[])[], found: readonly Fingerprints[]): Fingerprints => {
    const combined = noFingerprints(chunks.length)
    const next = found.map(() => 0)
    for (const [i, pieces] of chunks.entries()) {
      const own = pieces.flatMap(({ part }) => {
        const at = 2 * (next[part] as number)
        next[part] = (next[part] as number) + 1
        return [...(found[part] as Fingerprints).subarray(at, at + 2)]
      })
      setParts(combined, i, BigUint64Array.from(own), pieces.map((piece) => nameOf(piece, origins)).join(' '))
    }
    return combined
  }
  return {
    digest: digestText(identityOf(layout)),
    origin: '',
    fingerprints(chunks, options) {
      const pieces = chunks.map(piecesOf)
      const wanted = columns.map((): (readonly number[])[] => [])
      for (const { part, index } of pieces.flat()) wanted[part]?.push(index)
      const asked = columns.map((column, part) => ask(column, wanted[part] ?? [], options))
      if (!asked.some((found) => found instanceof Promise)) return combine(pieces, asked as Fingerprints[])
      return Promise.all(asked).then((found) => combine(pieces, found))
    },
  }
}

/** Which cells of which chunk of which store. */
function nameOf({ part, index, from, to, extent }: Piece, origins: readonly string[]): string {
  return `${origins[part]} ${[index, from, to, extent].join(' ')}`
}

function ask(
  { fingerprints }: ChunkedColumn,
  chunks: readonly (readonly number[])[],
  options: FetchOptions | undefined,
): Fingerprints | Promise<Fingerprints> {
  return (chunks.length > 0 && fingerprints?.(chunks, options)) || noFingerprints(chunks.length)
}

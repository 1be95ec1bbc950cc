/** levenshtein, damerau_levenshtein, hamming, jaccard: how alike two texts are, byte by byte as in DuckDB. */
import { ChunkQLError } from '../../../model/error.js'
import { FLOAT64, INT64, VARCHAR } from '../../../model/type.js'
import { textFunction } from './define-text.js'

const encoder = new TextEncoder()

/** The least number of changes: each inserts, deletes or replaces a byte, or with `swaps` also exchanges two neighbours. */
function editDistance(left: string, right: string, swaps: boolean): bigint {
  const [a, b] = [encoder.encode(left), encoder.encode(right)]
  return BigInt(swaps ? withSwaps(a, b) : withoutSwaps(a, b))
}

function withoutSwaps(a: Uint8Array, b: Uint8Array): number {
  let row = Uint32Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = new Uint32Array(b.length + 1)
    next[0] = i
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1)
    }
    row = next
  }
  return row[b.length] as number
}

/** What stands between two exchanged bytes may be edited as well: Lowrance and Wagner, 1975. */
function withSwaps(a: Uint8Array, b: Uint8Array): number {
  const width = b.length + 2
  const most = a.length + b.length
  const cells = new Uint32Array((a.length + 2) * width).fill(most)
  const at = (i: number, j: number) => (i + 1) * width + j + 1
  for (let i = 0; i <= a.length; i++) cells[at(i, 0)] = i
  for (let j = 0; j <= b.length; j++) cells[at(0, j)] = j
  const lastRow = new Uint32Array(256)
  for (let i = 1; i <= a.length; i++) {
    let lastColumn = 0
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const [row, column] = [lastRow[b[j - 1] as number] as number, lastColumn]
      const swapped = (cells[at(row - 1, column - 1)] as number) + (i - row - 1) + 1 + (j - column - 1)
      const replaced = (cells[at(i - 1, j - 1)] as number) + (same ? 0 : 1)
      const inserted = Math.min(cells[at(i, j - 1)] as number, cells[at(i - 1, j)] as number) + 1
      cells[at(i, j)] = Math.min(replaced, inserted, row > 0 && column > 0 ? swapped : most)
      if (same) lastColumn = j
    }
    lastRow[a[i - 1] as number] = i
  }
  return cells[at(a.length, b.length)] as number
}

export const levenshtein = textFunction({
  name: 'levenshtein',
  aliases: ['editdist3'],
  summary: 'Counts the bytes to insert, delete or replace until two texts are equal.',
  usage: 'levenshtein(a, b)',
  parameters: [VARCHAR, VARCHAR],
  result: INT64,
  apply: (a: string, b: string) => editDistance(a, b, false),
  examples: [{ sql: "levenshtein('kitten', 'sitting')", result: '3' }],
})

export const damerauLevenshtein = textFunction({
  name: 'damerau_levenshtein',
  summary: 'Counts the same where neighbours may also be exchanged.',
  usage: 'damerau_levenshtein(a, b)',
  parameters: [VARCHAR, VARCHAR],
  result: INT64,
  apply: (a: string, b: string) => editDistance(a, b, true),
  examples: [{ sql: "damerau_levenshtein('abc', 'acb')", result: '1' }],
})

export const hamming = textFunction({
  name: 'hamming',
  aliases: ['mismatches'],
  summary: 'Counts the bytes in which two texts of one length differ.',
  usage: 'hamming(a, b)',
  parameters: [VARCHAR, VARCHAR],
  result: INT64,
  apply: (left: string, right: string) => {
    const [a, b] = [encoder.encode(left), encoder.encode(right)]
    if (a.length === b.length && a.length > 0) return BigInt(a.filter((byte, i) => byte !== b[i]).length)
    throw new ChunkQLError('value', 'hamming compares texts of one length, which is not 0')
  },
  examples: [{ sql: "hamming('abc', 'abd')", result: '1' }],
})

export const jaccard = textFunction({
  name: 'jaccard',
  summary: 'Tells how many of the bytes of two texts they have in common, from 0 to 1.',
  usage: 'jaccard(a, b)',
  parameters: [VARCHAR, VARCHAR],
  result: FLOAT64,
  apply: (left: string, right: string) => {
    const [a, b] = [new Set(encoder.encode(left)), new Set(encoder.encode(right))]
    if (a.size === 0 || b.size === 0) throw new ChunkQLError('value', 'jaccard compares texts that are not empty')
    const common = [...a].filter((byte) => b.has(byte)).length
    return common / (a.size + b.size - common)
  },
  examples: [{ sql: "jaccard('abc', 'abd')", result: '0.5' }],
})

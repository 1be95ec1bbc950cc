/** An array of objects, one a line. Listed in registry.ts. */
import { rowWriter } from './json-row.js'
import type { ResultStream } from './output-format.js'
import { piecesOf } from './row-pieces.js'

export async function* encode({ header, batches }: ResultStream): AsyncGenerator<string> {
  const writeRow = rowWriter(header)
  let separator = '['
  const line = (...at: Parameters<typeof writeRow>): string => {
    const text = separator + writeRow(...at)
    separator = ',\n'
    return text
  }
  for await (const batch of batches) yield* piecesOf(batch, line)
  yield separator === '[' ? '[]\n' : ']\n'
}

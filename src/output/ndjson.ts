/** One JSON object a line, as log processors and jq read it. Listed in registry.ts. */
import { rowWriter } from './json-row.js'
import type { ResultStream } from './output-format.js'
import { piecesOf } from './row-pieces.js'

export async function* encode({ header, batches }: ResultStream): AsyncGenerator<string> {
  const writeRow = rowWriter(header)
  for await (const batch of batches) yield* piecesOf(batch, (batch, row) => `${writeRow(batch, row)}\n`)
}

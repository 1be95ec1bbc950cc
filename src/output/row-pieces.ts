/** Cuts the text of a batch's rows into pieces worth a write. Called by the text formats. */
import type { Batch } from '../model/vector.js'

const pieceLength = 64 * 1024

export function* piecesOf(batch: Batch, line: (batch: Batch, row: number) => string): Generator<string> {
  let piece = ''
  for (let row = 0; row < batch.length; row++) {
    piece += line(batch, row)
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

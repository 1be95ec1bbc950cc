/** Comma-separated values as of RFC 4180 with \n line ends; NULL is nothing, an empty string is "". Listed in registry.ts. */
import { isObjectType } from '../model/type.js'
import { textAt } from '../model/value-text.js'
import type { Batch } from '../model/vector.js'
import type { ResultStream } from './output-format.js'
import { piecesOf } from './row-pieces.js'
import { uniqueNames } from './unique-names.js'

export async function* encode({ header, batches }: ResultStream): AsyncGenerator<string> {
  yield `${uniqueNames(header).map(quoted).join(',')}\n`
  for await (const batch of batches) yield* piecesOf(batch, csvLine)
}

function csvLine(batch: Batch, row: number): string {
  let line = ''
  let separator = ''
  for (const column of batch.columns) {
    const text = textAt(column, row)
    line += separator
    separator = ','
    if (text !== undefined) line += isObjectType(column.type) ? quoted(text) : text
  }
  return `${line}\n`
}

/** Quoted where DuckDB quotes: what would end the field, look like NULL, or begin a comment. */
function quoted(text: string): string {
  return text === '' || /[",\r\n]|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

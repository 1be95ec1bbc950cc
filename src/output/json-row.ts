/**
 * A row as a JSON object; called by json.ts and ndjson.ts. 64-bit integers are bare and exact (read them with a parser
 * that keeps them), dates and timestamps are strings, and NaN and infinities are null: JSON has no number for them.
 */
import type { Type } from '../model/type.js'
import { textAt } from '../model/value-text.js'
import type { Batch, Header, Vector } from '../model/vector.js'
import { uniqueNames } from './unique-names.js'

export function rowWriter(header: Header): (batch: Batch, row: number) => string {
  const keys = uniqueNames(header).map((name, index) => `${index > 0 ? ',' : ''}${JSON.stringify(name)}:`)
  return (batch, row) => {
    let text = '{'
    for (let index = 0; index < keys.length; index++) text += keys[index] + jsonAt(batch.columns[index], row)
    return `${text}}`
  }
}

function jsonAt(vector: Vector | undefined, row: number): string {
  const text = vector && textAt(vector, row)
  if (!vector || text === undefined) return 'null'
  if (isQuoted(vector.type)) return JSON.stringify(text)
  return isNotFinite(vector, row) ? 'null' : text
}

function isQuoted({ kind }: Type): boolean {
  return kind === 'varchar' || kind === 'date' || kind === 'timestamp' || kind === 'calendar'
}

function isNotFinite({ type, values }: Vector, row: number): boolean {
  return (type.kind === 'float32' || type.kind === 'float64') && !Number.isFinite(values[row])
}

/**
 * A row as a JSON object; called by json.ts and ndjson.ts. 64-bit integers are bare and exact (read them with a parser
 * that keeps them), dates, timestamps and intervals are strings, and NaN and infinities are null: JSON has no number for them.
 */
import { elementOf, type Type, type Value } from '../model/type.js'
import { valueText } from '../model/value-text.js'
import { type Batch, type Header, type Vector, valueAt } from '../model/vector.js'
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
  return vector ? jsonText(vector.type, valueAt(vector, row)) : 'null'
}

function jsonText(type: Type, value: Value): string {
  if (value === null) return 'null'
  if (type.kind === 'list') {
    return `[${Array.from(value as readonly Value[], (item) => jsonText(elementOf(type), item)).join(',')}]`
  }
  const text = valueText(type, value)
  if (isQuoted(type)) return JSON.stringify(text)
  return typeof value === 'number' && !Number.isFinite(value) ? 'null' : text
}

function isQuoted({ kind }: Type): boolean {
  return (
    kind === 'varchar' ||
    kind === 'blob' ||
    kind === 'date' ||
    kind === 'timestamp' ||
    kind === 'calendar' ||
    kind === 'duration'
  )
}

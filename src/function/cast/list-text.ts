/** Lists as texts spell them: `[1, NULL, 'a b', [2, 3]]`. Items stay texts. Called by `cast.ts`. */
import { ChunkQLError } from '../../model/error.js'
import { type Type, typeName } from '../../model/type.js'

/** The items as texts; those that are lists with their brackets. Throws 'value' where it is no list. */
export function parseList(text: string, to: Type): (string | null)[] {
  const match = /^\s*\[(.*)\]\s*$/s.exec(text)
  if (!match) throw notList(text, to)
  const inner = match[1] as string
  if (inner.trim() === '') return []
  return split(inner, () => notList(text, to)).map(itemOf)
}

function notList(text: string, to: Type): ChunkQLError {
  return new ChunkQLError('value', `cannot cast '${text}' to ${typeName(to)}`, { hint: 'Write it as [1, 2, 3].' })
}

/** What is quoted or escaped, or a single character. */
const token = /\\.|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|./gs

/** At commas that stand in no brackets and no quotes. */
function split(text: string, wrong: () => ChunkQLError): string[] {
  const parts = ['']
  let depth = 0
  for (const [found] of text.matchAll(token)) {
    if (found === '[') depth++
    if (found === ']') depth--
    if (depth < 0 || found === "'" || found === '"') throw wrong()
    if (found === ',' && depth === 0) parts.push('')
    else parts.push(parts.pop() + found)
  }
  if (depth > 0) throw wrong()
  return parts
}

function itemOf(part: string): string | null {
  const text = part.trim()
  const quoted = /^(['"])(.*)\1$/s.exec(text)
  if (quoted) return (quoted[2] as string).replace(/\\(.)/gs, '$1')
  return text.toLowerCase() === 'null' ? null : text
}

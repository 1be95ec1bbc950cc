/** hex and bin: numbers, texts and bytes in digits of base 16 and 2. */
import { integerFacts, VARCHAR, type Value } from '../../../model/type.js'
import type { ScalarFunction } from '../../definition.js'

const encoder = new TextEncoder()

/** Negative numbers have the digits of their 64 bits; texts those of their bytes in UTF-8. */
function digitsOf(value: Value | undefined, base: 2 | 16): string {
  const perByte = base === 16 ? 2 : 8
  if (typeof value === 'number' || typeof value === 'bigint') {
    return BigInt.asUintN(64, BigInt(value)).toString(base).toUpperCase()
  }
  const bytes = typeof value === 'string' ? encoder.encode(value) : (value as Uint8Array)
  return Array.from(bytes, (byte) => byte.toString(base).toUpperCase().padStart(perByte, '0')).join('')
}

function inBase(name: string, alias: string, base: 2 | 16, summary: string, result: string): ScalarFunction {
  return {
    name,
    aliases: [alias],
    summary,
    usage: `${name}(integer, text or bytes)`,
    category: 'text',
    resolve: ([arg, ...rest]) => {
      const isKnown = arg && (integerFacts(arg.type) || arg.type.kind === 'varchar' || arg.type.kind === 'blob')
      return isKnown && rest.length === 0 ? { args: [arg.type], result: VARCHAR } : undefined
    },
    evaluate: () => (value) => digitsOf(value, base),
    examples: [{ sql: `${name}(255)`, result }],
  }
}

export const hex = inBase('hex', 'to_hex', 16, 'Writes a number, or the bytes of a text, in hexadecimal digits.', 'FF')
export const bin = inBase(
  'bin',
  'to_binary',
  2,
  'Writes a number, or the bytes of a text, in binary digits.',
  '11111111',
)

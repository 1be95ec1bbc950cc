/** Numbers and booleans read from text, as DuckDB reads them. */
import { integerFacts, type Type } from '../../model/type.js'

const decimal = /^([+-]?)(\d+(?:_\d+)*)?(?:\.(\d+(?:_\d+)*)?)?(?:[eE]([+-]?\d+))?$/

/** The number that a text spells, or undefined. */
export function parseFloatText(text: string): number | undefined {
  const word = text.trim()
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(word)
  if (special) return specialFloat(special[1] === '-', special[2] ?? '')
  const [, , whole, fraction] = decimal.exec(word) ?? []
  if (whole === undefined && fraction === undefined) return undefined
  return Number(word.replaceAll('_', ''))
}

function specialFloat(negative: boolean, name: string): number {
  if (name.toLowerCase() === 'nan') return Number.NaN
  return negative ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
}

/** The integer that a text spells, fractions rounded half away from zero; undefined where it is none or does not fit. */
export function parseInteger(text: string, type: Type): bigint | undefined {
  const word = text.trim()
  const value = /^0[xXbB]/.test(word) ? parsePrefixed(word) : parseDecimal(word, type)
  const facts = integerFacts(type)
  return value !== undefined && facts && value >= facts.min && value <= facts.max ? value : undefined
}

function parsePrefixed(word: string): bigint | undefined {
  return /^0(?:[xX][\da-fA-F]+|[bB][01]+)$/.test(word) ? BigInt(word) : undefined
}

function parseDecimal(word: string, type: Type): bigint | undefined {
  const [, sign, whole = '', fraction = '', power = '0'] = decimal.exec(word) ?? []
  const digits = (whole + fraction).replaceAll('_', '')
  if (digits === '') return undefined
  const size = shifted(digits, Number(power) - fraction.replaceAll('_', '').length)
  if (sign !== '-') return size
  // Unsigned types take no minus sign, even where the rounded number is zero.
  return size === undefined || integerFacts(type)?.signed === false ? undefined : -size
}

/** digits * 10^power, rounded; undefined where no integer type could hold it. */
function shifted(digits: string, power: number): bigint | undefined {
  if (power >= 0) {
    if (/^0*$/.test(digits)) return 0n
    return power > 40 ? undefined : BigInt(digits) * 10n ** BigInt(power)
  }
  const kept = digits.length + power
  if (kept < 0) return 0n
  const roundsUp = (digits[kept] ?? '0') >= '5'
  return BigInt(digits.slice(0, kept) || '0') + (roundsUp ? 1n : 0n)
}

export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase()
  if (['true', 't', 'yes', 'y', '1'].includes(word)) return true
  if (['false', 'f', 'no', 'n', '0'].includes(word)) return false
  return undefined
}

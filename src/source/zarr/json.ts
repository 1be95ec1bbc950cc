/** JSON as Python writes it: NaN and Infinity stand bare, and integers have any length. Called for all Zarr metadata. */
import { ChunkQLError } from '../../model/error.js'

export type Json = null | boolean | number | bigint | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** Only such texts need more than `JSON.parse`. */
const unusual = /(?<![\d.])\d{16}|NaN|Infinity/
const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?Infinity|NaN|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g
const mark = '\u0000chunkql:'

/** Integers beyond 2^53 become bigint. `where` names the file in errors. */
export function parseJson(bytes: Uint8Array, where: string): Json {
  const text = new TextDecoder().decode(bytes)
  try {
    return unusual.test(text) ? JSON.parse(text.replace(tokens, quote), unquote) : JSON.parse(text)
  } catch (error) {
    throw new ChunkQLError('store', `the metadata are not JSON: ${(error as Error).message}`, { where })
  }
}

/** A number that `JSON.parse` would refuse or round, as a marked string. */
function quote(token: string): string {
  if (token.startsWith('"')) return token
  const isExact = !/^-?\d+$/.test(token) || Number.isSafeInteger(Number(token))
  return isExact && !/[NI]/.test(token) ? token : JSON.stringify(mark + token)
}

function unquote(_key: string, value: unknown): unknown {
  if (typeof value !== 'string' || !value.startsWith(mark)) return value
  const token = value.slice(mark.length)
  return /^-?\d+$/.test(token) ? BigInt(token) : Number(token)
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function isArray(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value)
}

/** As `parseJson` reads it. */
export function writeJson(value: Json): string {
  if (isArray(value)) return `[${value.map(writeJson).join()}]`
  if (isObject(value)) {
    return `{${Object.entries(value)
      .map(([key, each]) => `${JSON.stringify(key)}:${writeJson(each)}`)
      .join()}}`
  }
  // Also NaN, Infinity, and integers of any size.
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}

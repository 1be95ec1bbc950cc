/** Kerchunk's references in JSON, versions 0 and 1: keys to parts of other objects, or to bytes. Called by reference-store.ts. */
import { ChunkQLError } from '../../../model/error.js'
import { isArray, isObject, type Json, type JsonObject, writeJson } from '../json.js'
import { type Bindings, render } from './template.js'

/** Bytes that stand in the reference itself, or where they lie. */
export type Reference = Uint8Array | { readonly url: string; readonly offset?: number; readonly length?: number }

export function readReferences(spec: JsonObject, where: string): Map<string, Reference> {
  try {
    return isObject(spec.refs) ? versionOne(spec, spec.refs) : entriesOf(spec, {})
  } catch (error) {
    throw new ChunkQLError('store', `the references are not valid: ${(error as Error).message}`, { where })
  }
}

function versionOne(spec: JsonObject, refs: JsonObject): Map<string, Reference> {
  const bindings: Record<string, string> = {}
  if (isObject(spec.templates)) {
    for (const [name, text] of Object.entries(spec.templates)) bindings[name] = textOf(text, `template ${name}`)
  }
  const found = entriesOf(refs, bindings)
  if (isArray(spec.gen)) for (const one of spec.gen) generate(one, bindings, found)
  return found
}

function entriesOf(refs: JsonObject, bindings: Bindings): Map<string, Reference> {
  return new Map(Object.entries(refs).map(([key, value]) => [key, referenceOf(key, value, bindings)]))
}

const encoder = new TextEncoder()

function referenceOf(key: string, value: Json, bindings: Bindings): Reference {
  if (typeof value === 'string') return inlineBytes(value)
  // Metadata may stand there as they are.
  if (isObject(value)) return encoder.encode(writeJson(value))
  if (!isArray(value) || (value.length !== 1 && value.length !== 3)) throw new Error(`'${key}' is no reference`)
  const url = render(textOf(value[0], key), bindings)
  if (value.length === 1) return { url }
  return { url, offset: sizeOf(value[1], key), length: sizeOf(value[2], key) }
}

export function inlineBytes(text: string): Uint8Array {
  if (!text.startsWith('base64:')) return encoder.encode(text)
  return Uint8Array.from(atob(text.slice('base64:'.length)), (char) => char.charCodeAt(0))
}

/** Keys, URLs and places by formulas over ranges of numbers. */
function generate(spec: Json, bindings: Bindings, into: Map<string, Reference>): void {
  if (!isObject(spec) || !isObject(spec.dimensions)) throw new Error('an entry of gen has no dimensions')
  for (const numbers of combinations(Object.entries(spec.dimensions))) {
    const all = { ...bindings, ...numbers }
    const text = (name: string) => render(textOf(spec[name], name), all)
    const url = text('url')
    const part = spec.offset === undefined ? {} : { offset: Number(text('offset')), length: Number(text('length')) }
    into.set(text('key'), { url, ...part })
  }
}

function* combinations([first, ...rest]: readonly [string, Json][]): Generator<Record<string, number>> {
  if (!first) {
    yield {}
    return
  }
  const [name, range] = first
  for (const value of valuesOf(range)) for (const others of combinations(rest)) yield { [name]: value, ...others }
}

function valuesOf(range: Json): number[] {
  if (isArray(range)) return range.map(Number)
  if (!isObject(range)) throw new Error('a dimension of gen is no range')
  const { start = 0, stop, step = 1 } = range
  const [from, to, by] = [Number(start), Number(stop), Number(step)]
  if (!(by > 0) || !Number.isFinite(to - from)) throw new Error('a dimension of gen is no range')
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / by)) }, (_, i) => from + i * by)
}

function textOf(value: Json | undefined, what: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw new Error(`${what} is no text`)
}

function sizeOf(value: Json | undefined, key: string): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw new Error(`'${key}' has ${String(value)} for an offset or a length`)
}

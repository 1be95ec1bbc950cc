/** The stores of cases.jsonl, and what comes of reading each. For conformance.test.ts. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isDuration } from '../../src/model/duration.js'
import { isChunkQLError } from '../../src/model/error.js'
import { type Storage, storageBytes } from '../../src/model/schema.js'
import type { Value } from '../../src/model/type.js'
import { openLocation } from '../../src/source/registry.js'
import type { Source } from '../../src/source/source.js'
import { allocateStored, storedCopier } from '../../src/source/unpack.js'
import { readAll } from '../source/read-all.js'

/** As make.py describes it. */
export interface Case {
  readonly section: string
  readonly feature: string
  readonly version: 2 | 3
  readonly by: string
  readonly files: Readonly<Record<string, string>>
  readonly shape?: readonly number[]
  readonly columns?: Readonly<Record<string, Expected>>
  readonly damaged?: true
  readonly unsupported?: true
}

export interface Expected {
  readonly type?: string
  readonly values?: string
  readonly valid?: readonly number[]
  readonly texts?: readonly (string | null)[]
  readonly bytes?: readonly string[]
  readonly lists?: readonly (Expected | null)[]
  /** The shape of each cell, where cells hold several values. */
  readonly list?: readonly number[]
}

export type Outcome = { readonly kind: 'read' } | { readonly kind: 'refused'; readonly why: string }

const file = new URL('../../../test/conformance/cases.jsonl', import.meta.url)

export const cases = readFileSync(file, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line) as Case)

function bytesOf({ files }: Case): [key: string, bytes: Uint8Array][] {
  return Object.entries(files).map(([key, text]) => [key, Buffer.from(text, 'base64')])
}

/** In memory: its chunks are fetched. */
export function asMap(from: Case): Map<string, Uint8Array> {
  return new Map(bytesOf(from).map(([key, bytes]) => [`/${key}`, bytes]))
}

/** A directory: its chunks are read at once. */
export function asDirectory(from: Case, path: string): string {
  mkdirSync(path, { recursive: true })
  for (const [key, bytes] of bytesOf(from)) {
    mkdirSync(join(path, dirname(key)), { recursive: true })
    writeFileSync(join(path, key), bytes)
  }
  return path
}

/** Reads all values. A value that is not what it should be fails the test; so does damage that is not noticed. */
export async function outcomeOf(from: Case, location: string | Map<string, Uint8Array>): Promise<Outcome> {
  let found: Readonly<Record<string, readonly Value[]>>
  try {
    found = await readOnly(await openLocation(location, { nanIsNull: false }))
  } catch (error) {
    assert.ok(isChunkQLError(error), `no error of ours: ${(error as Error).stack}`)
    assert.ok(from.damaged || error.code === 'unsupported', `${error.message}, ${error.where}`)
    assert.ok(['unsupported', 'store'].includes(error.code), `${error.code}: ${error.message}`)
    assert.ok(error.where, `${error.message}: where?`)
    return { kind: 'refused', why: error.message }
  }
  assert.ok(!from.damaged, 'the damage was not noticed')
  assert.ok(!from.unsupported, 'something was read')
  const expected = Object.entries(from.columns ?? {}).map(([name, column]) => [name, valuesOf(column)] as const)
  assert.deepEqual(found, Object.fromEntries(expected))
  return { kind: 'read' }
}

/** All columns of the one table of the store that are no indexes. The array lies at the root: its column has the store's name. */
async function readOnly(source: Source): Promise<Readonly<Record<string, readonly Value[]>>> {
  const [table] = source.schema.tables
  assert.ok(table, 'the store has no table')
  const columns = table.columns.filter(({ role }) => role === 'variable')
  const found: [string, readonly Value[]][] = []
  for (const { name } of columns) {
    const values = await readAll(source, table.name, name)
    found.push([name.replace(/^store\b/, 'x'), values.map(counted)])
  }
  return Object.fromEntries(found)
}

/** Lengths of time as the seconds that all cases count. */
function counted(value: Value): Value {
  return isDuration(value) ? BigInt(value.days) * 86400n + value.micros / 1_000_000n : value
}

function slicesOf(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: bytes.length / size }, (_, i) => bytes.slice(i * size, (i + 1) * size))
}

export function valuesOf({ list, ...flat }: Expected): Value[] {
  return (list ?? []).toReversed().reduce(inLists, flatValues(flat))
}

function inLists(values: readonly Value[], size: number): Value[] {
  return Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size))
}

function flatValues({ type = '', values = '', valid, texts, bytes: blobs, lists }: Expected): Value[] {
  if (lists) return lists.map((list) => list && valuesOf(list))
  if (texts) return [...texts]
  if (blobs) return blobs.map((text) => Uint8Array.from(Buffer.from(text, 'base64')))
  const bytes = Uint8Array.from(Buffer.from(values, 'base64'))
  if (type.startsWith('|V')) return slicesOf(bytes, Number(type.slice(2)))
  const storage = (type === '|b1' ? 'bool' : type.slice(1)) as Storage
  const size = storageBytes[storage]
  const stored = allocateStored(storage, bytes.length / size)
  storedCopier(storage, bytes.buffer)(0, size, stored.length, 0, stored)
  return Array.from(stored as Iterable<number | bigint>, (value, i) =>
    valid?.[i] === 0 ? null : storage === 'bool' ? value === 1 : value,
  )
}

/**
 * Random stores, damaged: an error that names the place, or values that are right as far as anything can tell. Called by
 * scripts/judge.mjs.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { isChunkQLError } from '../../src/model/error.js'
import { findTable } from '../../src/model/schema.js'
import { openLocation } from '../../src/source/registry.js'
import type { Source } from '../../src/source/source.js'
import { randomOf } from '../codec/mutate.js'
import { readAll } from '../source/read-all.js'
import { filesUnder, type RandomStore, withStores } from './stores.js'

export interface DamageReport {
  readonly damaged: number
  /** Damaged stores of which something was refused, and those in which nothing read differs. */
  readonly refused: number
  readonly unharmed: number
  /** Other values were read where nothing could tell: bits flipped without a checksum, metadata that say something else. */
  readonly changed: number
  readonly wrong: readonly { readonly place: string; readonly reason: string }[]
}

type Random = (below: number) => number

/** How bytes are damaged. Those of `length` make them fewer or more, which is to be noticed in every chunk. */
const ways: readonly {
  readonly name: string
  readonly length: boolean
  damage(bytes: Buffer, random: Random): Buffer
}[] = [
  { name: 'cut', length: true, damage: (bytes, random) => bytes.subarray(0, random(bytes.length)) },
  { name: 'cut by a few', length: true, damage: (bytes, random) => bytes.subarray(0, -1 - random(8)) },
  {
    name: 'cut at its front',
    length: true,
    damage: (bytes, random) => bytes.subarray(1 + random(Math.min(40, bytes.length))),
  },
  {
    name: 'longer',
    length: true,
    damage: (bytes, random) => Buffer.concat([bytes, Buffer.alloc(1 + random(9), random(256))]),
  },
  { name: 'empty', length: true, damage: (bytes) => bytes.subarray(0, 0) },
  { name: 'zeros', length: false, damage: (bytes) => Buffer.alloc(bytes.length) },
  { name: 'a stretch of zeros', length: false, damage: zeroSome },
  { name: 'a flipped bit', length: false, damage: flipOne },
  { name: 'a flipped bit', length: false, damage: flipOne },
]

function zeroSome(bytes: Buffer, random: Random): Buffer {
  const at = random(bytes.length)
  return Buffer.from(bytes).fill(0, at, Math.min(bytes.length, at + 1 + random(32)))
}

function flipOne(bytes: Buffer, random: Random): Buffer {
  const copy = Buffer.from(bytes)
  const at = random(bytes.length)
  copy[at] = (copy[at] as number) ^ (1 << random(8))
  return copy
}

const metadataNames = new Set([
  '.zarray',
  '.zattrs',
  '.zgroup',
  '.zmetadata',
  'zarr.json',
  'x.json',
  'x.zip',
  'packed.bin',
])

/** Codecs that tell every change of the bytes before them, and so of the values. */
const guards = /^(numcodecs\.)?(crc32c?|adler32|fletcher32|gzip|zlib|bz2)$/

export async function judgeDamage(
  first: number,
  count: number,
  kind: string | undefined,
  each = 6,
): Promise<DamageReport> {
  const report = { damaged: 0, refused: 0, unharmed: 0, changed: 0 }
  const wrong: { place: string; reason: string }[] = []
  await withStores(first, count, kind, async (store) => {
    const random = randomOf(store.seed)
    const options = { decodeCf: !store.stored, nanIsNull: false }
    const before = await readEach(store, options)
    const files = filesOf(store)
    for (let i = 0; i < each && files.length > 0; i++) {
      const path = files[random(files.length)] as string
      const whole = readFileSync(path)
      if (whole.length === 0) continue
      const way = ways[random(ways.length)] as (typeof ways)[number]
      const bytes = way.damage(whole, random)
      if (bytes.equals(whole)) continue
      writeFileSync(path, bytes)
      const after = await readEach(store, options)
      writeFileSync(path, whole)
      report.damaged++
      const place = `seed ${store.seed} (${store.kind}), ${path.slice(dirname(store.store).length + 1)}, ${way.name}`
      const verdict = verdictOf(before, after, path, way.length, store)
      if (verdict.kind === 'wrong') wrong.push({ place, reason: verdict.reason })
      else report[verdict.kind]++
    }
  })
  return { ...report, wrong }
}

function filesOf(store: RandomStore): string[] {
  return filesUnder(dirname(store.store)).filter((path) => path.startsWith(store.store) || !/x\.zarr\//.test(path))
}

/** By array and column: the values as text, or the error. */
type Reading = ReadonlyMap<string, string | Error>

async function readEach(store: RandomStore, options: Readonly<Record<string, unknown>>): Promise<Reading> {
  const found = new Map<string, string | Error>()
  let source: Source
  try {
    source = await openLocation(store.store, options)
  } catch (error) {
    return new Map([['', error as Error]])
  }
  for (const [path, columns] of Object.entries(store.arrays)) {
    for (const name of Object.keys(columns)) found.set(`${path}\n${name}`, await readOne(source, path, name))
  }
  await source.close()
  return found
}

/** More cells would be honest work of damaged metadata, not a hang. */
const mostCells = 200_000

async function readOne(source: Source, path: string, name: string): Promise<string | Error> {
  try {
    const table = findTable(source.schema, path === '' ? (source.schema.tables[0]?.name ?? '') : path)
    const column = table?.columns.find((each) => each.name === name) ?? table?.columns.at(-1)
    if (!table || !column) return 'gone'
    const cells = table.dims.reduce((product, { size }) => product * size, 1)
    if (cells > mostCells || (column.layout && column.layout.bytes > 8 * mostCells)) return 'larger'
    const values = await readAll(source, table.name, column.name)
    return values.map((value) => textOf(value)).join()
  } catch (error) {
    return error as Error
  }
}

function textOf(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  if (Array.isArray(value)) return `[${value.map(textOf).join()}]`
  return Object.is(value, -0) ? '-0' : typeof value === 'string' ? JSON.stringify(value) : String(value)
}

type Verdict =
  | { readonly kind: 'refused' | 'unharmed' | 'changed' }
  | { readonly kind: 'wrong'; readonly reason: string }

function verdictOf(before: Reading, after: Reading, path: string, length: boolean, store: RandomStore): Verdict {
  const isNew = ([key, value]: [string, string | Error]) =>
    value instanceof Error && !(before.get(key) instanceof Error)
  const errors = [...after].filter(isNew).map(([, error]) => error as Error)
  for (const error of errors) {
    const isOurs = isChunkQLError(error) && ['store', 'unsupported', 'memory', 'io'].includes(error.code)
    if (!isOurs) return { kind: 'wrong', reason: `foreign error: ${error.stack}` }
  }
  const isMetadata = metadataNames.has(basename(path))
  const isNameless = (error: Error) => !(isChunkQLError(error) && error.where?.includes('chunk'))
  const nameless = isMetadata
    ? undefined
    : errors.find((error) => isNameless(error) && !/cannot be read/.test(error.message))
  if (nameless) return { kind: 'wrong', reason: `an error without a place: ${nameless.message}` }
  const differs = [...before].find(
    ([key, value]) => after.has(key) && !(after.get(key) instanceof Error) && after.get(key) !== value,
  )
  if (!differs) return { kind: errors.length > 0 ? 'refused' : 'unharmed' }
  if (isMetadata) return { kind: 'changed' }
  const [array] = differs[0].split('\n') as [string]
  const isGuarded = codecsOf(store, array).some((name) => guards.test(name))
  const reads = `reads ${String(after.get(differs[0])).slice(0, 80)} instead of ${String(differs[1]).slice(0, 80)}`
  if (length || isGuarded) return { kind: 'wrong', reason: `${array}: ${reads}` }
  return { kind: 'changed' }
}

/** The codecs of an array, those in shards too, but for those of their index; of references and archives nothing is told. */
function codecsOf({ store }: RandomStore, array: string): string[] {
  for (const name of ['.zarray', 'zarr.json']) {
    try {
      const text = readFileSync(join(store, array, name), 'utf8').replaceAll(/NaN|-?Infinity/g, '0')
      return namesIn(JSON.parse(text) as Codecs)
    } catch {}
  }
  return []
}

interface Codecs {
  readonly codecs?: readonly (string | { readonly name: string; readonly configuration?: Codecs })[]
  readonly filters?: readonly { readonly id: string }[] | null
  readonly compressor?: { readonly id: string } | null
}

function namesIn({ codecs = [], filters, compressor }: Codecs): string[] {
  const inner = codecs.flatMap((codec) =>
    typeof codec === 'string' ? [codec] : [codec.name, ...namesIn(codec.configuration ?? {})],
  )
  return [...inner, ...(filters ?? []).map(({ id }) => id), ...(compressor ? [compressor.id] : [])]
}

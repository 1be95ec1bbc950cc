/** Random stores, read by ChunkQL and by the libraries that wrote them (test/judge/stores). Called by scripts/judge.mjs. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, type Database } from '../../src/index.js'
import { isDuration } from '../../src/model/duration.js'
import { isChunkQLError } from '../../src/model/error.js'
import { findTable } from '../../src/model/schema.js'
import type { Value } from '../../src/model/type.js'
import { valueText } from '../../src/model/value-text.js'
import { valueAt } from '../../src/model/vector.js'
import { openLocation } from '../../src/source/registry.js'
import { type Expected, valuesOf } from '../conformance/cases.js'
import { readAll } from '../source/read-all.js'

/** A line of expected.jsonl, as generate.py describes it. */
export interface RandomStore {
  readonly seed: number
  readonly kind: string
  readonly store: string
  readonly about: readonly string[]
  /** Stored values are asked for, not what attributes make of them. */
  readonly stored: boolean
  /** Values are those of xarray: NaN is missing, and integers with missing ones are floats. */
  readonly decoded?: boolean
  readonly arrays: Readonly<Record<string, Readonly<Record<string, Column>>>>
}

/** `dates`: texts of a calendar; null where there is none. `within`: microseconds by which times may differ. `duration`: months or microseconds, where lengths of time are read as such. */
type Column = Expected & {
  readonly dates?: readonly (string | null)[]
  readonly within?: number
  readonly duration?: string
}

export interface StoreReport {
  readonly stores: number
  /** Stores of which every array was read as its reference reads it, in every way. */
  readonly right: number
  readonly arrays: number
  /** Stores of which an array was refused, by the reason. */
  readonly refused: ReadonlyMap<string, readonly string[]>
  readonly wrong: readonly { readonly place: string; readonly reason: string; readonly about: string }[]
}

const generator = fileURLToPath(new URL('../../../test/judge/stores/generate.py', import.meta.url))
const batch = 200

/** Calls back with the stores of seeds `first` on, some at a time; they are gone afterwards. */
export async function withStores(
  first: number,
  count: number,
  kind: string | undefined,
  use: (store: RandomStore) => Promise<void>,
): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'chunkql-judge-'))
  try {
    for (let seed = first; seed < first + count; seed += batch) {
      const size = Math.min(batch, first + count - seed)
      const words = [generator, root, String(seed), String(size), ...(kind ? [kind] : [])]
      execFileSync('/usr/bin/python3', words, { stdio: ['ignore', 'ignore', 'inherit'] })
      const lines = readFileSync(join(root, 'expected.jsonl'), 'utf8').split('\n').filter(Boolean)
      for (const line of lines) await use(JSON.parse(line) as RandomStore)
      for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true })
    }
  } finally {
    rmSync(root, { recursive: true, force: true })
  }
}

export async function judgeStores(first: number, count: number, kind?: string): Promise<StoreReport> {
  const db = await connect({ threads: 1, settings: { inline_bytes: '1GB' } })
  const report = { stores: 0, right: 0, arrays: 0 }
  const refused = new Map<string, string[]>()
  const wrong: { place: string; reason: string; about: string }[] = []
  await withStores(first, count, kind, async (store) => {
    const verdict = await judge(store, db)
    report.stores++
    report.arrays += Object.keys(store.arrays).length
    const place = `seed ${store.seed} (${store.kind})`
    for (const { reason, path } of verdict.wrong)
      wrong.push({ place: `${place}, ${path}`, reason, about: aboutOf(store, path) })
    for (const reason of new Set(verdict.refused)) refused.set(reason, [...(refused.get(reason) ?? []), place])
    if (verdict.wrong.length + verdict.refused.length === 0) report.right++
  })
  await db.close()
  return { ...report, refused, wrong }
}

function aboutOf({ about, stored, decoded }: RandomStore, path: string): string {
  const own = path.slice(path.lastIndexOf('/') + 1)
  const found = about.find((line) => line.startsWith(`${path}:`)) ?? about.find((line) => line.startsWith(`${own}:`))
  return `${found ?? about.join('; ')}${stored ? ', as stored' : ''}${decoded ? ', decoded' : ''}`
}

interface Verdict {
  readonly wrong: { path: string; reason: string }[]
  readonly refused: string[]
}

async function judge(store: RandomStore, db: Database): Promise<Verdict> {
  const verdict: Verdict = { wrong: [], refused: [] }
  for (const [way, read] of await waysOf(store, db)) {
    for (const [path, columns] of Object.entries(store.arrays)) {
      for (const [name, expected] of Object.entries(columns)) {
        const reason = await compare(() => read(path, name, expected.dates !== undefined), expected, store)
        if (reason?.refused) verdict.refused.push(reason.text)
        else if (reason) verdict.wrong.push({ path, reason: `${way}, ${name}: ${reason.text}` })
      }
    }
  }
  return verdict
}

type Read = (path: string, column: string, asText: boolean) => Promise<readonly Value[]>

/** By the source from where it lies and from memory, and by queries. */
async function waysOf(store: RandomStore, db: Database): Promise<[string, Read][]> {
  const keepNaN = store.decoded ? {} : { nanIsNull: false }
  const options = { decodeCf: !store.stored, ...keepNaN }
  const ways: [string, Read][] = [['read', bySource(store.store, options)]]
  if (statSync(store.store).isDirectory()) ways.push(['fetched', bySource(asMap(store.store), options)])
  ways.push(['asked', byQuery(store, db)])
  return ways
}

function bySource(location: unknown, options: Readonly<Record<string, unknown>>): Read {
  const opening = openLocation(location, options)
  opening.catch(() => undefined)
  return async (path, name, asText) => {
    const source = await opening
    const table = findTable(source.schema, path === '' ? (source.schema.tables[0]?.name ?? '') : path)
    if (!table) throw new Error(`no table of ${source.schema.tables.map((each) => each.name).join(', ')}`)
    const isSame = (each: string) => each === name || (path === '' && each.replace(/^store\b/, 'x') === name)
    const column = table.columns.find((each) => isSame(each.name))
    if (!column) throw new Error(`no column of ${table.columns.map((each) => each.name).join(', ')}`)
    const values = await readAll(source, table.name, column.name)
    return asText ? values.map((value) => (value === null ? null : withZeros(valueText(column.type, value)))) : values
  }
}

/** TIMESTAMP is printed without zeros at its end. */
function withZeros(text: string): string {
  return text.replace(/\.\d+$/, (digits) => digits.padEnd(7, '0'))
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

function byQuery(store: RandomStore, db: Database): Read {
  const ready = (async () => {
    await db.query('DETACH s').catch(() => undefined)
    await db.query(`SET decode_cf = ${!store.stored}`)
    await db.query(`SET nan_is_null = ${store.decoded === true}`)
    await db.attach('s', store.store)
  })()
  ready.catch(() => undefined)
  return async (path, name, asText) => {
    await ready
    const from = path === '' ? 's' : `s.${quoted(path)}`
    const column = quoted(name)
    const { batches } = await db.run(`SELECT ${asText ? `CAST(${column} AS VARCHAR)` : column} FROM ${from}`)
    const values: Value[] = []
    for await (const { columns, length } of batches) {
      const [vector] = columns
      if (vector) for (let row = 0; row < length; row++) values.push(valueAt(vector, row))
    }
    return asText ? values.map((value) => (typeof value === 'string' ? withZeros(value) : value)) : values
  }
}

function asMap(root: string): Map<string, Uint8Array> {
  return new Map(filesUnder(root).map((path) => [`/${relative(root, path)}`, readFileSync(path)]))
}

export function filesUnder(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

async function compare(read: () => Promise<readonly Value[]>, expected: Column, { decoded, stored }: RandomStore) {
  let found: readonly Value[]
  try {
    found = (await read()).map(inOne)
  } catch (error) {
    if (!isChunkQLError(error)) return { refused: false, text: `${(error as Error).stack}` }
    const text = `${error.code}: ${error.message}`
    return { refused: error.code === 'unsupported', text }
  }
  const { duration } = expected
  const wanted = expected.dates ?? valuesOf(duration && !stored ? { ...expected, values: duration } : expected)
  if (found.length !== wanted.length)
    return { refused: false, text: `${found.length} values instead of ${wanted.length}` }
  const at = wanted.findIndex((value, i) => {
    const own = found[i] as Value
    return !(same(own, value, decoded === true) || (expected.within && isNear(own, value, expected.within)))
  })
  if (at < 0) return undefined
  return {
    refused: false,
    text: `value ${at} is ${shown(found[at] as Value)} instead of ${shown(wanted[at] as Value)}`,
  }
}

/** Of a length of time that has months or days and microseconds, their number. */
function inOne(value: Value): Value {
  if (Array.isArray(value)) return value.map(inOne)
  if (!isDuration(value)) return value
  return value.months !== 0 ? BigInt(value.months) : BigInt(value.days) * 86_400_000_000n + value.micros
}

function same(found: Value, wanted: Value, decoded: boolean): boolean {
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      wanted.every((item, i) => same(found[i] as Value, item, decoded))
    )
  }
  if (wanted instanceof Uint8Array) {
    return found instanceof Uint8Array && found.length === wanted.length && wanted.every((byte, i) => byte === found[i])
  }
  if (Object.is(found, wanted)) return true
  if (!decoded || typeof wanted !== 'number') return false
  return Number.isNaN(wanted) ? found === null : Number(found) === wanted && typeof found === 'bigint'
}

/** Of times, also as texts. */
function isNear(found: Value, wanted: Value, within: number): boolean {
  if (typeof found === 'bigint' && typeof wanted === 'bigint') return Math.abs(Number(found - wanted)) <= within
  if (typeof found !== 'string' || typeof wanted !== 'string') return false
  const [own, other] = [found, wanted].map((text) => {
    const [, date, seconds] = /^(.*:)([\d.]+)$/.exec(text) ?? []
    return { date, micros: Math.round(Number(seconds) * 1e6) }
  }) as [{ date: string; micros: number }, { date: string; micros: number }]
  return own.date === other.date && Math.abs(own.micros - other.micros) <= within
}

function shown(value: Value): string {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return `[${value.map((each) => shown(each as Value)).join()}]`
  return typeof value === 'string' ? JSON.stringify(value) : Object.is(value, -0) ? '-0' : String(value)
}

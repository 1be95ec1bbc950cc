/** The central directory of a zip archive: where its entries lie. Of archives beyond 4 GB and 65,535 entries, too. Called by zip.ts. */
import { ChunkQLError } from '../../../model/error.js'
import type { StoredObject } from './object.js'
import { type Origin, originOf } from './origin.js'

export interface ZipEntry {
  /** Of the header before the bytes. */
  readonly offset: number
  /** Bytes as they are stored. */
  readonly packed: number
  readonly length: number
  readonly isDeflated: boolean
  readonly crc: number
}

export interface ZipDirectory {
  readonly entries: ReadonlyMap<string, ZipEntry>
  /** Where it begins: no entry lies behind it. */
  readonly start: number
  /** Of the archive that it was read of. */
  readonly origin: Origin | undefined
}

const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locatorSignature = 0x07064b50
const entrySignature = 0x02014b50
const endBytes = 22
/** Before the bytes of an entry, without its name and its extra field. */
export const headerBytes = 30
const locatorBytes = 20
/** The end record, its comment at the longest, and the locator before it. */
const tailBytes = endBytes + 0xffff + locatorBytes

export async function readDirectory(archive: StoredObject): Promise<ZipDirectory> {
  const size = await archive.size()
  if (size === undefined) throw new ChunkQLError('io', `there is no file '${archive.location}'`)
  const tailStart = Math.max(0, size - tailBytes)
  const tail = await bytesAt(archive, tailStart, size - tailStart)
  const { offset, length } = await findDirectory(archive, tail, tailStart)
  if (offset + length > size) throw damaged(archive, 'its directory lies beyond its end: it was cut off')
  const isInTail = offset >= tailStart
  const bytes = isInTail
    ? tail.subarray(offset - tailStart, offset - tailStart + length)
    : await bytesAt(archive, offset, length)
  const entries = entriesOf(archive, bytes)
  for (const [name, entry] of entries) {
    if (entry.offset + headerBytes + entry.packed > offset)
      throw damaged(archive, `'${name}' lies beyond the directory`)
  }
  return { entries, start: offset, origin: originOf(tail) }
}

async function bytesAt(archive: StoredObject, offset: number, length: number): Promise<Uint8Array> {
  const bytes = await archive.get({ offset, length })
  if (!bytes) throw damaged(archive, 'it is no longer there')
  return bytes
}

interface Extent {
  readonly offset: number
  readonly length: number
}

async function findDirectory(archive: StoredObject, tail: Uint8Array, tailStart: number): Promise<Extent> {
  const view = viewOf(tail)
  for (let at = tail.length - endBytes; at >= 0; at--) {
    if (view.getUint32(at, true) !== endSignature || at + endBytes + view.getUint16(at + 20, true) !== tail.length)
      continue
    const locator = at - locatorBytes
    if (locator >= 0 && view.getUint32(locator, true) === locatorSignature) {
      return findDirectory64(archive, number64(view, locator + 8), tailStart + locator)
    }
    return { offset: view.getUint32(at + 16, true), length: view.getUint32(at + 12, true) }
  }
  throw damaged(archive, 'it has no directory: it is no zip archive, or was cut off')
}

async function findDirectory64(archive: StoredObject, offset: number, past: number): Promise<Extent> {
  if (offset + 56 > past) throw damaged(archive, 'its directory lies beyond its end')
  const view = viewOf(await bytesAt(archive, offset, 56))
  if (view.getUint32(0, true) !== end64Signature)
    throw damaged(archive, 'the end of its directory is not where it should be')
  return { offset: number64(view, 48), length: number64(view, 40) }
}

function entriesOf(archive: StoredObject, bytes: Uint8Array): Map<string, ZipEntry> {
  const view = viewOf(bytes)
  const decoder = new TextDecoder()
  const entries = new Map<string, ZipEntry>()
  for (let at = 0; at < bytes.length; ) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== entrySignature)
      throw damaged(archive, 'its directory is damaged')
    const nameLength = view.getUint16(at + 28, true)
    const extraLength = view.getUint16(at + 30, true)
    const name = decoder.decode(bytes.subarray(at + 46, at + 46 + nameLength))
    // Directories have entries, too.
    if (!name.endsWith('/')) entries.set(name, entryAt(archive, name, view, at, at + 46 + nameLength, extraLength))
    at += 46 + nameLength + extraLength + view.getUint16(at + 32, true)
  }
  return entries
}

function entryAt(
  archive: StoredObject,
  name: string,
  view: DataView,
  at: number,
  extra: number,
  extraLength: number,
): ZipEntry {
  const flags = view.getUint16(at + 8, true)
  const method = view.getUint16(at + 10, true)
  if (flags & 1) throw refused(archive, `'${name}' is encrypted`)
  if (method !== 0 && method !== 8)
    throw refused(archive, `'${name}' is packed by method ${method}, neither stored nor deflated`)
  const short = [view.getUint32(at + 24, true), view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
  const [length, packed, offset] = withLong(short, view, extra, extraLength) as [number, number, number]
  return { offset, packed, length, isDeflated: method === 8, crc: view.getUint32(at + 16, true) }
}

/** Numbers that do not fit 32 bits stand in the extra field 1, in this order. */
function withLong(short: readonly number[], view: DataView, extra: number, extraLength: number): number[] {
  if (!short.includes(0xffffffff)) return [...short]
  for (let at = extra; at + 4 <= extra + extraLength; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue
    let next = at + 4
    return short.map((value) => {
      if (value !== 0xffffffff) return value
      next += 8
      return number64(view, next - 8)
    })
  }
  return [...short]
}

function number64(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true))
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}

export function damaged({ location }: StoredObject, what: string): ChunkQLError {
  return new ChunkQLError('store', `'${location}' cannot be read: ${what}`)
}

function refused({ location }: StoredObject, what: string): ChunkQLError {
  return new ChunkQLError('unsupported', `'${location}' cannot be read: ${what}`)
}

/** A zip archive as a store, local or behind a URL: of a remote one only the directory and the entries asked for are fetched. */
import { inflateEntry, verifyEntry } from '../../../codec/zip-entry.js'
import { type Fingerprints, noFingerprints, sameFingerprint, setMissing, setParts } from '../../../model/fingerprint.js'
import { type Part, partWithin } from '../../../platform/node/files.js'
import type { FetchOptions } from '../../source.js'
import type { Place, Store } from '../store.js'
import { listing } from './listing.js'
import type { StoredObject } from './object.js'
import { isReplaced, noteOrigin, type Origin, originOf } from './origin.js'
import { damaged, headerBytes, readDirectory, type ZipEntry } from './zip-directory.js'

const headerSignature = 0x04034b50
/** The extra field before the bytes need not be as long as that in the directory; mostly it is no longer than this. */
const usualExtra = 64

export async function zipStore(archive: StoredObject): Promise<Store> {
  const opened = await archive.fingerprint()
  const { entries, start, origin } = await readDirectory(archive)
  const list = listing(entries.keys())
  const { read } = archive

  /** Bytes of a header, and after it as much of the entry as can be known to be there. */
  const roomFor = (entry: ZipEntry, key: string): number =>
    Math.min(start - entry.offset, headerBytes + 3 * key.length + usualExtra + entry.packed)

  /** Of the archive whose directory was read, or an error. */
  function checked(found: Origin | undefined): void {
    if (!isReplaced(origin, found)) return
    throw damaged(archive, 'it was replaced or written to since it was opened: attach it again')
  }

  async function part(wanted: Part, options: FetchOptions | undefined): Promise<Uint8Array> {
    const bytes = await archive.get(wanted, options)
    if (!bytes) throw damaged(archive, 'it is no longer there')
    checked(originOf(bytes))
    return bytes
  }

  /** Where the bytes begin, counted from the header. */
  function dataAt(header: Uint8Array): number {
    const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
    if (header.length < headerBytes || view.getUint32(0, true) !== headerSignature)
      throw damaged(archive, 'an entry is not where it should be')
    return headerBytes + view.getUint16(26, true) + view.getUint16(28, true)
  }

  async function get(key: string, options?: FetchOptions): Promise<Uint8Array | undefined> {
    const entry = entries.get(key)
    if (!entry) return undefined
    const fetched = await part({ offset: entry.offset, length: roomFor(entry, key) }, options)
    const at = dataAt(fetched)
    const isWhole = at + entry.packed <= fetched.length
    const packed = isWhole
      ? fetched.subarray(at, at + entry.packed)
      : await part({ offset: entry.offset + at, length: entry.packed }, options)
    const bytes = entry.isDeflated ? inflateEntry(packed, entry.length) : packed
    verifyEntry(bytes, entry.crc)
    return bytes
  }

  async function getRange(key: string, wanted: Part, options?: FetchOptions): Promise<Uint8Array | undefined> {
    const entry = entries.get(key)
    if (!entry) return undefined
    const { offset, length } = partWithin(entry.length, wanted)
    const ofEntry = { size: entry.length }
    if (entry.isDeflated) {
      const whole = await get(key, options)
      return whole && noteOrigin(whole.subarray(offset, offset + length), ofEntry)
    }
    const header = await part({ offset: entry.offset, length: headerBytes }, options)
    return noteOrigin(await part({ offset: entry.offset + dataAt(header) + offset, length }, options), ofEntry)
  }

  function readNow(key: string, place: Place, part?: Part): number | undefined {
    const entry = entries.get(key)
    if (!entry || !read) return undefined
    const header = new Uint8Array(headerBytes)
    const keepHeader = (_: number, found?: Origin) => {
      checked(found)
      return header
    }
    read(keepHeader, { offset: entry.offset, length: headerBytes })
    const at = entry.offset + dataAt(header)
    const { offset, length } = partWithin(entry.length, part)
    if (!entry.isDeflated) {
      let target = header
      const keep = (bytes: number) => {
        target = place(bytes, { size: entry.length }) as Uint8Array<ArrayBuffer>
        return target
      }
      read(keep, { offset: at + offset, length })
      if (!part) verifyEntry(target, entry.crc)
      return length
    }
    const packed = new Uint8Array(entry.packed)
    read(() => packed, { offset: at, length: entry.packed })
    const bytes = inflateEntry(packed, entry.length)
    verifyEntry(bytes, entry.crc)
    place(length, { size: entry.length }).set(bytes.subarray(offset, offset + length))
    return length
  }

  /** Entries are those of the archive that was opened: of another one nothing is known. */
  function entryPrints(keys: readonly string[], now: Fingerprints): Fingerprints {
    const found = noFingerprints(keys.length)
    if (!sameFingerprint(opened, 0, now, 0)) return found
    for (const [i, key] of keys.entries()) {
      const entry = entries.get(key)
      if (entry) setParts(found, i, now, `${entry.crc} ${entry.length}`)
      else setMissing(found, i)
    }
    return found
  }

  return {
    name: archive.name.replace(/\.zip$/i, ''),
    location: archive.location,
    get,
    getRange,
    size: async (key) => entries.get(key)?.length,
    identity: archive.identity,
    fingerprints(keys, options) {
      const now = archive.fingerprint(options)
      return now instanceof Promise ? now.then((each) => entryPrints(keys, each)) : entryPrints(keys, now)
    },
    list: async (prefix) => list(prefix),
    ...(read ? { read: readNow } : {}),
  }
}

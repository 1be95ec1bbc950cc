/**
 * Many small contents in few files, by tags: what belongs to one name is appended to files of that name, a batch at a time.
 * Any number of processes may read and append at once, and be killed meanwhile: what is torn or damaged is passed over.
 * Called by execute/partial-cache.ts.
 */
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { OldestOut, onDisk, remove } from './oldest-out.js'

export interface Entry {
  /** Bytes as a string of characters below 256: whatever has the same tag has the same content. */
  readonly tag: string
  readonly bytes: Uint8Array
}

export interface Pack {
  get(tag: string): Uint8Array | undefined
  /** Appends what is not there yet. What cannot be written is not kept. */
  put(entries: readonly Entry[]): void
}

/** Packs of one directory, within a size. */
export interface Packs {
  /** `name`: letters and digits. */
  open(name: string): Pack
}

/**
 * A batch: the magic, the length of its list and of the contents behind it, a checksum of these and the list; the list, with
 * small contents in it; the larger contents.
 */
const magic = Buffer.from([
  0x93, 0x43, 0x51, 0x4c, 0x0d, 0x0a, 0x1a, 0xb7, 0x5e, 0x21, 0xd4, 0x70, 0x02, 0xc9, 0x6b, 0xf8,
])
const sumBytes = 16
const headBytes = magic.length + 12 + sumBytes
/** Larger ones are read when they are wanted, and have a checksum of their own. */
const mostInList = 4096
const diskBlock = 4096
/** A file that takes a larger share of the whole is not appended to: the oldest go out file by file. */
const fileShare = 1 / 8
const mostFileBytes = 2 ** 25
/** Bytes of lists that are held, a few times over, by who reads: of more, what is in older files is not found. */
const mostListed = 2 ** 27
/** Bytes that are looked through at once for the next batch behind a torn one. */
const seekBytes = 2 ** 20

/** Throws what the system says where the directory cannot be made. */
export function openPacks(directory: string, size: number): Packs {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const bound = new OldestOut(directory, size, diskBlock)
  return { open: (name) => new PackFiles(directory, name, size, bound) }
}

/** Where a content is: in a list, or behind it. */
type Place = { readonly file: PackFile } & (
  | { readonly bytes: Buffer }
  | { readonly at: number; readonly length: number; readonly sum: Buffer }
)

interface PackFile {
  readonly path: string
  readonly number: number
  /** Bytes that were looked through. */
  read: number
  isUsed: boolean
}

class PackFiles implements Pack {
  readonly #places = new Map<string, Place>()
  readonly #files = new Map<string, PackFile>()
  #listed = 0

  constructor(
    readonly directory: string,
    readonly name: string,
    readonly size: number,
    readonly bound: OldestOut,
  ) {
    this.#refresh()
  }

  get(tag: string): Uint8Array | undefined {
    const place = this.#places.get(tag)
    if (!place) return undefined
    touch(place.file)
    if ('bytes' in place) return place.bytes
    const bytes = readPart(place.file.path, place.at, place.length)
    return bytes && sumOf(bytes).equals(place.sum) ? bytes : undefined
  }

  put(entries: readonly Entry[]): void {
    if (entries.length === 0) return
    // What others have kept meanwhile need not be kept again.
    this.#refresh()
    const fresh = entries.filter(({ tag }) => this.get(tag) === undefined)
    const bytes = batchOf(fresh)
    if (fresh.length === 0 || bytes.length > this.size) return
    const path = this.#current()
    try {
      appendFileSync(path, bytes, { mode: 0o600 })
    } catch {
      // A full disk is no reason to fail a query. What was written of it is passed over by who reads.
      if (statSync(path, { throwIfNoEntry: false })?.size === 0) remove(path)
      return
    }
    this.#refresh()
    this.bound.wrote(onDisk(bytes.length, diskBlock))
  }

  /** The file to append to. */
  #current(): string {
    const last = [...this.#files.values()].reduce<PackFile | undefined>(
      (found, file) => (found && found.number > file.number ? found : file),
      undefined,
    )
    const most = Math.min(mostFileBytes, this.size * fileShare)
    const bytes = last ? (statSync(last.path, { throwIfNoEntry: false })?.size ?? 0) : 0
    const number = (last?.number ?? 0) + (bytes > most ? 1 : 0)
    return join(this.directory, `${this.name}.${number}.pack`)
  }

  /** Takes in what was appended since the last time. */
  #refresh(): void {
    for (const [path, number] of filesOf(this.directory, this.name).reverse()) {
      const file = this.#files.get(path) ?? { path, number, read: 0, isUsed: false }
      this.#files.set(path, file)
      withFile(path, (fd, size) => {
        // Somebody took the file out, and began it anew.
        if (size < file.read) file.read = 0
        if (size > file.read && this.#listed < mostListed) file.read = this.#list(file, fd, size)
      })
    }
  }

  /** Lists the batches from where the last look ended; returns where this one does. */
  #list(file: PackFile, fd: number, size: number): number {
    let at = file.read
    while (at < size) {
      const batch = batchAt(fd, at, size)
      if (batch) {
        this.#enter(file, batch)
        // Where it is torn, the next one begins before its end.
        const isWhole = batch.end === size || (batch.end < size && isMagic(fd, batch.end))
        at = isWhole ? batch.end : (seek(fd, batch.contents, size) ?? size)
      } else {
        const next = seek(fd, at + 1, size)
        // It may be under way.
        if (next === undefined) return at
        at = next
      }
    }
    return at
  }

  #enter(file: PackFile, { list, contents }: Batch): void {
    let at = 0
    let outside = contents
    this.#listed += list.length
    while (at + 6 <= list.length) {
      const [tagLength, length] = [list.readUInt16LE(at), list.readUInt32LE(at + 2)]
      const tag = list.toString('latin1', at + 6, at + 6 + tagLength)
      at += 6 + tagLength
      if (length <= mostInList) {
        this.#places.set(tag, { file, bytes: list.subarray(at, at + length) })
        at += length
      } else {
        this.#places.set(tag, { file, at: outside, length, sum: list.subarray(at, at + sumBytes) })
        at += sumBytes
        outside += length
      }
    }
  }
}

interface Batch {
  readonly list: Buffer
  /** Where the larger contents begin, and where the batch ends. */
  readonly contents: number
  readonly end: number
}

function batchOf(entries: readonly Entry[]): Buffer {
  const list: Uint8Array[] = []
  const contents: Uint8Array[] = []
  for (const { tag, bytes } of entries) {
    const head = Buffer.allocUnsafe(6 + tag.length)
    head.writeUInt16LE(tag.length, 0)
    head.writeUInt32LE(bytes.length, 2)
    head.write(tag, 6, 'latin1')
    list.push(head)
    if (bytes.length <= mostInList) list.push(bytes)
    else {
      list.push(sumOf(bytes))
      contents.push(bytes)
    }
  }
  const listed = Buffer.concat(list)
  const lengths = Buffer.alloc(12)
  lengths.writeUInt32LE(listed.length, 0)
  lengths.writeDoubleLE(
    contents.reduce((sum, { length }) => sum + length, 0),
    4,
  )
  return Buffer.concat([magic, lengths, sumOf(lengths, listed), listed, ...contents])
}

/** Undefined where none begins, or its list is not what was written. */
function batchAt(fd: number, at: number, size: number): Batch | undefined {
  const head = readFrom(fd, at, headBytes)
  if (!head?.subarray(0, magic.length).equals(magic)) return undefined
  const lengths = head.subarray(magic.length, magic.length + 12)
  const length = lengths.readUInt32LE(0)
  const contents = at + headBytes + length
  if (contents > size) return undefined
  const list = readFrom(fd, at + headBytes, length)
  if (!list || !sumOf(lengths, list).equals(head.subarray(headBytes - sumBytes))) return undefined
  return { list, contents, end: contents + lengths.readDoubleLE(4) }
}

function isMagic(fd: number, at: number): boolean {
  return readFrom(fd, at, magic.length)?.equals(magic) === true
}

/** Where the next batch may begin. */
function seek(fd: number, from: number, size: number): number | undefined {
  for (let at = from; at < size; at += seekBytes) {
    const length = Math.min(seekBytes + magic.length - 1, size - at)
    const found = readFrom(fd, at, length)?.indexOf(magic) ?? -1
    if (found >= 0) return at + found
  }
  return undefined
}

function sumOf(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest().subarray(0, sumBytes)
}

/** The files of a name, in their order. */
function filesOf(directory: string, name: string): [path: string, number: number][] {
  let names: string[] = []
  try {
    names = readdirSync(directory)
  } catch {
    // Somebody took it away.
  }
  return names
    .filter((each) => each.startsWith(`${name}.`) && each.endsWith('.pack'))
    .map((each): [string, number] => [join(directory, each), Number(each.slice(name.length + 1, -5))])
    .sort(([, a], [, b]) => a - b)
}

function withFile<T>(path: string, work: (fd: number, size: number) => T): T | undefined {
  try {
    const fd = openSync(path, 'r')
    try {
      return work(fd, fstatSync(fd).size)
    } finally {
      closeSync(fd)
    }
  } catch {
    return undefined
  }
}

function readPart(path: string, at: number, length: number): Buffer | undefined {
  return withFile(path, (fd) => readFrom(fd, at, length))
}

/** Undefined where there are fewer bytes. */
function readFrom(fd: number, at: number, length: number): Buffer | undefined {
  const bytes = Buffer.allocUnsafe(length)
  for (let done = 0; done < length; ) {
    const count = readSync(fd, bytes, done, length - done, at + done)
    if (count === 0) return undefined
    done += count
  }
  return bytes
}

/** What is used stays longest. */
function touch(file: PackFile): void {
  if (file.isUsed) return
  file.isUsed = true
  try {
    const now = new Date()
    utimesSync(file.path, now, now)
  } catch {
    // Somebody took it out.
  }
}

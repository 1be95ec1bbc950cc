/** The chunks of one array: where they lie, how they are fetched and decoded. Made by open.ts, called by the executor. */
import type { Chain } from '../../codec/chain.js'
import type { Span } from '../../codec/codec.js'
import type { Machine } from '../../kernel/machine.js'
import { ChunkQLError, isChunkQLError } from '../../model/error.js'
import { cellCount, type Layout, storageBytes } from '../../model/schema.js'
import type { ByteRange, ChunkedColumn, Fetched, FetchOptions } from '../source.js'
import { storedView } from '../unpack.js'
import { cellBytes, chunkKey, type ZarrArray } from './array.js'
import { firstGregorian } from './calendar.js'
import { type Decoding, missingTruth } from './convention.js'
import type { Store } from './store.js'

export interface ZarrColumn extends ChunkedColumn {
  /** As `decode`, for readers that can show all dates of the standard calendar. */
  decodeAnyDate(fetched: Fetched, machine: Machine, out: number, range: ByteRange): void
  /** A chunk of text, whose length only its bytes tell; undefined where it does not exist. The bytes are a copy. */
  decodeText(fetched: Fetched, machine: Machine, range: ByteRange): Uint8Array | undefined
}

/** `layout` is what the bytes are decoded to; for text it only tells the chunk's shape. */
export function chunkedColumn(
  store: Store,
  array: ZarrArray,
  decoding: Decoding,
  layout: Layout,
  chain: Chain,
): ZarrColumn {
  const arrayName = array.path === '' ? store.name : `${store.name}/${array.path}`
  const prefix = array.path === '' ? '' : `${array.path}/`
  const fill = fillBytes(array)
  const finish = decoding.truth && asTruths(layout, decoding.truth)
  const check = dateCheck(decoding, layout)

  function inChunk(key: string, error: unknown): ChunkQLError {
    const where = `${arrayName}, chunk ${key.slice(prefix.length)}`
    if (!isChunkQLError(error)) return new ChunkQLError('store', (error as Error).message, { where })
    return new ChunkQLError(error.code, error.message, { ...error.toData(), where })
  }

  /** Without its metadata the array was moved or removed: then a chunk that is not there is no fill value. */
  function absent(isThere: boolean): null {
    if (isThere) return null
    throw new Error('the array is no longer there')
  }

  const isThere = recently(async () => !store.changes || (await store.size(array.metadataKey)) !== undefined)

  /** Where `length` encoded bytes go: those of raw chunks straight to where decoded ones belong. */
  function placeOf(length: number, machine: Machine, out: number | undefined): number {
    const isRaw = chain.names.length === 0 && length === layout.bytes
    return isRaw && out !== undefined ? out : machine.allocate(length)
  }

  function inMachine(fetched: Exclude<Fetched, null>, machine: Machine, out: number | undefined): Span {
    if (!(fetched instanceof Uint8Array)) return fetched
    const address = placeOf(fetched.length, machine, out)
    machine.bytes.set(fetched, address)
    return { address, length: fetched.length }
  }

  function read({ key }: ByteRange, machine: Machine, out?: number): Fetched {
    try {
      let address = 0
      const length = store.read?.(key, (bytes) => {
        address = placeOf(bytes, machine, out)
        return machine.bytes.subarray(address, address + bytes)
      })
      return length === undefined ? absent(store.has?.(array.metadataKey) ?? true) : { address, length }
    } catch (error) {
      throw inChunk(key, error)
    }
  }

  async function fetch({ key }: ByteRange, options?: FetchOptions): Promise<Uint8Array | null> {
    try {
      return (await store.get(key, options)) ?? absent(await isThere())
    } catch (error) {
      throw inChunk(key, error)
    }
  }

  function decode(fetched: Fetched, machine: Machine, out: number, range: ByteRange, check?: AfterDecoding): void {
    const mark = machine.mark()
    try {
      if (!fetched) fillChunk(fill, layout.bytes, machine, out)
      else chain.decode(inMachine(fetched, machine, out), { address: out, length: layout.bytes }, machine)
      finish?.(machine, out)
      check?.(machine, out)
    } catch (error) {
      throw inChunk(range.key, error)
    } finally {
      machine.release(mark)
    }
  }

  return {
    layout,
    name: arrayName,
    locate: (index) => ({ key: prefix + chunkKey(array.keys, index) }),
    ...(store.read ? { read } : {}),
    fetch,
    decode: (fetched, machine, out, range) => decode(fetched, machine, out, range, check),
    decodeAnyDate: (fetched, machine, out, range) => decode(fetched, machine, out, range),
    decodeText(fetched, machine, range) {
      if (!fetched) return undefined
      try {
        const { address, length } = chain.decodeAny(inMachine(fetched, machine, undefined), machine)
        return machine.bytes.slice(address, address + length)
      } catch (error) {
        throw inChunk(range.key, error)
      }
    },
  }
}

/** Whether an array is still there is asked once for many chunks that are not. */
const recentMs = 5000

function recently(ask: () => Promise<boolean>): () => Promise<boolean> {
  let asked = Number.NEGATIVE_INFINITY
  let answer: Promise<boolean> | undefined
  return () => {
    if (!answer || performance.now() - asked > recentMs) {
      asked = performance.now()
      answer = ask()
      answer.catch(() => {
        answer = undefined
      })
    }
    return answer
  }
}

/** The bytes of one cell with the fill value, as they are after decoding. */
function fillBytes(array: ZarrArray): Uint8Array {
  const { dataType, fill } = array
  const bytes = new Uint8Array(Math.max(1, cellBytes(dataType)))
  const view = new DataView(bytes.buffer)
  if (fill === undefined || fill === '') return bytes
  if (dataType.kind === 'datetime') view.setBigInt64(0, BigInt(fill), true)
  if (dataType.kind === 'number') writeNumber(view, dataType.storage, fill)
  if (dataType.kind === 'fixedText') writeText(view, dataType.encoding, String(fill))
  return bytes
}

function writeNumber(view: DataView, storage: Layout['storage'], fill: number | bigint | boolean | string): void {
  const size = storageBytes[storage]
  if (storage === 'f4') view.setFloat32(0, Number(fill), true)
  else if (storage === 'f8') view.setFloat64(0, Number(fill), true)
  else {
    const bits = BigInt.asUintN(8 * size, BigInt(fill))
    for (let i = 0; i < size; i++) view.setUint8(i, Number((bits >> BigInt(8 * i)) & 0xffn))
  }
}

function writeText(view: DataView, encoding: 'utf32' | 'bytes', fill: string): void {
  const points = [...fill].map((char) => char.codePointAt(0) ?? 0)
  for (const [i, point] of points.entries()) {
    if (encoding === 'utf32' && 4 * i < view.byteLength) view.setUint32(4 * i, point, true)
    if (encoding === 'bytes' && i < view.byteLength) view.setUint8(i, point)
  }
}

/** The written part doubles until the chunk is full. */
function fillChunk(fill: Uint8Array, length: number, machine: Machine, out: number): void {
  const { bytes } = machine
  bytes.set(fill.subarray(0, length), out)
  for (let done = fill.length; done < length; done *= 2) {
    bytes.copyWithin(out + done, out, out + Math.min(done, length - done))
  }
}

type AfterDecoding = (machine: Machine, out: number) => void

/** Bytes that are read as booleans: any value but 0 is true. */
function asTruths(layout: Layout, missing: readonly number[]): AfterDecoding {
  const truths = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte !== 0))
  for (const value of missing) truths[value & 255] = missingTruth
  return ({ bytes }, out) => {
    for (let i = out; i < out + layout.bytes; i++) bytes[i] = truths[bytes[i] as number] as number
  }
}

function dateCheck({ time }: Decoding, layout: Layout): AfterDecoding | undefined {
  if (layout.unpack.kind !== 'time' || time?.denominator !== 1n) return undefined
  const least = time.calendar === 'standard' ? Number(firstGregorian) : -(2 ** 63)
  const cells = cellCount(layout.chunk)
  return (machine, out) => checkTimes(layout, storedView(layout.storage, machine.memory.buffer, out, cells), least)
}

/** Julian dates and times past the ends of TIMESTAMP are refused where they would be read as something else. */
function checkTimes(layout: Layout, stored: ArrayLike<number | bigint>, least: number): void {
  if (layout.unpack.kind !== 'time') return
  const { step, epoch } = layout.unpack
  const base = Number(epoch)
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] as number | bigint
    const time = Number(value) * step + base
    if ((time < least || time > 2 ** 63) && !layout.missing.includes(value)) throw outOfCalendar(value)
  }
}

function outOfCalendar(value: number | bigint): ChunkQLError {
  return new ChunkQLError(
    'unsupported',
    `the time ${value} lies before 1582-10-15 in the standard calendar, or beyond the range of TIMESTAMP`,
    { hint: 'such dates are read from one-dimensional coordinates only' },
  )
}

/** The chunks of one array: where they lie, how they are fetched and decoded. Made by open.ts, called by the executor. */
import type { Chain } from '../../codec/chain.js'
import type { Span } from '../../codec/codec.js'
import type { Machine } from '../../kernel/machine.js'
import { ChunkQLError, isChunkQLError } from '../../model/error.js'
import type { Fingerprints } from '../../model/fingerprint.js'
import type { Portion } from '../../model/portion.js'
import { cellCount, type Layout } from '../../model/schema.js'
import type { Value } from '../../model/type.js'
import type { ByteRange, ChunkedColumn, Fetched, FetchOptions, KeptTexts, Room } from '../source.js'
import type { ZarrArray } from './array.js'
import type { ChunkFiles } from './chunk-files.js'
import { complexMask } from './complex.js'
import type { Decoding } from './convention.js'
import { datePreparation } from './dates.js'
import { byteSwap } from './fields.js'
import { fillBytes } from './fill.js'
import { chunkFingerprints } from './fingerprints.js'
import type { Store } from './store.js'
import { type Kept, readVariable, sameInAll, type Variable, variableBytes, variableLists } from './variable.js'
import { readTexts, sameText, stringsOf } from './variable-texts.js'

/** `layout` is what the bytes are decoded to; for text it only tells the chunk's shape. */
export function chunkedColumn(
  store: Store,
  array: ZarrArray,
  decoding: Decoding,
  layout: Layout,
  files: ChunkFiles,
  chain: Chain,
): ChunkedColumn {
  const arrayName = array.path === '' ? store.name : `${store.name}/${array.path}`
  const prefix = array.path === '' ? '' : `${array.path}/`
  const whole = array.field?.whole ?? array
  const fill = fillBytes(whole.dataType, whole.fill)
  const order = byteSwap(array)
  const mask = complexMask(array)
  const toDates = datePreparation(layout, decoding.time?.calendar === 'standard')

  const variable = variableReader(array, decoding)
  /** By the address at which a chunk was decoded: the next one there takes its place. */
  const keptBy = new WeakMap<Machine, Map<number, KeptChunk>>()

  function keep(machine: Machine, out: number, kept: KeptChunk): void {
    const chunks = keptBy.get(machine) ?? new Map<number, KeptChunk>()
    keptBy.set(machine, chunks.set(out, kept))
  }

  function inChunk({ key, inner }: ByteRange, error: unknown): ChunkQLError {
    const name = key.startsWith(prefix) ? key.slice(prefix.length) : key
    const where = `${arrayName}, chunk ${name}${inner ? ` [${inner.join('][')}]` : ''}`
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
  function placeOf(length: number, room: Room, out: number | undefined): number {
    const isRaw = chain.names.length === 0 && length === layout.bytes
    return isRaw && out !== undefined ? out : room.allocate(length)
  }

  function inMachine(fetched: Exclude<Fetched, null>, machine: Machine, out: number | undefined): Span {
    if (!(fetched instanceof Uint8Array)) return fetched
    const address = placeOf(fetched.length, machine, out)
    machine.bytes.set(fetched, address)
    return { address, length: fetched.length }
  }

  function read(range: ByteRange, room: Room, out?: number, seen?: Fingerprints): Fetched {
    try {
      let address = 0
      const place = (bytes: number) => {
        address = placeOf(bytes, room, out)
        return room.bytes.subarray(address, address + bytes)
      }
      const length = files.read?.(range, place, seen)
      return length === undefined ? absent(store.has?.(array.metadataKey) ?? true) : { address, length }
    } catch (error) {
      throw inChunk(range, error)
    }
  }

  async function fetch(range: ByteRange, options?: FetchOptions): Promise<Uint8Array | null> {
    try {
      return (await files.get(range, options)) ?? absent(await isThere())
    } catch (error) {
      throw inChunk(range, error)
    }
  }

  function decode(fetched: Fetched, machine: Machine, out: number, range: ByteRange): void {
    const mark = machine.mark()
    try {
      if (variable)
        keep(
          machine,
          out,
          variable(fetched && chain.decodeAny(inMachine(fetched, machine, undefined), machine), machine, out),
        )
      else if (!fetched) fillChunk(fill, layout.bytes, machine, out)
      else chain.decode(inMachine(fetched, machine, out), { address: out, length: layout.bytes }, machine)
    } catch (error) {
      throw inChunk(range, error)
    } finally {
      machine.release(mark)
    }
  }

  function decodePart(
    fetched: Exclude<Fetched, null>,
    machine: Machine,
    out: number,
    range: ByteRange,
    portion: Portion,
  ): number {
    const mark = machine.mark()
    try {
      const to = { address: out, length: layout.bytes }
      return chain.decodePart?.(inMachine(fetched, machine, out), to, machine, portion) ?? 0
    } catch (error) {
      throw inChunk(range, error)
    } finally {
      machine.release(mark)
    }
  }

  function blockBytes(fetched: Exclude<Fetched, null>, machine: Machine, range: ByteRange): number | undefined {
    try {
      return fetched instanceof Uint8Array ? undefined : chain.blockBytes?.(fetched, machine)
    } catch (error) {
      throw inChunk(range, error)
    }
  }

  function prepare(machine: Machine, out: number, range: ByteRange): void {
    order?.(machine, out)
    mask?.(machine, out)
    try {
      toDates?.(machine, out)
    } catch (error) {
      throw inChunk(range, error)
    }
  }

  return {
    layout,
    name: arrayName,
    isSlow: chain.isSlow,
    locate: files.locate,
    ...(files.read ? { read, readTells: files.readTells } : {}),
    fetch,
    decode,
    // What is missing of a complex number is told by both of its parts, and of times all are looked at.
    ...(chain.decodePart && !variable && !mask && !toDates ? { decodePart } : {}),
    ...(chain.blockBytes && !variable && !order && !mask && !toDates ? { blockBytes } : {}),
    prepare,
    kept: (machine, out) => keptBy.get(machine)?.get(out)?.values ?? [],
    keptTexts: (machine, out) => keptBy.get(machine)?.get(out)?.texts,
    ...chunkFingerprints(store, array, files, { ...decoding, layout }),
  }
}

/** The values of a chunk; of texts they are made when somebody asks for them. */
interface KeptChunk {
  readonly values: readonly Value[]
  readonly texts?: KeptTexts
}

/** Writes the numbers of the cells' values to `out`. */
type ReadVariable = (span: Span | null, machine: Machine, out: number) => KeptChunk

/** Undefined where cells have a size. */
function variableReader(array: ZarrArray, decoding: Decoding): ReadVariable | undefined {
  const cells = cellCount(array.chunk)
  const nothing = fillOf(array, decoding)
  if (array.dataType.kind === 'text') return textsReader(array, decoding, cells, nothing as string | null)
  const variable = variableOf(array, decoding)
  if (!variable) return undefined
  const read = ({ address, length }: Span, { bytes }: Machine): Kept =>
    readVariable(variable, bytes.subarray(address, address + length), cells)
  return (span, machine, out) => {
    const { values, numbers } = span ? read(span, machine) : sameInAll(nothing, cells)
    new Int32Array(machine.memory.buffer, out, cells).set(numbers)
    return { values }
  }
}

function textsReader(
  { dataType }: ZarrArray,
  { missingTexts: missing = [] }: Decoding,
  cells: number,
  nothing: string | null,
): ReadVariable {
  const hasNull = dataType.kind === 'text' && dataType.hasNull === true
  return (span, machine, out) => {
    if (!span) new Int32Array(machine.memory.buffer, out, cells).fill(0)
    const texts = span ? readTexts(span, machine, out, cells, { missing, hasNull }) : sameText(nothing)
    let strings: readonly Value[] | undefined
    return {
      texts,
      get values() {
        strings ??= stringsOf(texts)
        return strings
      },
    }
  }
}

function variableOf({ dataType }: ZarrArray, { items }: Decoding): Variable | undefined {
  if (dataType.kind === 'bytes') return variableBytes
  return dataType.kind === 'lists' && items ? variableLists(items, dataType.bigEndian) : undefined
}

/** What a cell has where nothing was written. A number as a list is what the codec would make of it: one of that number. */
function fillOf({ dataType, fill }: ZarrArray, { items, missingTexts = [] }: Decoding): Value {
  if (items && dataType.kind === 'lists') {
    if (fill === undefined) return null
    return variableLists(items, false).read(fillBytes(dataType.element, fill))
  }
  if (fill instanceof Uint8Array) return fill
  if (dataType.kind === 'bytes') return new Uint8Array(0)
  if (fill === undefined && dataType.kind === 'text' && dataType.hasNull) return null
  const text = String(fill ?? '')
  return missingTexts.includes(text) ? null : text
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

/** The written part doubles until the chunk is full. */
function fillChunk(fill: Uint8Array, length: number, machine: Machine, out: number): void {
  const { bytes } = machine
  bytes.set(fill.subarray(0, length), out)
  for (let done = fill.length; done < length; done *= 2) {
    bytes.copyWithin(out + done, out, out + Math.min(done, length - done))
  }
}

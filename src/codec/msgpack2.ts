/** The msgpack2 codec of numcodecs: a list as MessagePack. Values that are no texts become JSON. */
import { ChunkQLError } from '../model/error.js'
import type { CodecKind } from './codec.js'
import { damaged } from './damage.js'
import { bytesOf, cellsOfList, JsonText, type ObjectCell, textCodec, textsOfCells } from './texts.js'

export const msgpack2: CodecKind = {
  open: ({ fillsWithZero = true }) =>
    textCodec('msgpack2', (source, machine) => {
      const cells = cellsOfList('msgpack2', unpack(bytesOf(source, machine))) as Unpacked[]
      return textsOfCells(cells.map(cellOf), fillsWithZero === true)
    }),
}

type Unpacked = ObjectCell | readonly Unpacked[]

function cellOf(value: Unpacked): ObjectCell {
  return isList(value) ? new JsonText(jsonOf(value)) : value
}

function jsonOf(value: Unpacked): string {
  if (isList(value)) return `[${value.map(jsonOf).join()}]`
  return value instanceof JsonText ? value.json : JSON.stringify(value)
}

function isList(value: Unpacked): value is readonly Unpacked[] {
  return Array.isArray(value)
}

type Kind = 'text' | 'list' | 'map' | 'unsigned' | 'signed' | 'float'

/** Tags whose length or number follows, in so many bytes. Bytes are texts: writers of before 2013 made no difference. */
const wideKinds: Readonly<Record<number, readonly [Kind, number]>> = {
  196: ['text', 1],
  197: ['text', 2],
  198: ['text', 4],
  202: ['float', 4],
  203: ['float', 8],
  204: ['unsigned', 1],
  205: ['unsigned', 2],
  206: ['unsigned', 4],
  207: ['unsigned', 8],
  208: ['signed', 1],
  209: ['signed', 2],
  210: ['signed', 4],
  211: ['signed', 8],
  217: ['text', 1],
  218: ['text', 2],
  219: ['text', 4],
  220: ['list', 2],
  221: ['list', 4],
  222: ['map', 2],
  223: ['map', 4],
}

/** Of which the tag is the value. */
const constants: Readonly<Record<number, null | JsonText>> = {
  192: null,
  194: new JsonText('false'),
  195: new JsonText('true'),
}

/** Lists in lists: as many as an array has dimensions, and those in its cells. */
const deepest = 100

function unpack(bytes: Uint8Array): Unpacked {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let at = 0

  function take(length: number): number {
    if (length > bytes.length - at) throw damaged('msgpack2', `the list is truncated at ${bytes.length} bytes`)
    const start = at
    at += length
    return start
  }

  function integer(size: number, isSigned: boolean): bigint {
    const start = take(size)
    let bits = 0n
    for (let i = start; i < start + size; i++) bits = (bits << 8n) | BigInt(bytes[i] as number)
    return isSigned ? BigInt.asIntN(8 * size, bits) : bits
  }

  function float(size: number): JsonText {
    const start = take(size)
    return floatText(size === 4 ? view.getFloat32(start) : view.getFloat64(start))
  }

  function text(length: number): string {
    const start = take(length)
    try {
      return decoder.decode(bytes.subarray(start, start + length))
    } catch {
      throw new ChunkQLError('unsupported', 'msgpack2: bytes that are not UTF-8 cannot be read as text')
    }
  }

  function list(length: number, depth: number): Unpacked[] {
    if (depth > deepest) throw damaged('msgpack2', `lists ${depth} deep`)
    const values: Unpacked[] = []
    for (let i = 0; i < length; i++) values.push(value(depth + 1))
    return values
  }

  /** JSON has only texts as keys. */
  function map(length: number, depth: number): JsonText {
    const entries = list(2 * length, depth)
    const members: string[] = []
    for (let i = 0; i < entries.length; i += 2) {
      const [key, item] = [entries[i] as Unpacked, entries[i + 1] as Unpacked]
      members.push(`${JSON.stringify(typeof key === 'string' ? key : jsonOf(key))}:${jsonOf(item)}`)
    }
    return new JsonText(`{${members.join()}}`)
  }

  function wide([kind, size]: readonly [Kind, number], depth: number): Unpacked {
    if (kind === 'float') return float(size)
    const number = integer(size, kind === 'signed')
    if (kind === 'text') return text(Number(number))
    if (kind === 'list') return list(Number(number), depth)
    return kind === 'map' ? map(Number(number), depth) : new JsonText(String(number))
  }

  function value(depth: number): Unpacked {
    const tag = bytes[take(1)] as number
    if (tag < 0x80) return new JsonText(String(tag))
    if (tag < 0x90) return map(tag & 15, depth)
    if (tag < 0xa0) return list(tag & 15, depth)
    if (tag < 0xc0) return text(tag & 31)
    if (tag >= 0xe0) return new JsonText(String(tag - 256))
    const known = constants[tag]
    if (known !== undefined) return known
    const kind = wideKinds[tag]
    if (kind) return wide(kind, depth)
    throw new ChunkQLError('unsupported', `msgpack2: values of kind 0x${tag.toString(16)} have no form in JSON`)
  }

  const found = value(0)
  if (at !== bytes.length) throw damaged('msgpack2', `${bytes.length - at} bytes follow the end of the list`)
  return found
}

/** As Python writes it: whole floats are told from integers. */
function floatText(value: number): JsonText {
  const text = Object.is(value, -0) ? '-0' : String(value)
  return new JsonText(/^-?\d+$/.test(text) ? `${text}.0` : text)
}

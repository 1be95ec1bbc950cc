/** The msgpack2 codec of numcodecs, where it holds texts: a list as MessagePack. Of that only what such lists need. */
import { ChunkQLError } from '../model/error.js'
import type { CodecKind } from './codec.js'
import { damaged } from './damage.js'
import { bytesOf, textCodec, textsOfList } from './texts.js'

export const msgpack2: CodecKind = {
  open: () => textCodec('msgpack2', (source, machine) => textsOfList('msgpack2', unpack(bytesOf(source, machine)))),
}

type Kind = 'text' | 'list' | 'number' | 'null'

/** Tags whose length or number follows, in so many bytes. Bytes are texts: writers of before 2013 made no difference. */
const wideKinds: Readonly<Record<number, readonly [Kind, number]>> = {
  196: ['text', 1],
  197: ['text', 2],
  198: ['text', 4],
  204: ['number', 1],
  205: ['number', 2],
  206: ['number', 4],
  217: ['text', 1],
  218: ['text', 2],
  219: ['text', 4],
  220: ['list', 2],
  221: ['list', 4],
}

/** Lists in lists: as many as an array has dimensions. */
const deepest = 66

function unpack(bytes: Uint8Array): unknown {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let at = 0

  function take(length: number): number {
    if (length > bytes.length - at) throw damaged('msgpack2', `the list is truncated at ${bytes.length} bytes`)
    const start = at
    at += length
    return start
  }

  function unsigned(size: number): number {
    const start = take(size)
    return size === 1 ? view.getUint8(start) : size === 2 ? view.getUint16(start) : view.getUint32(start)
  }

  function text(length: number): string {
    const start = take(length)
    try {
      return decoder.decode(bytes.subarray(start, start + length))
    } catch {
      throw new ChunkQLError('unsupported', 'msgpack2: bytes that are not UTF-8 cannot be read as text')
    }
  }

  function list(length: number, depth: number): unknown[] {
    if (depth > deepest) throw damaged('msgpack2', `lists ${depth} deep`)
    const values: unknown[] = []
    for (let i = 0; i < length; i++) values.push(value(depth + 1))
    return values
  }

  /** What follows, and how long it is; of a number, the number. */
  function head(): readonly [Kind, number] {
    const tag = unsigned(1)
    if (tag < 0x80) return ['number', tag]
    if (tag >= 0x90 && tag < 0xa0) return ['list', tag & 15]
    if (tag >= 0xa0 && tag < 0xc0) return ['text', tag & 31]
    const wide = wideKinds[tag]
    if (wide) return [wide[0], unsigned(wide[1])]
    if (tag === 0xc0) return ['null', 0]
    throw new ChunkQLError('unsupported', `msgpack2: a value of kind 0x${tag.toString(16)} where text is expected`)
  }

  function value(depth: number): unknown {
    const [kind, length] = head()
    if (kind === 'text') return text(length)
    if (kind === 'list') return list(length, depth)
    return kind === 'null' ? null : length
  }

  const found = value(0)
  if (at !== bytes.length) throw damaged('msgpack2', `${bytes.length - at} bytes follow the end of the list`)
  return found
}

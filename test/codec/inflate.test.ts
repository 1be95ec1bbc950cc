/** The kernel's inflate beside that of Node: the same bytes, and the same streams refused. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { constants, deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateRawSync, inflateSync } from 'node:zlib'
import fc from 'fast-check'
import { type DeflateFormat, inflate, inflatedLength } from '../../src/codec/inflate.js'
import { isChunkQLError } from '../../src/model/error.js'
import { testMachine } from './chunks.js'
import { damage, randomOf } from './mutate.js'

const machine = testMachine()
const canary = 0xa5
const guard = 64

/** Into room of `most` bytes, with canaries around it. */
function decode(format: DeflateFormat, encoded: Uint8Array, most: number): Uint8Array {
  const mark = machine.mark()
  try {
    const source = { address: machine.allocate(encoded.length), length: encoded.length }
    const out = { address: machine.allocate(most + 2 * guard) + guard, length: most }
    const edges = [out.address - guard, out.address + most]
    machine.bytes.set(encoded, source.address)
    for (const edge of edges) machine.bytes.fill(canary, edge, edge + guard)
    let length = 0
    try {
      length = inflate('test', format, source, out, machine)
    } finally {
      for (const edge of edges) {
        assert.ok(
          machine.bytes.subarray(edge, edge + guard).every((byte) => byte === canary),
          'bytes outside were written',
        )
      }
    }
    return machine.bytes.slice(out.address, out.address + length)
  } finally {
    machine.release(mark)
  }
}

/** Node's bytes, or undefined where it refuses; what follows the end may be zeros, or nothing after blocks alone. */
function expected(format: DeflateFormat, encoded: Uint8Array, most: number): Uint8Array | undefined {
  const reference = { gzip: gunzipSync, zlib: inflateSync, blocks: inflateRawSync }[format]
  try {
    const options = { info: true, maxOutputLength: Math.max(1, most) }
    const { buffer, engine } = reference(encoded, options) as unknown as {
      buffer: Buffer
      engine: { bytesWritten: number }
    }
    const rest = encoded.subarray(engine.bytesWritten)
    if (format === 'blocks' ? rest.length > 0 : rest.some((byte) => byte !== 0)) return undefined
    return buffer.length > most ? undefined : buffer
  } catch {
    return undefined
  }
}

function found(format: DeflateFormat, encoded: Uint8Array, most: number): Uint8Array | undefined {
  try {
    return decode(format, encoded, most)
  } catch (error) {
    assert.ok(isChunkQLError(error), String(error))
    assert.ok(error.code === 'store' || error.code === 'unsupported')
    return undefined
  }
}

const encoders = { gzip: gzipSync, zlib: deflateSync, blocks: deflateRawSync }
const formats = ['gzip', 'zlib', 'blocks'] as const

const strategies = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
]

const byteOf = {
  noise: (_i: number, random: (below: number) => number) => random(256),
  few: (_i: number, random: (below: number) => number) => random(5) * random(9),
  run: () => 7,
  repeat: (_i: number, _random: unknown, before: number) => before,
  numbers: (i: number, random: (below: number) => number) =>
    i % 4 === 3 ? 0x43 : i % 4 === 2 ? (i >> 6) & 255 : random(256) & 0xfc,
} as const

/** Bytes as chunks have them: noise of few or many values, runs, repeats from near and far. */
const contents = fc
  .array(
    fc.record({
      kind: fc.constantFrom(...(Object.keys(byteOf) as (keyof typeof byteOf)[])),
      length: fc.oneof(fc.nat(40), fc.nat(3000)),
      seed: fc.nat(),
      back: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.nat(40_000)),
    }),
    { maxLength: 30 },
  )
  .map((parts) => {
    const bytes: number[] = []
    for (const { kind, length, seed, back } of parts) {
      const random = randomOf(seed)
      for (let i = 0; i < length; i++) bytes.push(byteOf[kind](i, random, bytes[bytes.length - back] ?? 0))
    }
    return Uint8Array.from(bytes)
  })

const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(...strategies),
})

for (const format of formats) {
  test(`${format}: what zlib wrote, of all levels and strategies`, () => {
    fc.assert(
      fc.property(contents, options, (bytes, options) => {
        const encoded = encoders[format](bytes, options)
        assert.deepEqual(decode(format, encoded, bytes.length), bytes)
        assert.deepEqual(decode(format, encoded, bytes.length + 1000), bytes)
        if (bytes.length > 0) assert.throws(() => decode(format, encoded, bytes.length - 1), /decodes to more than/)
      }),
      { numRuns: 200 },
    )
  })
}

/** Raw blocks, so that no checksum hides what is decoded wrong. */
const mutations = Number(process.env.FUZZ_MUTATIONS ?? 3000)
const seed = Number(process.env.FUZZ_SEED ?? 1)

for (const format of formats) {
  test(`${format}: of damaged streams the same are refused as by zlib, and the others are the same bytes`, async () => {
    const random = randomOf(seed)
    const some = fc.sample(fc.tuple(contents, options), { numRuns: 60, seed })
    const streams = some.map(([bytes, options]) => encoders[format](bytes.subarray(0, 6000), options))
    let read = 0
    for (let i = 0; i < mutations; i++) {
      // Node frees what its streams hold between turns of its loop only.
      if (i % 200 === 0) await new Promise(setImmediate)
      const damaged = damage(streams[i % streams.length] as Uint8Array, random)
      const most = 1 + random(20_000)
      const wanted = expected(format, damaged, most)
      const got = found(format, damaged, most)
      const text = () => `mutation ${i}: ${Buffer.from(damaged).toString('base64')}`
      if (wanted === undefined) assert.equal(got, undefined, text())
      else assert.deepEqual(got && Buffer.from(got), Buffer.from(wanted), text())
      if (wanted) read++
    }
    if (format === 'blocks') assert.ok(read > mutations / 20, `only ${read} could be read`)
  })
}

/** Bits from the lowest of each byte up: [value, count], codes with their first bit lowest. */
function packed(...parts: [value: number, count: number][]): Uint8Array {
  const bits = parts.flatMap(([value, count]) => Array.from({ length: count }, (_, i) => (value >> i) & 1))
  const bytes = new Uint8Array(Math.ceil(bits.length / 8))
  for (const [i, bit] of bits.entries()) bytes[i >> 3] = (bytes[i >> 3] as number) | (bit << (i & 7))
  return bytes
}

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

/** A block with codes of its own, all lengths written by codes of four bits; `codes` is what follows. */
function dynamicBlock(letters: number[], distances: number[], ...codes: [number, number][]): Uint8Array {
  const reversed = (value: number) => [0, 1, 2, 3].reduce((sum, bit) => sum | (((value >> bit) & 1) << (3 - bit)), 0)
  return packed(
    [1, 1],
    [2, 2],
    [letters.length - 257, 5],
    [distances.length - 1, 5],
    [15, 4],
    ...order.map((symbol): [number, number] => [symbol < 16 ? 4 : 0, 3]),
    ...[...letters, ...distances].map((length): [number, number] => [reversed(length), 4]),
    ...codes,
  )
}

const lengthsOf = (count: number, lengths: Readonly<Record<number, number>>) =>
  Array.from({ length: count }, (_, symbol) => lengths[symbol] ?? 0)

const blocks: readonly [string, Uint8Array, RegExp | number[]][] = [
  ['nothing', packed(), /truncated at 0 bytes/],
  ['a kind that does not exist', packed([1, 1], [3, 2]), /no kind/],
  ['a stored block', Uint8Array.of(1, 2, 0, 0xfd, 0xff, 7, 8), [7, 8]],
  ['a stored block of nothing', Uint8Array.of(1, 0, 0, 0xff, 0xff), []],
  ['a stored block that is cut', Uint8Array.of(1, 2, 0, 0xfd, 0xff, 7), /truncated/],
  ['a stored block with a wrong length', Uint8Array.of(1, 2, 0, 0xfc, 0xff, 7, 8), /stored block/],
  ['the end alone', packed([1, 1], [1, 2], [0, 7]), []],
  ['letter 286 of the fixed codes', packed([1, 1], [1, 2], [0b01100011, 8], [0, 24]), /means nothing/],
  ['one literal, one code of one bit', dynamicBlock(lengthsOf(257, { 65: 1, 256: 1 }), [0], [0b10, 2]), [65]],
  ['the end as the only code', dynamicBlock(lengthsOf(257, { 256: 1 }), [0], [0, 1]), []],
  ['a bit that is not the only code', dynamicBlock(lengthsOf(257, { 256: 1 }), [0], [1, 1], [0, 20]), /means nothing/],
  ['no code for the end', dynamicBlock(lengthsOf(257, { 65: 1, 66: 1 }), [0], [0, 20]), /lengths of codes/],
  ['more codes than bits', dynamicBlock(lengthsOf(257, { 1: 1, 2: 1, 256: 1 }), [0], [0, 20]), /lengths of codes/],
  ['fewer codes than bits', dynamicBlock(lengthsOf(257, { 1: 2, 256: 2 }), [0], [0, 20]), /lengths of codes/],
  [
    'one distance, which repeats a byte',
    dynamicBlock(lengthsOf(258, { 65: 1, 256: 2, 257: 2 }), [1], [0, 1], [0b11, 2], [0, 1], [0b01, 2]),
    [65, 65, 65, 65],
  ],
  [
    'a distance without a code',
    dynamicBlock(lengthsOf(258, { 65: 1, 256: 2, 257: 2 }), [0], [0, 1], [0b11, 2], [0, 1], [0b01, 2]),
    /means nothing/,
  ],
  [
    'a match before the output',
    dynamicBlock(lengthsOf(258, { 65: 1, 256: 2, 257: 2 }), [0, 1], [0, 1], [0b11, 2], [0, 1], [0b01, 2]),
    /before the output/,
  ],
  ['31 distances', dynamicBlock(lengthsOf(257, { 65: 1, 256: 1 }), lengthsOf(31, {}), [0b10, 2]), /lengths of codes/],
]

for (const [name, encoded, result] of blocks) {
  test(`blocks by hand: ${name}`, () => {
    assert.equal(expected('blocks', encoded, 100) === undefined, result instanceof RegExp, 'as zlib has it')
    if (result instanceof RegExp) assert.throws(() => decode('blocks', encoded, 100), result)
    else assert.deepEqual([...decode('blocks', encoded, 100)], result)
  })
}

const content = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) >> 9)

/** A member with all that a header can hold. */
function member(flags: number, checksum?: number): Uint8Array {
  const plain = gzipSync(content)
  const head = Buffer.from(plain.subarray(0, 10))
  head[3] = flags
  const parts: Uint8Array[] = [head]
  if (flags & 4) parts.push(Uint8Array.of(3, 0, 1, 0, 2))
  if (flags & 8) parts.push(Buffer.from('a name\0'))
  if (flags & 16) parts.push(Buffer.from('a comment\0'))
  const found = crc(Buffer.concat(parts)) & 0xffff
  if (flags & 2) parts.push(new Uint8Array(Uint16Array.of(checksum ?? found).buffer))
  return Buffer.concat([...parts, plain.subarray(10)])
}

/** By the definition: bit by bit. */
function crc(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}

test('headers of gzip: all flags, checked where they can be', () => {
  for (let flags = 0; flags < 32; flags++) assert.deepEqual(decode('gzip', member(flags), content.length), content)
  for (const flags of [32, 64, 128]) assert.throws(() => decode('gzip', member(flags), 5000), /flags that mean nothing/)
  assert.throws(() => decode('gzip', member(2, 0x1234), 5000), /checksum of a header/)
  const whole = member(31)
  for (let length = 0; length < 40; length++)
    assert.throws(() => decode('gzip', whole.subarray(0, length), 5000), /truncated/)
})

test('members of gzip in a row, and zeros behind them', () => {
  const one = gzipSync(content.subarray(0, 2000))
  const two = gzipSync(content.subarray(2000))
  assert.deepEqual(decode('gzip', Buffer.concat([one, two]), 5000), content)
  assert.deepEqual(decode('gzip', Buffer.concat([one, two, new Uint8Array(9)]), 5000), content)
  assert.throws(() => decode('gzip', Buffer.concat([one, new Uint8Array(9), two]), 5000), /bytes follow the end/)
  assert.throws(() => decode('gzip', Buffer.concat([one, Uint8Array.of(1, 2, 3)]), 5000), /no header/)
  // The second one may not look back into the first.
  const first = gzipSync(Uint8Array.of(65))
  const tail = Buffer.alloc(8)
  tail.writeUInt32LE(crc(Buffer.from('AAA')))
  tail.writeUInt32LE(3, 4)
  const back = Buffer.concat([first.subarray(0, 10), packed([1, 1], [1, 2], [0b1000000, 7], [0, 5], [0, 7]), tail])
  assert.equal(expected('gzip', Buffer.concat([first, back]), 10), undefined)
  assert.throws(() => decode('gzip', Buffer.concat([first, back]), 10), /before the output/)
})

test('what checksums and lengths behind the blocks tell is verified', () => {
  const changed = (bytes: Uint8Array, back: number) =>
    bytes.map((byte, i) => (i === bytes.length - back ? byte ^ 1 : byte))
  const gzip = gzipSync(content)
  assert.throws(() => decode('gzip', changed(gzip, 8), 5000), /checksum of the content/)
  assert.throws(() => decode('gzip', changed(gzip, 1), 5000), /another length/)
  assert.throws(() => decode('zlib', changed(deflateSync(content), 1), 5000), /checksum of the content/)
})

test('headers of zlib: method, window, dictionary', () => {
  const stream = deflateSync(content)
  /** With the check bits that make the head a multiple of 31. */
  const headed = (method: number, flags: number) => {
    const bytes = Buffer.from(stream)
    bytes[0] = method
    bytes[1] = flags + ((31 - ((method * 256 + flags) % 31)) % 31)
    return bytes
  }
  assert.deepEqual(decode('zlib', headed(0x08, 0), 5000), content)
  assert.throws(() => decode('zlib', headed(0x79, 0), 5000), /another compression/)
  assert.throws(() => decode('zlib', headed(0x88, 0), 5000), /window/)
  assert.throws(() => decode('zlib', headed(0x78, 0x20), 5000), /dictionary/)
  assert.throws(() => decode('zlib', Buffer.concat([Uint8Array.of(0x78, 0x9d), stream.subarray(2)]), 5000), /no header/)
})

test('the length of a stream that nobody tells', () => {
  for (const length of [0, 1, 5000, 1_000_000]) {
    const encoded = gzipSync(new Uint8Array(length))
    const mark = machine.mark()
    const source = { address: machine.allocate(encoded.length), length: encoded.length }
    machine.bytes.set(encoded, source.address)
    assert.equal(inflatedLength('test', 'gzip', source, machine), length)
    machine.release(mark)
  }
})

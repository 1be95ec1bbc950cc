import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createMachine } from '../../src/kernel/machine.js'

const machine = createMachine({ limit: 1 << 24 })
const { kernel } = machine

/** Puts bytes somewhere, does something to room beside them, returns that room and what lies behind it. */
function into(source: Uint8Array, length: number, run: (source: number, out: number) => void) {
  const mark = machine.mark()
  const from = machine.allocate(source.length)
  const out = machine.allocate(length + 64)
  machine.bytes.set(source, from)
  machine.bytes.fill(0xee, out, out + length + 64)
  run(from, out)
  const found = machine.bytes.slice(out, out + length + 64)
  machine.release(mark)
  assert.ok(
    found.subarray(length).every((byte) => byte === 0xee),
    'bytes behind the output were written',
  )
  return found.subarray(0, length)
}

test('unshuffle is the transposition of bytes, whatever the sizes', () => {
  const sizes = fc.oneof(fc.constantFrom(2, 4, 8, 16), fc.integer({ min: 1, max: 40 }))
  const bytes = fc.uint8Array({ maxLength: 700 })
  fc.assert(
    fc.property(sizes, bytes, (size, bytes) => {
      const count = Math.floor(bytes.length / size)
      const expected = bytes.map((byte, at) => {
        return at < count * size ? (bytes[(at % size) * count + Math.floor(at / size)] as number) : byte
      })
      const found = into(bytes, bytes.length, (source, out) => kernel.unshuffle(size, bytes.length, source, out))
      assert.deepEqual(found, expected)
    }),
  )
})

test('bit unshuffle is the transposition of bits, of multiples of eight elements', () => {
  const sizes = fc.integer({ min: 1, max: 20 })
  const bytes = fc.uint8Array({ maxLength: 3000, size: 'max' })
  fc.assert(
    fc.property(sizes, bytes, (size, bytes) => {
      const count = Math.floor(bytes.length / size)
      const expected = Uint8Array.from(bytes)
      if (count % 8 === 0) {
        for (let i = 0; i < count; i++) {
          for (let j = 0; j < size; j++) {
            let byte = 0
            for (let b = 0; b < 8; b++) {
              const row = ((8 * j + b) * count) / 8
              byte |= (((bytes[row + (i >> 3)] as number) >> (i & 7)) & 1) << b
            }
            expected[i * size + j] = byte
          }
        }
      }
      const found = into(bytes, bytes.length, (source, out) => {
        kernel.bit_unshuffle(size, bytes.length, source, out, machine.allocate(bytes.length))
      })
      assert.deepEqual(found, expected)
    }),
  )
})

/** Each of the text `123456789`, as the catalogues of checksums have it. */
const checksums = { crc32: 0xcbf43926, crc32c: 0xe3069283, adler32: 0x091e01de } as const

test('checksums are those of the catalogues, and do not depend on the length of runs', () => {
  const address = machine.allocate(100_000)
  machine.bytes.set(new TextEncoder().encode('123456789'), address)
  for (const [name, expected] of Object.entries(checksums)) {
    assert.equal(kernel[name as keyof typeof checksums](address, 9) >>> 0, expected, name)
  }
  assert.equal(BigInt.asUintN(64, kernel.crc64(address, 9)), 0x995dc9bbdf1939fan)
  // Sums of the largest bytes, reduced at every step.
  machine.bytes.fill(0xff, address, address + 100_000)
  let [a, b, c, d] = [1, 0, 0, 0]
  for (let i = 0; i < 100_000; i++) {
    a = (a + 255) % 65521
    b = (b + a) % 65521
  }
  assert.equal(kernel.adler32(address, 100_000) >>> 0, b * 65536 + a)
  machine.bytes.fill(0xfe, address, address + 100_000)
  for (let i = 0; i < 50_000; i++) {
    c = (c + 0xfefe) % 65535
    d = (d + c) % 65535
  }
  assert.equal(kernel.fletcher32(address, 100_000) >>> 0, d * 65536 + c)
})

/** Bit by bit. */
function crcByDefinition(bytes: Uint8Array, polynomial: number): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
  }
  return ~crc >>> 0
}

function adlerByDefinition(bytes: Uint8Array): number {
  let [a, b] = [1, 0]
  for (const byte of bytes) {
    a = (a + byte) % 65521
    b = (b + a) % 65521
  }
  return b * 65536 + a
}

test('checksums of long ranges, which are folded, are those of the definition, wherever they begin and end', () => {
  const address = machine.allocate(40_000)
  machine.bytes.set(
    Uint8Array.from({ length: 40_000 }, (_, i) => Math.imul(i, 2654435761) >>> (i & 15)),
    address,
  )
  for (const length of [351, 353, 2431, 2432, 2433, 2447, 2448, 6143, 6144, 7359, 7360, 7361, 13_000, 33_333]) {
    for (const offset of [0, 1, 15]) {
      const bytes = machine.bytes.subarray(address + offset, address + offset + length)
      const of = (name: keyof typeof checksums) => kernel[name](address + offset, length) >>> 0
      assert.equal(of('crc32'), crcByDefinition(bytes, 0xedb88320), `crc32 of ${length} at ${offset}`)
      assert.equal(of('crc32c'), crcByDefinition(bytes, 0x82f63b78), `crc32c of ${length} at ${offset}`)
      assert.equal(of('adler32'), adlerByDefinition(bytes), `adler32 of ${length} at ${offset}`)
    }
  }
})

/** From the tests of numcodecs: nine integers of eight bytes and the checksum of the HDF5 library. */
test('fletcher32 is that of HDF5', () => {
  const values = BigInt64Array.of(1911n, -2427n, 1897n, -2412n, 2440n, 873n, -621n, -829n, 551n, -2118n)
  const address = machine.allocate(values.byteLength)
  machine.bytes.set(new Uint8Array(values.buffer), address)
  assert.equal(kernel.fletcher32(address, values.byteLength) >>> 0, 0x648625fd)
})

test('planes are woven from wherever they lie', () => {
  for (const count of [0, 1, 15, 16, 17, 63, 200]) {
    for (const size of [2, 4, 8]) {
      const bytes = Uint8Array.from({ length: size * count }, (_, i) => i * 31 + (i >> 8))
      const found = into(bytes, bytes.length, (source, out) => {
        // From last to first, so that they are not in order.
        const planes = Array.from({ length: size }, (_, j) => source + (size - 1 - j) * count)
        const weave = { 2: kernel.weave2, 4: kernel.weave4, 8: kernel.weave8 }[size] as (...args: number[]) => void
        weave(count, ...planes, out)
      })
      const expected = bytes.map((_, at) => bytes[(size - 1 - (at % size)) * count + Math.floor(at / size)] as number)
      assert.deepEqual(found, expected, `${count} of ${size}`)
    }
  }
})

test('fill repeats a value over any length', () => {
  for (const size of [1, 2, 4, 8, 3, 16, 100]) {
    for (const length of [0, 1, size, size + 1, 1000, 4096]) {
      const value = Uint8Array.from({ length: size }, (_, i) => 7 * i + 1)
      const found = into(value, Math.max(length, size), (source, out) => {
        machine.bytes.copyWithin(out, source, source + size)
        kernel.fill(size, length, out)
      })
      const expected = Uint8Array.from({ length }, (_, i) => value[i % size] as number)
      assert.deepEqual(found.subarray(0, length), expected, `${size} over ${length}`)
    }
  }
})

test('crc32c has the values of its specification', () => {
  const cases: [Uint8Array, number][] = [
    [Buffer.from('123456789'), 0xe3069283],
    [new Uint8Array(32), 0x8a9136aa],
    [new Uint8Array(32).fill(0xff), 0x62a8ab43],
    [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    [new Uint8Array(0), 0],
  ]
  for (const [bytes, expected] of cases) {
    into(bytes, 0, (source) => assert.equal(kernel.crc32c(source, bytes.length) >>> 0, expected))
  }
})

test('static data lie in the memory that a machine begins with', () => {
  const { kernel, memory } = createMachine({ limit: 0 })
  assert.ok(kernel.heap_base() <= memory.buffer.byteLength)
})

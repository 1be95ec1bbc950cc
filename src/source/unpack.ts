/** Stored numbers to values in JavaScript: missing values, scale and offset, time. Called by sources for coordinates and by the interpreter's reader. */
import { type Encoding, type Storage, storageBytes, type ValidRange } from '../model/schema.js'
import type { Type } from '../model/type.js'
import { allocate, type NumericArray, type Vector } from '../model/vector.js'
import { singleOfHalf } from './half.js'

const arrays = {
  bool: Uint8Array,
  i1: Int8Array,
  i2: Int16Array,
  i4: Int32Array,
  i8: BigInt64Array,
  u1: Uint8Array,
  u2: Uint16Array,
  u4: Uint32Array,
  u8: BigUint64Array,
  f2: Uint16Array,
  f4: Float32Array,
  f8: Float64Array,
} as const satisfies Record<Storage, unknown>

/** A view of the bits of `length` stored numbers; the offset in bytes must be a multiple of their size. */
function storedView(storage: Storage, buffer: ArrayBufferLike, offset: number, length: number): NumericArray {
  return new arrays[storage](buffer as ArrayBuffer, offset, length)
}

/** JavaScript has no halves on Node 20: copied out they are singles. */
export function allocateStored(storage: Storage, length: number): NumericArray {
  return storage === 'f2' ? new Float32Array(length) : new arrays[storage](length)
}

/** Copies `count` stored numbers, `step` bytes apart from `address` on, to `to` from element `target` on. */
export type CopyStored = (address: number, step: number, count: number, target: number, to: NumericArray) => void

/** Stored numbers lie where their chunk has them: at any address, fields of structured arrays also at any step. */
export function storedCopier(storage: Storage, buffer: ArrayBufferLike): CopyStored {
  const size = storageBytes[storage]
  const elements = storedView(storage, buffer, 0, Math.floor(buffer.byteLength / size))
  const bytes = new Uint8Array(buffer)
  if (storage === 'f2') return (...place) => copyHalves(bytes, ...place)
  return (address, step, count, target, to) => {
    if (address % size === 0 && step % size === 0)
      copyElements(elements, address / size, step / size, count, target, to)
    else copyBytes(bytes, size, address, step, count, target, to)
  }
}

function copyElements(
  from: NumericArray,
  start: number,
  step: number,
  count: number,
  target: number,
  to: NumericArray,
): void {
  if (step === 1) to.set(from.subarray(start, start + count) as never, target)
  else for (let i = 0; i < count; i++) to[target + i] = from[start + i * step] as never
}

function copyBytes(
  from: Uint8Array,
  size: number,
  start: number,
  step: number,
  count: number,
  target: number,
  to: NumericArray,
): void {
  const bytes = new Uint8Array(to.buffer, to.byteOffset + target * size, count * size)
  for (let i = 0, at = 0; i < count; i++) {
    const cell = start + i * step
    for (let k = 0; k < size; k++) bytes[at++] = from[cell + k] as number
  }
}

function copyHalves(
  from: Uint8Array,
  start: number,
  step: number,
  count: number,
  target: number,
  to: NumericArray,
): void {
  for (let i = 0; i < count; i++) {
    const at = start + i * step
    to[target + i] = singleOfHalf((from[at] as number) | ((from[at + 1] as number) << 8)) as never
  }
}

/**
 * The values of a column from its stored numbers: missing ones (compared as stored), those outside of the valid range and,
 * where `nanIsNull`, NaN become NULL;
 * then scale and offset in the column's type, or time in microseconds.
 */
export function unpack(type: Type, encoding: Encoding, stored: NumericArray): Vector {
  const valid = validity(encoding, stored)
  return { type, length: stored.length, values: convert(type, encoding, stored), valid }
}

function convert(type: Type, { unpack: how }: Encoding, stored: NumericArray): NumericArray {
  switch (how.kind) {
    case 'none':
      return plain(type, stored)
    case 'scale':
      return scaled(type, stored, how.scale, how.offset)
    case 'time':
      return how.per === undefined
        ? timestamps(stored, how.step, how.epoch)
        : fineTimestamps(stored, BigInt(how.step), how.per, how.epoch)
    case 'months':
      return monthStarts(stored, how.step)
    default:
      return how satisfies never
  }
}

function plain(type: Type, stored: NumericArray): NumericArray {
  if (type.kind === 'boolean') return Uint8Array.from(stored as Uint8Array, (value) => (value ? 1 : 0))
  const values = allocate(type, 0) as NumericArray
  if (values.constructor === stored.constructor) return stored
  const converted = allocate(type, stored.length) as NumericArray
  const big = converted instanceof BigInt64Array || converted instanceof BigUint64Array
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] as number | bigint
    converted[i] = (big ? BigInt(value) : Number(value)) as never
  }
  return converted
}

/** In float32 each operation is rounded, as the compiled code does. */
function scaled(type: Type, stored: NumericArray, scale: number, offset: number): NumericArray {
  const values = allocate(type, stored.length) as Float64Array | Float32Array
  const single = type.kind === 'float32'
  const factor = single ? Math.fround(scale) : scale
  const addend = single ? Math.fround(offset) : offset
  for (let i = 0; i < stored.length; i++) {
    const product = Number(stored[i]) * factor
    values[i] = (single ? Math.fround(product) : product) + addend
  }
  return values
}

/** Integer counts of whole steps are exact; others are rounded to the microsecond. */
function timestamps(stored: NumericArray, step: number, epoch: bigint): BigInt64Array {
  const values = new BigInt64Array(stored.length)
  const exact = Number.isInteger(step) ? BigInt(step) : undefined
  for (let i = 0; i < stored.length; i++) {
    const count = stored[i] as number | bigint
    const whole = typeof count === 'bigint' ? count : Number.isInteger(count) ? BigInt(count) : undefined
    if (whole !== undefined && exact !== undefined) values[i] = whole * exact + epoch
    else if (Number.isFinite(Number(count))) values[i] = BigInt(Math.round(Number(count) * step)) + epoch
  }
  return values
}

/** Counts of parts of a microsecond. */
function fineTimestamps(stored: NumericArray, step: bigint, per: bigint, epoch: bigint): BigInt64Array {
  return BigInt64Array.from({ length: stored.length }, (_, i) => {
    const product = BigInt(stored[i] as number | bigint) * step
    const rest = ((product % per) + per) % per
    return (product - rest) / per + epoch
  })
}

/** Years that a date cannot have are missing, or were refused before. */
function monthStarts(stored: NumericArray, step: number): BigInt64Array {
  return BigInt64Array.from({ length: stored.length }, (_, i) => {
    const start = new Date(0).setUTCFullYear(1970, Number(stored[i]) * step, 1)
    return Number.isNaN(start) ? 0n : BigInt(start) * 1000n
  })
}

function validity({ missing, nanIsNull, validRange }: Encoding, stored: NumericArray): Uint8Array | undefined {
  const float = stored instanceof Float32Array || stored instanceof Float64Array
  let valid: Uint8Array | undefined
  const take = (i: number) => {
    valid ??= new Uint8Array(stored.length).fill(1)
    valid[i] = 0
  }
  // One loop per value that is looked for: nearly always there is one at most.
  for (const fill of missing) {
    for (let i = stored.indexOf(fill as never); i >= 0; i = stored.indexOf(fill as never, i + 1)) take(i)
  }
  if (float && nanIsNull) for (let i = 0; i < stored.length; i++) if (Number.isNaN(stored[i])) take(i)
  if (validRange) {
    for (let i = 0; i < stored.length; i++) if (isOutside(validRange, stored[i] as number | bigint)) take(i)
  }
  return valid
}

function isOutside({ least, most }: ValidRange, value: number | bigint): boolean {
  return (least !== undefined && value < least) || (most !== undefined && value > most)
}

/** Whether a stored number is read as NULL, but for NaN. */
export function isMissing({ missing, validRange }: Encoding, value: number | bigint): boolean {
  return missing.includes(value) || (validRange !== undefined && isOutside(validRange, value))
}

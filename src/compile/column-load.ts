/** Loads of stored numbers at the pointers of a loop, one cell or four. Called by `loops.ts`. */
import type { Access } from '../model/nest.js'
import { type Storage, storageBytes } from '../model/schema.js'
import { keep, type Scope } from './scope.js'
import { addition, constantVector, get, i32, type Local, load, loadLane, op, type Wasm } from './wasm.js'

/** Where the cells of a column are in the loops of a body. */
export interface Place {
  readonly storage: Storage
  readonly access: Access
  /** Address of cell 0 of the row. */
  readonly row: Local
  /** Address of the next cell. */
  readonly pointer: Local
  /** Bytes from cell to cell, where access is 'strided'. */
  readonly stride: Local
}

const scalarLoads: Readonly<Record<Storage, string>> = {
  bool: 'i32.load8_u',
  i1: 'i32.load8_s',
  u1: 'i32.load8_u',
  i2: 'i32.load16_s',
  u2: 'i32.load16_u',
  i4: 'i32.load',
  f2: 'i32.load16_u',
  u4: 'i64.load32_u',
  i8: 'i64.load',
  u8: 'i64.load',
  f4: 'f32.load',
  f8: 'f64.load',
}

export function loadScalar(place: Place): Wasm {
  const address = get(place.access === 'zero' ? place.row : place.pointer)
  const loaded = load(scalarLoads[place.storage], address)
  return place.storage === 'bool' ? op('i32.ne', loaded, i32(0)) : loaded
}

export function loadLanes(place: Place, scope: Scope): readonly Wasm[] {
  return place.access === 'unit' ? loadUnit(place, scope) : gather(place, scope)
}

function loadUnit({ storage, pointer }: Place, scope: Scope): readonly Wasm[] {
  const first = scope.offset * storageBytes[storage]
  const at = (name: string, offset = 0) => load(name, get(pointer), first + offset)
  switch (storage) {
    case 'bool':
    case 'i1':
    case 'u1':
      return fromBytes(storage, at('v128.load32_zero'))
    case 'i2':
      return [at('v128.load16x4_s')]
    case 'u2':
    case 'f2':
      return [at('v128.load16x4_u')]
    case 'i4':
    case 'f4':
      return [at('v128.load')]
    case 'u4':
      return [at('v128.load32x2_u'), at('v128.load32x2_u', 8)]
    case 'i8':
    case 'u8':
    case 'f8':
      return [at('v128.load'), at('v128.load', 16)]
    default:
      return storage satisfies never
  }
}

/** Four cells one by one into the lanes of a vector. */
function gather(place: Place, scope: Scope): readonly Wasm[] {
  const { storage } = place
  const addresses = cellAddresses(place, scope)
  switch (storageBytes[storage]) {
    case 1:
      return fromBytes(storage, lanesAt(8, addresses))
    case 2:
      return [op(`i32x4.extend_low_i16x8_${storage === 'i2' ? 's' : 'u'}`, lanesAt(16, addresses))]
    case 4: {
      if (storage !== 'u4') return [lanesAt(32, addresses)]
      const vector = keep(scope, 'v128', lanesAt(32, addresses))
      return [op('i64x2.extend_low_i32x4_u', vector), op('i64x2.extend_high_i32x4_u', vector)]
    }
    default:
      return [lanesAt(64, addresses.slice(0, 2)), lanesAt(64, addresses.slice(2))]
  }
}

function lanesAt(bits: 8 | 16 | 32 | 64, addresses: readonly Wasm[]): Wasm {
  const [first, ...others] = addresses as [Wasm, ...Wasm[]]
  const start = load(`v128.load${bits}_splat`, first)
  return others.reduce((vector, address, i) => loadLane(`v128.load${bits}_lane`, i + 1, address, vector), start)
}

function cellAddresses({ pointer, stride }: Place, scope: Scope): Wasm[] {
  const addresses: Wasm[] = []
  for (let cell = scope.offset; cell < scope.offset + 4; cell++) {
    const far = cell === 0 ? get(pointer) : addition(get(pointer), op('i32.mul', get(stride), i32(cell)))
    const previous = addresses.at(-1)
    addresses.push(keep(scope, 'i32', previous ? addition(previous, get(stride)) : far))
  }
  return addresses
}

function fromBytes(storage: Storage, bytes: Wasm): readonly Wasm[] {
  const sign = storage === 'i1' ? 's' : 'u'
  const words = op(`i32x4.extend_low_i16x8_${sign}`, op(`i16x8.extend_low_i8x16_${sign}`, bytes))
  return [storage === 'bool' ? op('i32x4.ne', words, constantVector('i32', 0)) : words]
}

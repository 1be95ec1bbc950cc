/** The tree of WebAssembly instructions that `compile/` builds and `assemble.ts` encodes. Nothing here knows the encoder. */
import type { CodeType } from '../model/code.js'

export type WasmType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128'

/** A local variable; which one it is, is its identity. */
export interface Local {
  readonly type: WasmType
}

/** The end of a block or the start of a loop, as the target of branches. */
export interface Label {
  readonly target: 'block' | 'loop'
}

/** An instruction that leaves one value. */
export type Wasm =
  | { readonly kind: 'op'; readonly name: string; readonly args: readonly Wasm[] }
  | { readonly kind: 'const'; readonly name: string; readonly value: number | bigint }
  | {
      readonly kind: 'load'
      readonly name: string
      readonly offset: number
      readonly lane?: number
      readonly args: readonly Wasm[]
    }
  /** With fixed bytes behind the opcode: vector constants, shuffles, numbers of lanes. */
  | { readonly kind: 'bytes'; readonly name: string; readonly bytes: readonly number[]; readonly args: readonly Wasm[] }
  | { readonly kind: 'get'; readonly local: Local }
  | { readonly kind: 'kernel'; readonly name: string; readonly args: readonly Wasm[] }

/** An instruction that leaves nothing. */
export type Statement =
  | { readonly kind: 'set'; readonly local: Local; readonly value: Wasm }
  | {
      readonly kind: 'store'
      readonly name: string
      readonly offset: number
      readonly address: Wasm
      readonly value: Wasm
    }
  | { readonly kind: 'block' | 'loop'; readonly label: Label; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly condition: Wasm; readonly body: readonly Statement[] }
  | { readonly kind: 'branch'; readonly label: Label; readonly condition?: Wasm | undefined }
  | { readonly kind: 'return' }

/** A function of one i32, the address of its frame. Statements may still be added until it is assembled. */
export interface Body {
  readonly name: string
  readonly frame: Local
  readonly locals: Local[]
  readonly statements: Statement[]
}

export function createBody(name: string): Body {
  return { name, frame: { type: 'i32' }, locals: [], statements: [] }
}

export function newLocal(body: Body, type: WasmType): Local {
  const local = { type }
  body.locals.push(local)
  return local
}

export const op = (name: string, ...args: Wasm[]): Wasm => ({ kind: 'op', name, args })
export const opBytes = (name: string, bytes: readonly number[], ...args: Wasm[]): Wasm => ({
  kind: 'bytes',
  name,
  bytes,
  args,
})
export const get = (local: Local): Wasm => ({ kind: 'get', local })
export const set = (local: Local, value: Wasm): Statement => ({ kind: 'set', local, value })
export const i32 = (value: number): Wasm => ({ kind: 'const', name: 'i32.const', value: value | 0 })

export const load = (name: string, address: Wasm, offset = 0): Wasm => ({ kind: 'load', name, offset, args: [address] })
export const loadLane = (name: string, lane: number, address: Wasm, vector: Wasm): Wasm => ({
  kind: 'load',
  name,
  offset: 0,
  lane,
  args: [address, vector],
})
export const store = (name: string, address: Wasm, value: Wasm, offset = 0): Statement => ({
  kind: 'store',
  name,
  offset,
  address,
  value,
})

export const block = (build: (label: Label) => readonly Statement[]): Statement => enclosed('block', build)
export const loop = (build: (label: Label) => readonly Statement[]): Statement => enclosed('loop', build)
export const branch = (label: Label, condition?: Wasm): Statement => ({ kind: 'branch', label, condition })
export const when = (condition: Wasm, body: readonly Statement[]): Statement => ({ kind: 'if', condition, body })

function enclosed(kind: 'block' | 'loop', build: (label: Label) => readonly Statement[]): Statement {
  const label: Label = { target: kind }
  return { kind, label, body: build(label) }
}

/** Adds to a local in place. */
export const increase = (local: Local, by: Wasm): Statement => set(local, op('i32.add', get(local), by))

export const addition = (a: Wasm, b: Wasm): Wasm => op('i32.add', a, b)

export function scaled(value: Wasm, size: number): Wasm {
  return size === 1 ? value : op('i32.mul', value, i32(size))
}

export function wasmType(type: CodeType): Exclude<WasmType, 'v128'> {
  return type === 'bool' ? 'i32' : type
}

/** Bytes that a value takes in a state array. */
export function widthOf(type: CodeType): 4 | 8 {
  return type === 'i64' || type === 'f64' ? 8 : 4
}

/** Whether four lanes of the type fill two vectors. */
export function isWide(type: CodeType): boolean {
  return widthOf(type) === 8
}

const scratch = new DataView(new ArrayBuffer(16))

/** A constant of a machine type. */
export function constantOf(type: CodeType, value: number | bigint | boolean): Wasm {
  if (type === 'bool' || type === 'i32') return i32(Number(value))
  if (type === 'i64') return { kind: 'const', name: 'i64.const', value: BigInt.asIntN(64, BigInt(value)) }
  return { kind: 'const', name: `${type}.const`, value: Number(value) }
}

/** A vector with the constant in each lane; a true bool is all ones. */
export function constantVector(type: CodeType, value: number | bigint | boolean): Wasm {
  const step = widthOf(type)
  for (let at = 0; at < 16; at += step) writeLane(type, at, value)
  return opBytes('v128.const', [...new Uint8Array(scratch.buffer)])
}

function writeLane(type: CodeType, at: number, value: number | bigint | boolean): void {
  if (type === 'bool') scratch.setInt32(at, value ? -1 : 0, true)
  else if (type === 'i32') scratch.setInt32(at, Number(value), true)
  else if (type === 'i64') scratch.setBigInt64(at, BigInt.asIntN(64, BigInt(value)), true)
  else if (type === 'f32') scratch.setFloat32(at, Number(value), true)
  else scratch.setFloat64(at, Number(value), true)
}

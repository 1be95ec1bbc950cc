/** A compiled body in a machine: instantiated, its frame placed, its errors told. Called by the compiled operators. */
import type { Machine } from '../kernel/machine.js'
import { ChunkQLError } from '../model/error.js'
import type { CompiledNest } from '../model/job.js'
import { type Field, fieldWord, frame, frameBytes } from '../model/nest.js'
import type { Call } from './axis.js'

export interface Body {
  readonly compiled: CompiledNest
  /** Address of the frame. */
  readonly frame: number
  /** Runs one block; throws where a cell has an error. */
  run(call: Call): void
}

export function imports(machine: Machine): WebAssembly.Imports {
  return { env: { memory: machine.memory }, kernel: machine.kernel as unknown as WebAssembly.ModuleImports }
}

/** Places the frame in memory that lives as long as the caller's mark. */
export function placeBody(compiled: CompiledNest, machine: Machine): Body {
  const instance = new WebAssembly.Instance(compiled.module, imports(machine))
  const run = instance.exports.run as (address: number) => void
  const bytes = frameBytes(compiled.nest, compiled.fields.length)
  const address = machine.allocate(bytes)
  machine.bytes.fill(0, address, address + bytes)
  return {
    compiled,
    frame: address,
    run() {
      run(address)
      const error = word(machine, address + frame.error)
      if (error !== 0) fail(compiled, error)
    },
  }
}

function fail(compiled: CompiledNest, error: number): never {
  throw new ChunkQLError('value', compiled.errors[error - 1] ?? 'a value cannot be computed')
}

export function word(machine: Machine, address: number): number {
  return new DataView(machine.memory.buffer).getInt32(address, true)
}

export function setWord(machine: Machine, address: number, value: number): void {
  new DataView(machine.memory.buffer).setUint32(address, value, true)
}

export function fieldBytes(field: Field): number {
  return field.type === 'i32' || field.type === 'f32' ? 4 : 8
}

/** Fills elements [from, to) of a state array with the value that a group starts from. */
export function initField(field: Field, machine: Machine, address: number, from: number, to: number): void {
  fillField(field, machine.memory.buffer, address + from * fieldBytes(field), to - from)
}

/** The bytes of so many groups as they start. */
export function initialField(field: Field, groups: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(groups * fieldBytes(field))
  fillField(field, bytes.buffer, 0, groups)
  return bytes
}

function fillField(field: Field, buffer: ArrayBuffer, at: number, length: number): void {
  switch (field.type) {
    case 'i32':
      new Int32Array(buffer, at, length).fill(Number(field.init))
      break
    case 'i64':
      new BigInt64Array(buffer, at, length).fill(BigInt(field.init))
      break
    case 'f32':
      new Float32Array(buffer, at, length).fill(Number(field.init))
      break
    case 'f64':
      new Float64Array(buffer, at, length).fill(Number(field.init))
      break
    default:
      field.type satisfies never
  }
}

/** Makes state arrays for `groups` groups and tells the body where they are. */
export function placeFields(body: Body, machine: Machine, groups: number): number[] {
  const { fields, nest } = body.compiled
  const addresses = fields.map((field) => machine.allocate(groups * fieldBytes(field)))
  fields.forEach((field, k) => {
    initField(field, machine, addresses[k] as number, 0, groups)
    setWord(machine, body.frame + fieldWord(nest.columns.length, k), addresses[k] as number)
  })
  return addresses
}

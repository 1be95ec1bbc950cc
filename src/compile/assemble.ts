/** Encodes bodies as a module: the only file that knows the binary format. Called by `compile.ts`. */
import { createEncoder, type Encoder } from './encoder.js'
import { opcodes } from './opcodes.js'
import type { Body, Label, Local, Statement, Wasm, WasmType } from './wasm.js'

/** V8's optimizing compiler gets slow on larger bodies, and gives up in the end. */
const mostBytes = 65536

const typeCodes: Readonly<Record<WasmType, number>> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b }

const code = {
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  return: 0x0f,
  call: 0x10,
  empty: 0x40,
}
const local = { get: 0x20, set: 0x21 }

/** Kernel functions in the order in which they are imported, and how many arguments each takes. */
type Kernel = Map<string, { readonly index: number; readonly arity: number }>

interface Context {
  readonly out: Encoder
  readonly locals: ReadonlyMap<Local, number>
  /** Enclosing blocks, innermost last; a label is undefined for an `if`. */
  readonly labels: (Label | undefined)[]
  readonly kernel: Kernel
}

/** A module that imports `env.memory` and `kernel.<name>` and exports each body; undefined where a body is too large. */
export function assemble(bodies: readonly Body[]): WebAssembly.Module | undefined {
  const kernel: Kernel = new Map()
  const encoded = bodies.map((body) => encodeBody(body, kernel))
  if (encoded.some((bytes) => bytes.length > mostBytes)) return undefined
  return new WebAssembly.Module(encodeModule(bodies, encoded, kernel))
}

function encodeModule(
  bodies: readonly Body[],
  encoded: readonly Uint8Array[],
  kernel: Kernel,
): Uint8Array<ArrayBuffer> {
  const out = createEncoder(4096)
  const arities = [...new Set([...kernel.values()].map(({ arity }) => arity))]
  out.bytes([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0])
  section(out, 1, [bodyType, ...arities.map((arity) => (inner: Encoder) => kernelType(inner, arity))])
  const functions = [...kernel].map(([name, { arity }]) => (inner: Encoder) => {
    importName(inner, 'kernel', name)
    inner.bytes([0x00, 1 + arities.indexOf(arity)])
  })
  section(out, 2, [importMemory, ...functions])
  section(
    out,
    3,
    bodies.map(() => (inner) => inner.unsigned(0)),
  )
  section(
    out,
    7,
    bodies.map(({ name }, i) => (inner) => {
      inner.name(name)
      inner.byte(0x00)
      inner.unsigned(kernel.size + i)
    }),
  )
  section(
    out,
    10,
    encoded.map((bytes) => (inner) => {
      inner.unsigned(bytes.length)
      inner.bytes(bytes)
    }),
  )
  return out.finish()
}

function section(out: Encoder, id: number, items: readonly ((inner: Encoder) => void)[]): void {
  out.byte(id)
  out.sized((inner) => {
    inner.unsigned(items.length)
    for (const write of items) write(inner)
  })
}

/** (i32) -> (), the type of all bodies. */
function bodyType(out: Encoder): void {
  out.bytes([0x60, 1, typeCodes.i32, 0])
}

function kernelType(out: Encoder, arity: number): void {
  out.bytes([0x60, arity, ...new Array<number>(arity).fill(typeCodes.f64), 1, typeCodes.f64])
}

function importName(out: Encoder, module: string, name: string): void {
  out.name(module)
  out.name(name)
}

/** Any memory will do: at least 0 pages, no maximum. */
function importMemory(out: Encoder): void {
  importName(out, 'env', 'memory')
  out.bytes([0x02, 0x00, 0])
}

/** Locals of one type stand together, so that they are declared at once; the frame comes first. */
function encodeBody({ frame, locals, statements }: Body, kernel: Kernel): Uint8Array {
  const out = createEncoder(4096)
  const types = [...new Set(locals.map(({ type }) => type))]
  const sorted = types.flatMap((type) => locals.filter((one) => one.type === type))
  out.unsigned(types.length)
  for (const type of types) {
    out.unsigned(sorted.filter((one) => one.type === type).length)
    out.byte(typeCodes[type])
  }
  const places = new Map([frame, ...sorted].map((one, i) => [one, i]))
  writeAll(statements, { out, locals: places, labels: [], kernel })
  out.byte(code.end)
  return out.finish()
}

function writeAll(statements: readonly Statement[], context: Context): void {
  for (const statement of statements) writeStatement(statement, context)
}

function writeStatement(statement: Statement, context: Context): void {
  const { out } = context
  switch (statement.kind) {
    case 'set':
      write(statement.value, context)
      writeLocal(local.set, statement.local, context)
      return
    case 'store':
      write(statement.address, context)
      write(statement.value, context)
      writeOpcode(statement.name, out)
      writePlace(statement.offset, out)
      return
    case 'block':
    case 'loop':
      writeEnclosed(code[statement.kind], statement.label, statement.body, context)
      return
    case 'if':
      write(statement.condition, context)
      writeEnclosed(code.if, undefined, statement.body, context)
      return
    case 'branch':
      if (statement.condition) write(statement.condition, context)
      out.byte(statement.condition ? code.brIf : code.br)
      out.unsigned(context.labels.length - 1 - context.labels.lastIndexOf(statement.label))
      return
    case 'return':
      out.byte(code.return)
      return
    default:
      statement satisfies never
  }
}

function writeEnclosed(opcode: number, label: Label | undefined, body: readonly Statement[], context: Context): void {
  context.out.bytes([opcode, code.empty])
  context.labels.push(label)
  writeAll(body, context)
  context.labels.pop()
  context.out.byte(code.end)
}

function write(wasm: Wasm, context: Context): void {
  const { out } = context
  if (wasm.kind === 'get') {
    writeLocal(local.get, wasm.local, context)
    return
  }
  if ('args' in wasm) for (const arg of wasm.args) write(arg, context)
  if (wasm.kind === 'kernel') {
    out.byte(code.call)
    out.unsigned(kernelIndex(wasm.name, wasm.args.length, context.kernel))
    return
  }
  writeOpcode(wasm.name, out)
  switch (wasm.kind) {
    case 'const':
      writeConstant(wasm.name, wasm.value, out)
      return
    case 'load':
      writePlace(wasm.offset, out)
      if (wasm.lane !== undefined) out.byte(wasm.lane)
      return
    case 'bytes':
      out.bytes(wasm.bytes)
      return
    case 'op':
      return
    default:
      wasm satisfies never
  }
}

/** Alignment is only a hint, and fields of structured arrays lie anywhere: none is promised. */
function writePlace(offset: number, out: Encoder): void {
  out.byte(0)
  out.unsigned(offset)
}

function writeConstant(name: string, value: number | bigint, out: Encoder): void {
  if (name === 'i64.const') out.signed64(BigInt(value))
  else if (name === 'i32.const') out.signed(Number(value))
  else if (name === 'f32.const') out.float32(Number(value))
  else out.float64(Number(value))
}

function writeLocal(opcode: number, one: Local, { out, locals }: Context): void {
  const index = locals.get(one)
  if (index === undefined) throw new Error(`a ${one.type} local of another body`)
  out.byte(opcode)
  out.unsigned(index)
}

function writeOpcode(name: string, out: Encoder): void {
  const bytes = opcodes.get(name)
  if (!bytes) throw new Error(`no instruction ${name}`)
  for (const byte of bytes) out.byte(byte)
}

/** Imported functions are numbered before the bodies, so that the number is final at the first use. */
function kernelIndex(name: string, arity: number, kernel: Kernel): number {
  const known = kernel.get(name)
  if (known) return known.index
  const index = kernel.size
  kernel.set(name, { index, arity })
  return index
}

/** Encodes bodies as a module. The only file that knows the emitter, wasmati; its gaps are stepped around here. */
import * as wasmati from 'wasmati'
import type { Body, Label, Local, Statement, Wasm } from './wasm.js'

/** V8's compilers and wasmati itself get slow or fail on larger bodies. */
const mostInstructions = 16_000

type Emit = (...args: unknown[]) => unknown

const { i32, i64, f32, f64, v128, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2 } = wasmati
const shapes = { i32, i64, f32, f64, v128, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2 }
const enclosures = { block: wasmati.block, loop: wasmati.loop }

interface Context {
  readonly locals: ReadonlyMap<Local, unknown>
  readonly labels: Map<Label, unknown>
  readonly kernel: Map<string, unknown>
}

/** A module that imports `env.memory` and `kernel.<name>` and exports each body; undefined where a body is too large. */
export function assemble(bodies: readonly Body[]): WebAssembly.Module | undefined {
  if (bodies.some((body) => countInstructions(body.statements) > mostInstructions)) return undefined
  const kernel = new Map<string, unknown>()
  const functions = Object.fromEntries(bodies.map((body) => [body.name, encode(body, kernel)]))
  const module = wasmati.Module({ exports: functions as never, memory: importedMemory() as never })
  return new WebAssembly.Module(module.toBytes() as Uint8Array<ArrayBuffer>)
}

/** wasmati wants a memory when the module is made, although it only writes its limits: one empty one serves all. */
let placeholder: WebAssembly.Memory | undefined

function importedMemory(): unknown {
  placeholder ??= new WebAssembly.Memory({ initial: 0 })
  return Object.assign(wasmati.importMemory({ min: 0 }, placeholder), { module: 'env', string: 'memory' })
}

function importedFunction(name: string, arity: number): unknown {
  const args = new Array(arity).fill(wasmati.f64)
  const imported = wasmati.importFunc({ in: args as never, out: [wasmati.f64] }, () => 0)
  return Object.assign(imported, { module: 'kernel', string: name })
}

/** wasmati's types know locals only as tuples written in the source: the one cast between them and ours. */
function encode(body: Body, kernel: Map<string, unknown>): unknown {
  const types = body.locals.map(({ type }) => shapes[type])
  const signature = { in: [wasmati.i32], locals: types, out: [] }
  const run = ([frame]: unknown[], declared: unknown[]) => {
    const locals = new Map<Local, unknown>(body.locals.map((local, i) => [local, declared[i]]))
    locals.set(body.frame, frame)
    writeAll(body.statements, { locals, labels: new Map(), kernel })
  }
  return (wasmati.func as unknown as Emit)(signature, run)
}

function writeAll(statements: readonly Statement[], context: Context): void {
  for (const statement of statements) writeStatement(statement, context)
}

function writeStatement(statement: Statement, context: Context): void {
  switch (statement.kind) {
    case 'set':
      write(statement.value, context)
      wasmati.local.set(localOf(statement.local, context) as never)
      return
    case 'store':
      write(statement.address, context)
      write(statement.value, context)
      instruction(statement.name)({ offset: statement.offset, align: 1 })
      return
    case 'block':
    case 'loop':
      enclosures[statement.kind](null, (label) => {
        context.labels.set(statement.label, label)
        writeAll(statement.body, context)
      })
      return
    case 'if':
      write(statement.condition, context)
      wasmati.if_(null, () => writeAll(statement.body, context))
      return
    case 'branch':
      if (statement.condition) write(statement.condition, context)
      ;(statement.condition ? wasmati.br_if : wasmati.br)(context.labels.get(statement.label) as never)
      return
    case 'return':
      wasmati.return_()
      return
    default:
      statement satisfies never
  }
}

function write(wasm: Wasm, context: Context): void {
  if (wasm.kind === 'get') {
    wasmati.local.get(localOf(wasm.local, context) as never)
    return
  }
  for (const arg of wasm.args) write(arg, context)
  if (wasm.kind === 'kernel') wasmati.call(kernelFunction(wasm.name, wasm.args.length, context) as never)
  else instruction(wasm.name)(...wasm.immediates)
}

function localOf(local: Local, context: Context): unknown {
  const found = context.locals.get(local)
  if (!found) throw new Error(`a ${local.type} local of another body`)
  return found
}

function kernelFunction(name: string, arity: number, context: Context): unknown {
  const known = context.kernel.get(name)
  if (known) return known
  const imported = importedFunction(name, arity)
  context.kernel.set(name, imported)
  return imported
}

/** wasmati 0.2.4 encodes i32.gt_s and i64.gt_s as the unsigned forms: whoever wants them must swap the arguments of lt_s. */
const wrong = new Set(['i32.gt_s', 'i64.gt_s'])

function instruction(name: string): Emit {
  if (name === 'select') return wasmati.select as Emit
  const [shape, operation] = name.split('.') as [keyof typeof shapes, string]
  const found = (shapes[shape] as unknown as Record<string, Emit> | undefined)?.[operation]
  if (!found || wrong.has(name)) throw new Error(`no instruction ${name}`)
  // Vector constants are given as a shape and its values.
  return name === 'v128.const' ? (bytes) => found('i8x16', bytes) : found
}

function countInstructions(statements: readonly Statement[]): number {
  let count = 0
  for (const statement of statements) {
    if (statement.kind === 'block' || statement.kind === 'loop' || statement.kind === 'if') {
      count += countInstructions(statement.body)
    }
    count += 1
    if ('value' in statement) count += countOps(statement.value)
    if ('address' in statement) count += countOps(statement.address)
    if ('condition' in statement && statement.condition) count += countOps(statement.condition)
  }
  return count
}

function countOps(wasm: Wasm): number {
  return wasm.kind === 'get' ? 1 : wasm.args.reduce((sum, arg) => sum + countOps(arg), 1)
}

/** The binary format: constants keep their bits, imports have the names that the executor gives, large bodies are refused. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { assemble } from '../../src/compile/assemble.js'
import { compileNest } from '../../src/compile/compile.js'
import { constantOf, constantVector, createBody, get, type Statement, store } from '../../src/compile/wasm.js'
import { builtins } from '../../src/function/registry.js'
import type { Expression } from '../../src/model/expression.js'
import type { Nest, NestColumn } from '../../src/model/nest.js'
import { BOOLEAN, FLOAT64, INT64, VARCHAR } from '../../src/model/type.js'

type Number32Or64 = 'i32' | 'i64' | 'f32' | 'f64'

/** What is in memory after a body that stores the constant twice: alone, and as a vector. */
function stored(type: Number32Or64, value: number | bigint): DataView {
  const body = createBody('run')
  const address = get(body.frame)
  body.statements.push(
    store(`${type}.store`, address, constantOf(type, value)),
    store('v128.store', address, constantVector(type, value), 16),
  )
  const module = assemble([body])
  assert.ok(module)
  const memory = new WebAssembly.Memory({ initial: 1 })
  const { exports } = new WebAssembly.Instance(module, { env: { memory } })
  ;(exports.run as (frame: number) => void)(0)
  return new DataView(memory.buffer)
}

const bits = (value: number) => new BigInt64Array(Float64Array.of(value).buffer)[0]

test('constants of every type keep their bits', () => {
  const i32 = fc.integer()
  fc.assert(fc.property(i32, (value) => assert.equal(stored('i32', value).getInt32(0, true), value)))
  const i64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  fc.assert(fc.property(i64, (value) => assert.equal(stored('i64', value).getBigInt64(24, true), value)))
  fc.assert(
    fc.property(fc.double(), (value) => assert.equal(bits(stored('f64', value).getFloat64(0, true)), bits(value))),
  )
  const f32 = fc.float()
  fc.assert(fc.property(f32, (value) => assert.ok(Object.is(stored('f32', value).getFloat32(28, true), value))))
  for (const edge of [63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)])
    assert.equal(stored('i32', edge).getInt32(28, true), edge)
})

test('a body that is too large gives no module', () => {
  const body = createBody('run')
  const statements: Statement[] = Array.from({ length: 20_000 }, () =>
    store('i64.store', get(body.frame), constantOf('i64', 1n << 40n)),
  )
  body.statements.push(...statements)
  assert.equal(assemble([body]), undefined)
})

const x: NestColumn = {
  id: 0,
  type: FLOAT64,
  storage: 'f8',
  unpack: { kind: 'none' },
  missing: [],
  nanIsNull: false,
  access: 'unit',
}
const reference: Expression = { kind: 'column', column: 0, name: 'x', nullable: false, type: FLOAT64 }
const reduce = (args: readonly Expression[], columns: readonly NestColumn[] = [x]): Nest => ({
  columns,
  sink: {
    kind: 'reduce',
    shape: 'register',
    accumulators: [{ aggregate: 'count', args, argTypes: args.map(({ type }) => type), resultType: INT64 }],
  },
})

test('modules import the memory by the name that the executor gives', () => {
  const compiled = compileNest(reduce([reference]), builtins)
  assert.ok(compiled)
  assert.deepEqual(WebAssembly.Module.imports(compiled.module), [{ module: 'env', name: 'memory', kind: 'memory' }])
  assert.deepEqual(WebAssembly.Module.exports(compiled.module), [{ name: 'run', kind: 'function' }])
})

test('what has no code is left to the interpreter', () => {
  const text: Expression = { kind: 'literal', type: VARCHAR, value: 'a' }
  assert.equal(compileNest(reduce([text]), builtins), undefined)
  const unknown: Expression = { kind: 'call', function: 'no_such_function', args: [reference], type: FLOAT64 }
  assert.equal(compileNest(reduce([unknown]), builtins), undefined)
  const named: Expression = { ...reference, type: VARCHAR }
  assert.equal(compileNest(reduce([named], [{ ...x, type: VARCHAR }]), builtins), undefined)
})

test('a long expression is compiled with less unrolling, a far too long one not at all', () => {
  const nested = (depth: number): Expression => {
    const parts = Array.from({ length: depth }, (_, i): Expression => {
      const value = { kind: 'literal', type: FLOAT64, value: i + 0.5 } as const
      return { kind: 'call', function: '=', type: BOOLEAN, args: [reference, value] }
    })
    return { kind: 'call', function: 'or', type: BOOLEAN, args: parts }
  }
  const nest = (depth: number): Nest => ({ ...reduce([reference]), predicate: nested(depth) })
  assert.ok(compileNest(nest(300), builtins))
  assert.equal(compileNest(nest(100_000), builtins), undefined)
})

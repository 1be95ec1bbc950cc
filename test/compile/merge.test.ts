/** Combine and finish: merging states does not depend on the split, results come out as vectors. */
import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { compileCombine, compileFinish, compileNest } from '../../src/compile/compile.js'
import { builtins } from '../../src/function/registry.js'
import {
  type Accumulator,
  combineFrame,
  combineFrameBytes,
  combineWord,
  type Finish,
  finishFrame,
  finishFrameBytes,
  finishWord,
  type Nest,
} from '../../src/model/nest.js'
import { FLOAT64, INT32, INT64, type Type, type Value } from '../../src/model/type.js'
import { allocate, type NumericArray, valueAt } from '../../src/model/vector.js'
import { createMemory, fieldArray, runBody } from './frame.js'

const value = (type: Type) => ({ kind: 'column', column: 0, name: 'x', nullable: true, type }) as const

function accumulatorsOf(type: Type): Accumulator[] {
  const args = [value(type)]
  const result = type.kind === 'float64' ? FLOAT64 : INT64
  return [
    { aggregate: '$total', args, argTypes: [type], resultType: result },
    { aggregate: 'count', args, argTypes: [type], resultType: INT64 },
    { aggregate: '$min', args, argTypes: [type], resultType: type },
    { aggregate: '$max', args, argTypes: [type], resultType: type },
    { aggregate: '$moments', args, argTypes: [type], resultType: FLOAT64 },
  ]
}

function finishesOf(type: Type): Finish[] {
  const sum = type.kind === 'float64' ? FLOAT64 : INT64
  const argTypes = [type]
  return [
    { aggregate: 'sum', argTypes, resultType: sum, parts: [0, 1] },
    { aggregate: 'count', argTypes, resultType: INT64, parts: [1] },
    { aggregate: 'min', argTypes, resultType: type, parts: [2, 1] },
    { aggregate: 'max', argTypes, resultType: type, parts: [3, 1] },
    { aggregate: 'var_samp', argTypes, resultType: FLOAT64, parts: [4] },
    { aggregate: 'avg', argTypes, resultType: FLOAT64, parts: [0, 1] },
  ]
}

function nestOf(type: Type): Nest {
  const storage = type.kind === 'float64' ? 'f8' : type.kind === 'int32' ? 'i4' : 'i8'
  return {
    columns: [{ id: 0, type, storage, unpack: { kind: 'none' }, missing: [-99], nanIsNull: true, access: 'unit' }],
    sink: { kind: 'reduce', shape: 'vector', accumulators: accumulatorsOf(type) },
  }
}

/** Each module is compiled once per type. */
const bodies = new Map([FLOAT64, INT32, INT64].map((type) => [type.kind, bodiesOf(type)]))

function bodiesOf(type: Type) {
  const accumulators = accumulatorsOf(type)
  const nest = compileNest(nestOf(type), builtins)
  const combine = compileCombine(accumulators, builtins)
  const finish = compileFinish(finishesOf(type), accumulators, builtins)
  assert.ok(nest && combine && finish)
  return { nest, combine, finish }
}

function compiledFor({ kind }: Type): ReturnType<typeof bodiesOf> {
  const found = bodies.get(kind)
  assert.ok(found)
  return found
}

/** The states of `groups` groups after one value each; -99 is NULL. */
function statesOf(type: Type, values: readonly number[]): readonly NumericArray[] {
  const stored = storedArray(type, values)
  const columns = [{ stored, rowStride: 0, cellStride: 1 }]
  const task = { columns, rows: [[0, 0]] as const, runs: [[0, values.length, 0]] as const, groups: values.length }
  return runBody(compiledFor(type).nest, task).fields
}

function storedArray(type: Type, values: readonly number[]): NumericArray {
  if (type.kind === 'int64') return BigInt64Array.from(values.map(BigInt))
  return type.kind === 'int32' ? Int32Array.from(values) : Float64Array.from(values)
}

function combine(
  type: Type,
  a: readonly NumericArray[],
  b: readonly NumericArray[],
  codes?: Int32Array,
): NumericArray[] {
  const { memory, allocate: reserve, place } = createMemory(16)
  const at = reserve(combineFrameBytes(a.length))
  const words = new DataView(memory.buffer)
  const table = codes ? place(codes) : 0
  words.setInt32(at + combineFrame.count, b[0]?.length ?? 0, true)
  words.setInt32(at + combineFrame.codes, table, true)
  const addresses = a.map(place)
  addresses.forEach((address, i) => {
    words.setInt32(at + combineWord(i), address, true)
    words.setInt32(at + combineWord(i) + 4, place(b[i] as NumericArray), true)
  })
  const { exports } = new WebAssembly.Instance(compiledFor(type).combine, { env: { memory }, kernel: {} })
  ;(exports.combine as (frame: number) => void)(at)
  const { fields } = compiledFor(type).nest
  return addresses.map((address, i) => fieldArray(fields[i] as never, a[i]?.length ?? 0, memory.buffer, address))
}

interface Results {
  readonly values: readonly (readonly Value[])[]
  readonly error: string | undefined
}

function finish(type: Type, states: readonly NumericArray[], groups?: Int32Array): Results {
  const finishes = finishesOf(type)
  const compiled = compiledFor(type).finish
  const { memory, allocate: reserve, place } = createMemory(16)
  const count = groups?.length ?? states[0]?.length ?? 0
  const { exports } = new WebAssembly.Instance(compiled.module, { env: { memory }, kernel: {} })
  let error: string | undefined
  const addresses = states.map(place)
  const values = finishes.map(({ resultType }, k) => {
    const at = reserve(finishFrameBytes(states.length))
    const words = new DataView(memory.buffer)
    const out = allocate(resultType, count) as NumericArray
    const [values, valid] = [reserve(out.byteLength), reserve(count)]
    words.setInt32(at + finishFrame.count, count, true)
    words.setInt32(at + finishFrame.groups, groups ? place(groups) : 0, true)
    words.setInt32(at + finishFrame.values, values, true)
    words.setInt32(at + finishFrame.valid, valid, true)
    addresses.forEach((address, i) => {
      words.setInt32(at + finishWord(i), address, true)
    })
    ;(exports[`finish${k}`] as (frame: number) => void)(at)
    const failed = words.getInt32(at + finishFrame.error, true)
    if (failed) error = compiled.errors[failed - 1]
    const bytes = new Uint8Array(memory.buffer)
    new Uint8Array(out.buffer).set(bytes.subarray(values, values + out.byteLength))
    const vector = { type: resultType, length: count, values: out, valid: bytes.slice(valid, valid + count) }
    return Array.from({ length: count }, (_, i) => valueAt(vector, i))
  })
  return { values, error }
}

const small = fc.array(fc.oneof(fc.integer({ min: -50, max: 50 }), fc.constant(-99)), { minLength: 1, maxLength: 13 })

/** Sum, count, min, max, variance and mean of numbers, as JavaScript computes them. */
function expected(type: Type, numbers: readonly number[]): (number | null)[] {
  const n = numbers.length
  const sum = numbers.reduce((a, b) => a + b, 0)
  const mean = sum / n
  const squares = numbers.reduce((total, x) => total + (x - mean) ** 2, 0)
  const or = (x: number) => (n > 0 ? x : null)
  return [
    or(sum),
    n,
    or(Math.min(...numbers)),
    or(Math.max(...numbers)),
    n > 1 ? squares / (n - 1) : null,
    or(mean),
  ].map((x, i) => (type.kind === 'int64' && (i === 2 || i === 3) ? x : x))
}

function assertResults(type: Type, results: Results, groups: readonly (readonly number[])[]): void {
  groups.forEach((numbers, group) => {
    expected(type, numbers).forEach((wanted, i) => {
      const actual = results.values[i]?.[group] as Value
      if (wanted === null) assert.equal(actual, null)
      else
        assert.ok(
          Math.abs(Number(actual) - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)),
          `${i}: ${actual}, ${wanted}`,
        )
    })
  })
}

for (const type of [FLOAT64, INT32, INT64]) {
  test(`states of ${type.kind} merge group by group, then finish`, () => {
    fc.assert(
      fc.property(small, small, (a, b) => {
        const length = Math.min(a.length, b.length)
        const [x, y] = [a.slice(0, length), b.slice(0, length)]
        const merged = combine(type, statesOf(type, x), statesOf(type, y))
        const groups = x.map((value, i) => [value, y[i] as number].filter((n) => n !== -99))
        assertResults(type, finish(type, merged), groups)
      }),
      { numRuns: 60 },
    )
  })

  test(`states of ${type.kind} merge by codes, in their order; only wanted groups are finished`, () => {
    const codes = fc.array(fc.integer({ min: -1, max: 3 }), { minLength: 13, maxLength: 13 })
    fc.assert(
      fc.property(small, codes, (values, table) => {
        const target = statesOf(type, [-99, 1, 2, 3])
        const used = Int32Array.from(table.slice(0, values.length))
        const merged = combine(type, target, statesOf(type, values), used)
        const groups = [[], [1], [2], [3]].map((start, group) => [
          ...start,
          ...values.filter((value, i) => used[i] === group && value !== -99),
        ])
        const wanted = Int32Array.of(3, 0, 2)
        assertResults(
          type,
          finish(type, merged, wanted),
          [...wanted].map((group) => groups[group] as number[]),
        )
      }),
      { numRuns: 60 },
    )
  })
}

test('a sum that BIGINT does not hold is an error of its group', () => {
  const states = statesOf(INT64, [1, 2])
  ;(states[1] as BigInt64Array)[1] = 5n
  assert.match(finish(INT64, states).error ?? '', /overflow in sum/)
})

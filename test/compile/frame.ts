/** Memory laid out as the executor does: columns, rows, runs, codes, state arrays and the frame. Called by the tests of compile. */
import type { CompiledNest } from '../../src/model/job.js'
import { columnWord, type Field, fieldWord, frame, frameBytes } from '../../src/model/nest.js'
import type { NumericArray } from '../../src/model/vector.js'

export interface StoredColumn {
  readonly stored: NumericArray
  /** In elements. */
  readonly rowStride: number
  readonly cellStride: number
}

export interface Task {
  readonly columns: readonly StoredColumn[]
  /** Pairs. */
  readonly rows: readonly (readonly [index: number, code: number])[]
  readonly runs: readonly (readonly [first: number, cells: number, code: number])[]
  readonly groups: number
  readonly group?: number | undefined
  readonly step?: number | undefined
  readonly codes?: Int32Array | undefined
  /** Bytes of the output. */
  readonly out?: number | undefined
}

export interface Outcome {
  readonly fields: readonly NumericArray[]
  readonly error: string | undefined
  readonly errorAt: readonly [row: number, cell: number]
  readonly count: number
  readonly out: ArrayBuffer
  readonly codes: Int32Array
}

const kernel = { exp: Math.exp, sin: Math.sin, pow: Math.pow }

/** A memory that hands out addresses and is never given back. Bytes around each piece are not zero. */
export function createMemory(pages = 64) {
  const memory = new WebAssembly.Memory({ initial: pages })
  new Uint8Array(memory.buffer).fill(0xa5)
  // Addresses are odd on purpose: nothing may rest on alignment beyond that of the elements.
  let next = 1024
  const allocate = (bytes: number) => {
    const address = next
    next += Math.ceil(bytes / 8) * 8 + 72
    if (next > memory.buffer.byteLength) throw new Error('the memory of the test is too small')
    return address
  }
  const place = (array: NumericArray) => {
    const address = allocate(array.byteLength)
    new Uint8Array(memory.buffer, address, array.byteLength).set(
      new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
    )
    return address
  }
  return { memory, allocate, place }
}

export function fieldArray(field: Field, groups: number, buffer?: ArrayBuffer, address = 0): NumericArray {
  const array = { i32: Int32Array, i64: BigInt64Array, f32: Float32Array, f64: Float64Array }[field.type]
  return buffer ? new array(buffer, address, groups) : new array(groups).fill(field.init as never)
}

export function runBody({ module, nest, fields, errors }: CompiledNest, task: Task): Outcome {
  const { memory, allocate, place } = createMemory()
  const columns = nest.columns.length
  const at = allocate(frameBytes(nest, fields.length))
  const rows = place(Int32Array.from(task.rows.flat()))
  const runs = place(Int32Array.from(task.runs.flat()))
  const codes = task.codes && place(task.codes)
  const out = allocate(task.out ?? 0)
  const bases = task.columns.map(({ stored }) => place(stored))
  const arrays = fields.map((field) => place(fieldArray(field, task.groups)))
  const word = (offset: number, value: number) => new DataView(memory.buffer).setInt32(at + offset, value, true)
  word(frame.rows, rows)
  word(frame.rowCount, task.rows.length)
  word(frame.runs, runs)
  word(frame.runCount, task.runs.length)
  word(frame.group, task.group ?? 0)
  word(frame.codes, codes ?? 0)
  word(frame.out, out)
  word(frame.step, task.step ?? 1)
  task.columns.forEach(({ stored, rowStride, cellStride }, k) => {
    word(columnWord(k), bases[k] as number)
    word(columnWord(k) + 4, rowStride * stored.BYTES_PER_ELEMENT)
    word(columnWord(k) + 8, cellStride * stored.BYTES_PER_ELEMENT)
  })
  arrays.forEach((address, k) => {
    word(fieldWord(columns, k), address)
  })
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, kernel })
  ;(exports.run as (frame: number) => void)(at)
  const read = (offset: number) => new DataView(memory.buffer).getInt32(at + offset, true)
  const error = read(frame.error)
  return {
    fields: fields.map((field, k) => fieldArray(field, task.groups, memory.buffer, arrays[k])),
    error: error === 0 ? undefined : errors[error - 1],
    errorAt: [read(frame.errorRow), read(frame.errorCell)],
    count: read(frame.count),
    out: memory.buffer.slice(out, out + (task.out ?? 0)),
    codes: new Int32Array(memory.buffer, codes ?? 0, task.codes?.length ?? 0),
  }
}

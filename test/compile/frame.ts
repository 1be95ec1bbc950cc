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

/** Where a field of a group is. */
type FieldPlace = (field: number, group: number) => number | undefined

/** States as a body by ordinal wants them: side by side, group by group. */
function placeRecords({ fields, record }: CompiledNest, groups: number, place: (array: NumericArray) => number) {
  const { offsets = [], bytes = 0 } = record ?? {}
  const records = new Uint8Array(groups * bytes)
  fields.forEach((field, k) => {
    const offset = offsets[k]
    const one = fieldArray(field, 1)
    for (let group = 0; offset !== undefined && group < groups; group++) {
      records.set(new Uint8Array(one.buffer), group * bytes + offset)
    }
  })
  const address = place(records)
  const placeOf: FieldPlace = (field, group) => {
    const offset = offsets[field]
    return offset === undefined ? undefined : address + group * bytes + offset
  }
  return { addresses: [address], placeOf }
}

function placeArrays({ fields }: CompiledNest, groups: number, place: (array: NumericArray) => number) {
  const addresses = fields.map((field) => place(fieldArray(field, groups)))
  const placeOf: FieldPlace = (field, group) =>
    (addresses[field] as number) + group * fieldArray(fields[field] as Field, 1).byteLength
  return { addresses, placeOf }
}

export function runBody(compiled: CompiledNest, task: Task): Outcome {
  const { module, nest, fields, errors } = compiled
  const { memory, allocate, place } = createMemory()
  const columns = nest.columns.length
  const at = allocate(frameBytes(nest, fields.length))
  const rows = place(Int32Array.from(task.rows.flat()))
  const runs = place(Int32Array.from(task.runs.flat()))
  const codes = task.codes && place(task.codes)
  const out = allocate(task.out ?? 0)
  const bases = task.columns.map(({ stored }) => place(stored))
  const states = (compiled.record ? placeRecords : placeArrays)(compiled, task.groups, place)
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
  states.addresses.forEach((address, k) => {
    word(fieldWord(columns, k), address)
  })
  const { exports } = new WebAssembly.Instance(module, { env: { memory }, kernel })
  ;(exports.run as (frame: number) => void)(at)
  const read = (offset: number) => new DataView(memory.buffer).getInt32(at + offset, true)
  const error = read(frame.error)
  return {
    fields: fields.map((field, k) => {
      const found = fieldArray(field, task.groups)
      const bytes = new Uint8Array(found.buffer)
      for (let group = 0; group < task.groups; group++) {
        const at = states.placeOf(k, group)
        if (at !== undefined)
          bytes.set(new Uint8Array(memory.buffer, at, found.BYTES_PER_ELEMENT), group * found.BYTES_PER_ELEMENT)
      }
      return found
    }),
    error: error === 0 ? undefined : errors[error - 1],
    errorAt: [read(frame.errorRow), read(frame.errorCell)],
    count: read(frame.count),
    out: memory.buffer.slice(out, out + (task.out ?? 0)),
    codes: new Int32Array(memory.buffer, codes ?? 0, task.codes?.length ?? 0),
  }
}

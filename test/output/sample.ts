/** Results for the tests of this folder: one with every type and its extremes, and makers of others. */
import * as T from '../../src/model/type.js'
import { type Batch, type Header, vectorOf } from '../../src/model/vector.js'
import type { Encode, FormatOptions, ResultStream } from '../../src/output/output-format.js'

export type Named = readonly [name: string, type: T.Type, values: readonly T.Value[]]

/** Every type with its smallest and largest value, what is easily lost, and a NULL. */
export const extremes: readonly Named[] = [
  ['nothing', T.NULL, [null, null, null, null]],
  ['yes', T.BOOLEAN, [true, false, true, null]],
  ['i8', T.INT8, [-128, 127, 0, null]],
  ['i16', T.INT16, [-32768, 32767, 0, null]],
  ['i32', T.INT32, [-2147483648, 2147483647, 0, null]],
  ['i64', T.INT64, [-9223372036854775808n, 9223372036854775807n, 9007199254740993n, null]],
  ['u8', T.UINT8, [0, 255, 1, null]],
  ['u16', T.UINT16, [0, 65535, 1, null]],
  ['u32', T.UINT32, [0, 4294967295, 2147483648, null]],
  ['u64', T.UINT64, [0n, 18446744073709551615n, 9223372036854775808n, null]],
  ['f32', T.FLOAT32, [-0, Math.fround(0.1), Number.NaN, null]],
  ['f64', T.FLOAT64, [-0, 5e-324, Number.NEGATIVE_INFINITY, null]],
  ['text', T.VARCHAR, ['', 'a "quoted", line\nnext', 'é 日本 🌡️', null]],
  ['day', T.DATE, [-719162, 0, 2932896, null]],
  ['moment', T.TIMESTAMP, [-62135596800000000n, 1n, 253402300799999999n, null]],
]

export function resultOf(columns: readonly Named[], ...moreBatches: readonly (readonly Named[])[]): ResultStream {
  return { header: headerOf(columns), batches: [columns, ...moreBatches].map(batchOf) }
}

export function headerOf(columns: readonly Named[]): Header {
  return { columns: columns.map(([name, type]) => ({ name, type, nullable: true })) }
}

export function batchOf(columns: readonly Named[]): Batch {
  return {
    length: columns[0]?.[2].length ?? 0,
    columns: columns.map(([, type, values]) => vectorOf(type, values)),
  }
}

export async function bytesOf(encode: Encode, result: ResultStream, options: FormatOptions = {}): Promise<Buffer> {
  const parts: Uint8Array[] = []
  // Copied, as a sink must: the bytes may be used again for the next part.
  for await (const part of encode(result, options)) parts.push(Buffer.from(part))
  return Buffer.concat(parts)
}

export async function textOf(encode: Encode, result: ResultStream, options: FormatOptions = {}): Promise<string> {
  return (await bytesOf(encode, result, options)).toString()
}

/** Tells what users hand over in memory apart, without loading what reads it. Called by kind.ts and grid.ts. */
import type { Table as ArrowTable, RecordBatch } from 'apache-arrow'
import { type AnyArray, isArrayLike } from './arrays.js'

/** `{ dims, coords, data, shape }`: arrays over named dimensions, data flat in C order. */
export interface NamedArrays {
  readonly dims: readonly string[]
  readonly coords?: Readonly<Record<string, AnyArray>> | undefined
  readonly data: Readonly<Record<string, AnyArray>>
  readonly shape?: readonly number[] | undefined
}

export type ArrowLike = Pick<ArrowTable | RecordBatch, 'schema' | 'numRows' | 'getChildAt'>

export function isInMemory(value: unknown): boolean {
  return isBytes(value) || isArrow(value) || isNamedArrays(value) || isColumns(value)
}

export function isBytes(value: unknown): value is Uint8Array | ArrayBuffer {
  return value instanceof Uint8Array || value instanceof ArrayBuffer
}

/** By what it has: users may have their own copy of apache-arrow. */
export function isArrow(value: unknown): value is ArrowLike {
  return isObject(value) && 'schema' in value && 'numRows' in value && typeof value.getChildAt === 'function'
}

export function isNamedArrays(value: unknown): value is NamedArrays {
  return isObject(value) && Array.isArray(value.dims) && isObject(value.data) && !isArrayLike(value.data)
}

export function isColumns(value: unknown): value is Readonly<Record<string, AnyArray>> {
  return (
    isObject(value) && !isArrayLike(value) && Object.values(value).length > 0 && Object.values(value).every(isArrayLike)
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

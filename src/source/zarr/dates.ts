/**
 * Times in a chunk that was just decoded: those that TIMESTAMP does not have are refused, and dates before 1582-10-15 in
 * the standard calendar get their Julian names, by other numbers in their place: nobody else has to know of them. Called
 * by chunked.ts.
 */
import type { Machine } from '../../kernel/machine.js'
import { ChunkQLError } from '../../model/error.js'
import { type Layout, type Storage, storageBytes, type Unpack } from '../../model/schema.js'
import { TIMESTAMP } from '../../model/type.js'
import type { NumericArray } from '../../model/vector.js'
import { halfOf, singleOfHalf } from '../half.js'
import { allocateStored, isMissing, unpack } from '../unpack.js'
import { firstGregorian, julianShift } from './calendar.js'
import { writeNumber } from './fill.js'
import { cellStep, storedCells } from './stored-cells.js'

type AfterDecoding = (machine: Machine, out: number) => void

/** Undefined where every stored number is a time that TIMESTAMP has, and has its name. */
export function datePreparation(layout: Layout, isStandard: boolean): AfterDecoding | undefined {
  const { unpack } = layout
  if (unpack.kind === 'none' || unpack.kind === 'scale') return undefined
  if (unpack.kind === 'time' && unpack.per !== undefined && unpack.step === 1 && !isStandard) return undefined
  return (machine, out) => {
    const stored = storedCells(layout, machine, out)
    const earliest = checkRange(layout, stored)
    if (unpack.kind === 'time' && isStandard && earliest < julianEnd(unpack)) {
      nameJulian(layout, unpack, stored, machine, out)
    }
  }
}

/**
 * Throws where times lie past the ends of TIMESTAMP: they would be read as something else. Returns the least product of
 * a number and its step, missing numbers among them.
 */
function checkRange(layout: Layout, stored: NumericArray): number {
  const { unpack } = layout
  // Of fractions of a microsecond the product is what may pass 64 bits.
  const [step, base] = unpack.kind === 'time' ? [unpack.step, unpack.per ? 0 : Number(unpack.epoch)] : [monthMicros, 0]
  const factor = unpack.kind === 'months' ? unpack.step * step : step
  let least = Number.POSITIVE_INFINITY
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] as number | bigint
    const product = Number(value) * factor
    const time = product + base
    if (product < least) least = product
    if ((time < -(2 ** 63) || time >= 2 ** 63) && !isMissing(layout, value)) {
      throw new ChunkQLError('unsupported', `the time ${value} lies beyond the range of TIMESTAMP`)
    }
  }
  return least
}

/** No month is longer; JavaScript's dates end 275,760 years from 1970, before TIMESTAMP does. */
const monthMicros = (2 ** 63 / 275_760 / 12) * 1.001

type TimeUnpack = Extract<Unpack, { kind: 'time' }>

/** From times before 1582-10-15 as many days are taken, or added to them, as their Julian names ask for. */
function nameJulian(layout: Layout, how: TimeUnpack, stored: NumericArray, machine: Machine, out: number): void {
  const { storage, offset = 0 } = layout
  const cells = earlyCells(layout, how, stored)
  const early = allocateStored(storage, cells.length)
  for (const [i, cell] of cells.entries()) early[i] = stored[cell] as never
  const times = unpack(TIMESTAMP, layout, early).values as BigInt64Array
  for (const [i, cell] of cells.entries()) {
    const days = julianShift(times[i] as bigint)
    if (days === 0) continue
    const moved = movedBy(layout, how, early[i] as number | bigint, days)
    const address = out + offset + cell * cellStep(layout)
    writeNumber(new DataView(machine.memory.buffer, address, storageBytes[storage]), storage, moved)
  }
}

/** Products of floats may be later than they should by less than this, in microseconds. */
const rounding = 8

/** Numbers times their step, if they are less, may be times of before 1582-10-15. */
function julianEnd({ per = 1n, epoch }: TimeUnpack): number {
  return (Number(firstGregorian - epoch) + rounding) * Number(per)
}

function earlyCells(layout: Layout, how: TimeUnpack, stored: NumericArray): number[] {
  const end = julianEnd(how)
  const cells: number[] = []
  for (let i = 0; i < stored.length; i++) {
    const value = stored[i] as number | bigint
    if (Number(value) * how.step < end && !isMissing(layout, value)) cells.push(i)
  }
  return cells
}

/** The number that stands for a time some days later. */
function movedBy(
  layout: Layout,
  { step, per = 1n }: TimeUnpack,
  value: number | bigint,
  days: number | undefined,
): number | bigint {
  if (days === undefined) {
    throw new ChunkQLError('unsupported', 'a leap day of the Julian calendar cannot be shown as TIMESTAMP')
  }
  const steps = (days * microsecondsPerDay * Number(per)) / step
  const moved = typeof value !== 'bigint' ? value + steps : Number.isInteger(steps) ? value + BigInt(steps) : undefined
  if (moved === undefined || !isStored(layout.storage, moved) || isMissing(layout, moved)) {
    throw new ChunkQLError('unsupported', `no number of the array stands for the Julian date of the time ${value}`)
  }
  return moved
}

const microsecondsPerDay = 86_400_000_000

function isStored(storage: Storage, value: number | bigint): boolean {
  if (storage === 'f2') return singleOfHalf(halfOf(Number(value))) === value
  const cell = allocateStored(storage, 1)
  cell[0] = value as never
  return cell[0] === value
}

/** CF conventions: what type a column has, which stored values are missing, how numbers become values. Called by tables.ts. */
import {
  type Encoding,
  encodingOf,
  type Form,
  hasMissing,
  type Layout,
  type Storage,
  storageBytes,
  typeOfStorage,
  type Unpack,
} from '../../model/schema.js'
import {
  BLOB,
  BOOLEAN,
  calendarType,
  FLOAT32,
  FLOAT64,
  INT64,
  INTERVAL,
  listOf,
  TIMESTAMP,
  type Type,
  VARCHAR,
} from '../../model/type.js'
import { cellBytes, type DataType, placeOf, type ZarrArray } from './array.js'
import { datetimeUnitsOf, isOfTimestamp, parseDurationUnits, parseTimeUnits, type TimeUnits } from './calendar.js'
import { isArray, type Json, type JsonObject } from './json.js'
import { missingTexts, missingValues } from './missing.js'
import { validRangeOf } from './valid-range.js'

/** How one array is read. */
export interface Decoding {
  readonly type: Type
  readonly nullable: boolean
  /** Present where the compiled engine can read the chunks as they are decoded. */
  readonly layout?: Layout | undefined
  readonly time?: TimeUnits | undefined
  /** Of lists of any length: how the numbers in them become values. */
  readonly items?: { readonly type: Type; readonly form: Form } | undefined
  /** Texts that stand for NULL. */
  readonly missingTexts?: readonly string[] | undefined
  /** What the numbers count, where the data type says so. */
  readonly units?: string | undefined
  readonly refused?: string | undefined
}

export interface DecodeOptions {
  /** Whether attributes say what stored values mean. */
  readonly conventions: boolean
  readonly nanIsNull: boolean
  /** Whether numbers with units such as `days` are lengths of time. */
  readonly durations: boolean
  /** Whether numbers outside of `valid_range`, `valid_min`, `valid_max` are missing. */
  readonly validRange: boolean
}

export function decodingOf(array: ZarrArray, attributes: JsonObject, options: DecodeOptions): Decoding {
  const { dataType } = array
  switch (dataType.kind) {
    case 'number':
      return numberDecoding(array, dataType.storage, attributes, options)
    case 'datetime':
      return datetimeDecoding(array, dataType.unit, dataType.count)
    case 'timedelta':
      return timedeltaDecoding(array, dataType.unit, dataType.count, options)
    case 'fixedText':
    case 'text':
      return textDecoding(array, dataType, missingTexts(array, attributes))
    case 'bytes':
      return objectDecoding(array, BLOB, { kind: 'kept' })
    case 'lists':
      return listsDecoding(array, dataType.element, options)
    case 'raw':
      return objectDecoding(array, BLOB, { kind: 'bytes', size: dataType.size })
    case 'list':
      return listDecoding(array, dataType, options)
    case 'struct':
      return refuse(VARCHAR, 'a structured array is read by its fields')
    default:
      return dataType satisfies never
  }
}

function objectDecoding(array: ZarrArray, type: Type, form: Form): Decoding {
  const storage = form.kind === 'kept' ? 'i4' : 'u1'
  const layout: Layout = { storage, ...placeOf(array), unpack: { kind: 'none' }, missing: [], nanIsNull: false, form }
  return { type, nullable: false, layout }
}

type TextData = Extract<DataType, { kind: 'text' | 'fixedText' }>

function textDecoding(array: ZarrArray, dataType: TextData, missing: readonly string[]): Decoding {
  const isFixed = dataType.kind === 'fixedText'
  const form: Form = isFixed ? { ...dataType, kind: 'text', missing } : { kind: 'kept' }
  const hasNull = !isFixed && dataType.hasNull === true
  return { ...objectDecoding(array, VARCHAR, form), nullable: hasNull || missing.length > 0, missingTexts: missing }
}

type ListData = Extract<DataType, { kind: 'list' }>

/** Items are read as an array of them would be; NaN among them is NULL where it is elsewhere. */
function listDecoding(array: ZarrArray, { element, shape, step }: ListData, options: DecodeOptions): Decoding {
  const item = decodingOf({ ...array, dataType: element }, {}, options)
  if (!item.layout) return item
  let form: Form = item.layout.form ?? numberForm(item.layout)
  let { type } = item
  let itemBytes = step ?? cellBytes(element)
  for (const size of shape.toReversed()) {
    form = { kind: 'list', size, itemBytes, item: form }
    type = listOf(type, size)
    itemBytes *= size
  }
  return objectDecoding(array, type, form)
}

/** Items are read as an array of them without attributes would be. */
function listsDecoding(array: ZarrArray, element: DataType, options: DecodeOptions): Decoding {
  const item = decodingOf({ ...array, dataType: element, fillIsMissing: false }, {}, options)
  if (!item.layout) return item
  const decoding = objectDecoding(array, listOf(item.type), { kind: 'kept' })
  const form = item.layout.form ?? numberForm(item.layout)
  return { ...decoding, nullable: array.fill === undefined, items: { type: item.type, form } }
}

function numberForm(layout: Layout): Extract<Form, { kind: 'number' }> {
  return { kind: 'number', ...encodingOf(layout) }
}

const notATime = -(2n ** 63n)

/** As NumPy stores times. */
const wholeTimes: Encoding = { storage: 'i8', unpack: { kind: 'none' }, missing: [notATime], nanIsNull: false }

const months: Readonly<Record<string, number>> = { M: 1, Y: 12 }

function datetimeDecoding(array: ZarrArray, unit: string, count: number): Decoding {
  const inMonths = months[unit]
  if (inMonths !== undefined) {
    return finish(array, TIMESTAMP, { ...wholeTimes, unpack: { kind: 'months', step: inMonths * count } })
  }
  const time = datetimeUnitsOf(unit, count)
  if (!time) return refuse(TIMESTAMP, `datetime64 has no times in units of '${unit}'`)
  return timeDecoding(array, wholeTimes, time)
}

/** Lengths of time, but of generic units and where nothing is decoded: then counts, with their unit told beside them. */
function timedeltaDecoding(array: ZarrArray, unit: string, count: number, { conventions }: DecodeOptions): Decoding {
  const inMonths = months[unit]
  const time = datetimeUnitsOf(unit, count)
  const counts = finish(array, INT64, wholeTimes)
  const units = count === 1 ? unit : `${count} ${unit}`
  if (!conventions || (inMonths === undefined && !time)) return { ...counts, units }
  if (time) return durationDecoding(array, timeDecoding(array, wholeTimes, time))
  return durationDecoding(array, counts, inMonths && inMonths * count)
}

/** Cells that would be moments, or counts of so many months, as lengths of time. */
function durationDecoding(array: ZarrArray, { layout, nullable }: Decoding, inMonths?: number): Decoding {
  if (!layout) return refuse(INTERVAL, 'its numbers cannot be read')
  const form: Form = { kind: 'duration', months: inMonths, ...encodingOf(layout) }
  return { ...objectDecoding(array, INTERVAL, form), nullable }
}

function numberDecoding(array: ZarrArray, stored: Storage, attributes: JsonObject, options: DecodeOptions): Decoding {
  const storage = withSign(stored, attributes._Unsigned)
  const { values: missing, named } = missingValues(array, stored, storage, attributes)
  const packing = packingOf(attributes)
  const nanIsNull = options.nanIsNull && storage.startsWith('f')
  const validRange = options.validRange ? validRangeOf(attributes, stored, storage) : undefined
  const encoding: Encoding = { storage, unpack: { kind: 'none' }, missing, nanIsNull, validRange }
  const time = storage === 'bool' ? undefined : timeOf(attributes)
  if (time) {
    // Writers that counted NumPy's times left its not-a-time among them.
    const missingTimes = storage === 'i8' && isFine(time) ? [...new Set([...missing, notATime])] : missing
    return timeDecoding(array, { ...encoding, missing: missingTimes }, time, packing)
  }
  const length = storage === 'bool' ? undefined : durationUnitsOf(attributes, options)
  if (length) return durationDecoding(array, timeDecoding(array, encoding, length, packing))
  if (attributes.dtype === 'bool' && /^[iu]/.test(storage) && !packing) return finish(array, BOOLEAN, encoding)
  if (!packing || storage === 'bool') return finish(array, typeOfStorage[storage], encoding)
  const type = unpackedType(storage, named, packing.hasOffset)
  const { scale, offset } = packing
  return finish(array, type, { ...encoding, unpack: { kind: 'scale', scale, offset } })
}

/** Of coarser counts the least is no time of TIMESTAMP, and is refused. */
function isFine({ numerator, denominator }: TimeUnits): boolean {
  return numerator <= denominator
}

/** netCDF 3 had no unsigned integers: the attribute says so, and the other way round. */
function withSign(storage: Storage, unsigned: Json | undefined): Storage {
  if (unsigned === 'true' && storage.startsWith('i')) return `u${storage[1]}` as Storage
  if (unsigned === 'false' && storage.startsWith('u')) return `i${storage[1]}` as Storage
  return storage
}

interface Packing {
  readonly scale: number
  readonly offset: number
  readonly hasOffset: boolean
}

function packingOf(attributes: JsonObject): Packing | undefined {
  const scale = single(attributes.scale_factor)
  const offset = single(attributes.add_offset)
  if (scale === undefined && offset === undefined) return undefined
  // Where nothing is added, -0 stays -0.
  return { scale: scale ?? 1, offset: offset ?? -0, hasOffset: offset !== undefined }
}

/** A number, also where a writer put it in a list. */
function single(value: Json | undefined): number | undefined {
  const item = isArray(value) && value.length === 1 ? value[0] : value
  return typeof item === 'number' || typeof item === 'bigint' ? Number(item) : undefined
}

/** As xarray: missing values make floats of integers first, and then floats of up to four bytes stay FLOAT. */
function unpackedType(storage: Storage, hasMissing: boolean, hasOffset: boolean): Type {
  if (storage === 'f2' || storage === 'f4') return FLOAT32
  const isSmall = storage !== 'f8' && storageBytes[storage] <= 2
  return isSmall && (hasMissing || !hasOffset) ? FLOAT32 : FLOAT64
}

function timeOf(attributes: JsonObject): TimeUnits | undefined {
  const { units, calendar } = attributes
  if (typeof units !== 'string' || !/\ssince\s/i.test(units)) return undefined
  return parseTimeUnits(units, typeof calendar === 'string' ? calendar : undefined)
}

/** On request, or where xarray says in the attributes that it wrote lengths of time. */
function durationUnitsOf({ units, dtype }: JsonObject, { durations }: DecodeOptions): TimeUnits | undefined {
  const isWritten = typeof dtype === 'string' && dtype.startsWith('timedelta64')
  return (durations || isWritten) && typeof units === 'string' ? parseDurationUnits(units) : undefined
}

function timeDecoding(
  array: ZarrArray,
  encoding: Encoding,
  time: TimeUnits,
  packing: { readonly scale: number; readonly offset: number } = { scale: 1, offset: 0 },
): Decoding {
  const microseconds = Number(time.numerator) / Number(time.denominator)
  const epoch = time.epoch + BigInt(Math.round(packing.offset * microseconds))
  const isFloat = encoding.storage.startsWith('f')
  const isCount = !isFloat && packing.scale === 1
  const unpack: Unpack =
    isCount && time.denominator !== 1n
      ? { kind: 'time', step: Number(time.numerator), per: time.denominator, epoch }
      : { kind: 'time', step: packing.scale * microseconds, epoch }
  // NaN has no place in TIMESTAMP: it is missing whatever the setting says.
  const type = isOfTimestamp(time.calendar) ? TIMESTAMP : calendarType(time.calendar)
  return { ...finish(array, type, { ...encoding, unpack, nanIsNull: isFloat }), time }
}

function finish(array: ZarrArray, type: Type, encoding: Encoding): Decoding {
  return { type, nullable: hasMissing(encoding), layout: { ...placeOf(array), ...encodingOf(encoding) } }
}

function refuse(type: Type, refused: string): Decoding {
  return { type, nullable: true, refused }
}

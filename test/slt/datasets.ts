/** The tables that .slt files load by name. Small, with NULLs, edge chunks, extremes; the same on every run. */
import type { Cell } from './answer.js'
import type { ColumnType, Dataset, DatasetColumn } from './dataset.js'

const microsecondsPerHour = 3_600_000_000n
const microsecondsOf = (iso: string) => BigInt(Date.parse(iso)) * 1000n
const range = (count: number) => Array.from({ length: count }, (_, i) => i)

/** Mulberry32: the same numbers everywhere. */
export function randomNumbers(seed: number): () => number {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** A monthly reanalysis: descending latitudes, columns of two and three dimensions, missing cells, an edge chunk along lon. */
function climate(): Dataset {
  const random = randomNumbers(1)
  const lats = [75, 45, 15, -15, -45, -75]
  const lons = [0, 72, 144, 216, 288]
  const months = range(24).map((m) => BigInt(Date.UTC(2000, m, 1)) * 1000n)
  const cells = months.flatMap((_, month) => lats.flatMap((lat) => lons.map((lon) => ({ month, lat, lon }))))
  const surface = lats.flatMap((lat) => lons.map((lon) => ({ lat, lon })))
  const warmth = ({ month, lat }: { month: number; lat: number }) =>
    288 - 0.4 * Math.abs(lat) + Math.sign(lat) * 10 * Math.cos((Math.PI * ((month % 12) - 6)) / 6) + 8 * random()
  const space = ['lat', 'lon']
  return {
    name: 'climate',
    dims: [
      { name: 'time', size: 24, chunk: 4 },
      { name: 'lat', size: 6, chunk: 3 },
      { name: 'lon', size: 5, chunk: 2 },
    ],
    columns: [
      { name: 'time', type: 'TIMESTAMP', dims: ['time'], values: months },
      { name: 'lat', type: 'DOUBLE', dims: ['lat'], values: lats },
      { name: 'lon', type: 'FLOAT', dims: ['lon'], values: lons },
      {
        name: 'rain',
        type: 'DOUBLE',
        dims: ['time', ...space],
        // Magnitudes from 1e-6 to 1e9: sums of these do depend on the order of adding.
        values: cells.map(() => (random() < 0.1 ? null : random() * 10 ** (Math.floor(random() * 16) - 6))),
      },
      { name: 'elevation', type: 'FLOAT', dims: space, values: surface.map(() => Math.round(random() * 40) * 50) },
      { name: 'mask', type: 'TINYINT', dims: space, values: surface.map((_, i) => (i % 7 === 3 ? null : i % 3)) },
      {
        name: 't2m',
        type: 'FLOAT',
        dims: ['time', ...space],
        values: cells.map((cell) => (random() < 0.05 ? null : Math.fround(warmth(cell)))),
      },
    ],
  }
}

/** Every number type with its extremes, zero, small values and NULLs. */
function numbers(): Dataset {
  const random = randomNumbers(2)
  const size = 60
  const integers = (type: ColumnType, name: string, min: bigint, max: bigint, big: boolean): DatasetColumn => {
    const small = () => BigInt(Math.floor(random() * 20)) - (min < 0n ? 10n : 0n)
    const values = range(size).map((i): bigint | null => {
      if (i % 11 === 5) return null
      if (i === 20) return min
      if (i === 40) return max
      return small()
    })
    return { name, type, dims: ['i'], values: big ? values : values.map((v) => (v === null ? null : Number(v))) }
  }
  const signed = (bits: bigint) => [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] as const
  const unsigned = (bits: bigint) => [0n, (1n << bits) - 1n] as const
  const float = (round: (x: number) => number) =>
    range(size).map((i) => (i % 13 === 4 ? null : round((i - 30) * 0.75 + (i % 5 === 0 ? 0 : random() - 0.5))))
  return {
    name: 'numbers',
    dims: [{ name: 'i', size, chunk: 7 }],
    columns: [
      { name: 'b', type: 'BOOLEAN', dims: ['i'], values: range(size).map((i) => i % 3 === 0) },
      { name: 'f32', type: 'FLOAT', dims: ['i'], values: float(Math.fround) },
      { name: 'f64', type: 'DOUBLE', dims: ['i'], values: float((x) => x) },
      integers('SMALLINT', 'i16', ...signed(16n), false),
      integers('INTEGER', 'i32', ...signed(32n), false),
      integers('BIGINT', 'i64', ...signed(64n), true),
      integers('TINYINT', 'i8', ...signed(8n), false),
      integers('USMALLINT', 'u16', ...unsigned(16n), false),
      integers('UINTEGER', 'u32', ...unsigned(32n), false),
      integers('UBIGINT', 'u64', ...unsigned(64n), true),
      integers('UTINYINT', 'u8', ...unsigned(8n), false),
    ],
  }
}

/** Small integers with many ties and NULLs in every combination: for logic, grouping, sorting. */
function t1(): Dataset {
  const random = randomNumbers(3)
  const size = 40
  const column = (name: string, spread: number, nulls: number): DatasetColumn => ({
    name,
    type: 'INTEGER',
    dims: ['n'],
    values: range(size).map(() => (random() < nulls ? null : Math.floor(random() * spread) - Math.floor(spread / 4))),
  })
  return {
    name: 't1',
    dims: [{ name: 'n', size, chunk: 6 }],
    columns: [column('a', 8, 0), column('b', 4, 0.2), column('c', 100, 0.1), column('d', 3, 0.4), column('e', 20, 0)],
  }
}

/** Timestamps on both sides of 1970, 53 hours and some microseconds apart: no two months alike. */
function days(): Dataset {
  const size = 150
  const start = microsecondsOf('1969-12-02T03:04:05Z')
  const random = randomNumbers(4)
  return {
    name: 'days',
    dims: [{ name: 'time', size, chunk: 16 }],
    columns: [
      {
        name: 'time',
        type: 'TIMESTAMP',
        dims: ['time'],
        values: range(size).map((i) => start + BigInt(i) * 53n * microsecondsPerHour + BigInt(i) * 123_457n),
      },
      {
        name: 'flow',
        type: 'DOUBLE',
        dims: ['time'],
        values: range(size).map((i) => (i % 17 === 3 ? null : Math.round(random() * 1000) / 8)),
      },
      {
        name: 'seen',
        type: 'TIMESTAMP',
        dims: ['time'],
        values: range(size).map((i) => start - BigInt(i * i * i) * microsecondsPerHour * 24n),
      },
    ],
  }
}

/** Casts along an irregular depth axis, stations without a coordinate. */
function profile(): Dataset {
  const random = randomNumbers(5)
  const depths = [0, 0.5, 1.5, 3, 5, 10, 12.5, 20, 50, 100, 250, 1000]
  return {
    name: 'profile',
    dims: [
      { name: 'station', size: 10, chunk: 1 },
      { name: 'depth', size: depths.length, chunk: 5 },
    ],
    columns: [
      { name: 'depth', type: 'DOUBLE', dims: ['depth'], values: depths },
      {
        name: 'salinity',
        type: 'FLOAT',
        dims: ['station', 'depth'],
        values: range(10 * depths.length).map((i) => (i % 9 === 4 ? null : Math.fround(30 + random() * 6))),
      },
      {
        name: 'temp',
        type: 'DOUBLE',
        dims: ['depth', 'station'],
        values: depths.flatMap((depth) =>
          range(10).map((station) => (station === 7 && depth > 20 ? null : 18 - Math.log1p(depth) + random())),
        ),
      },
    ],
  }
}

/** Text, dates and booleans with NULLs: from memory only. */
function people(): Dataset {
  const names = ['Ada', 'Bo', 'cy', null, 'Ada', 'Øyvind', '', "O'Brien", 'bo', 'Zoë']
  const born = ['1815-12-10', '1970-01-01', '1969-12-31', '2000-02-29', '1900-03-01']
  const size = 20
  const pick = (list: readonly Cell[], i: number): Cell => list[i % list.length] ?? null
  return {
    name: 'people',
    dims: [{ name: 'id', size, chunk: 6 }],
    columns: [
      { name: 'active', type: 'BOOLEAN', dims: ['id'], values: range(size).map((i) => pick([true, false, null], i)) },
      {
        name: 'born',
        type: 'DATE',
        dims: ['id'],
        values: range(size).map((i) => (i % 6 === 5 ? null : Date.parse(born[i % 5] ?? '') / 86_400_000)),
      },
      { name: 'name', type: 'VARCHAR', dims: ['id'], values: range(size).map((i) => pick(names, i)) },
      { name: 'score', type: 'DOUBLE', dims: ['id'], values: range(size).map((i) => (i % 8 === 6 ? null : i * 1.25)) },
    ],
  }
}

/** A column of every type, with extremes, NULLs and what is no number: from memory only. */
function mixed(): Dataset {
  const size = 24
  const dims = ['row']
  const column = (name: string, type: ColumnType, cells: readonly Cell[], stride = 1): DatasetColumn => ({
    name,
    type,
    dims,
    values: range(size).map((i) => (i % 7 === 5 ? null : (cells[(i * stride) % cells.length] ?? null))),
  })
  const integers = (name: string, type: ColumnType, bits: number, signed: boolean): DatasetColumn => {
    const most = 2n ** BigInt(signed ? bits - 1 : bits) - 1n
    const cells = [0n, 1n, 2n, 7n, 10n, signed ? -3n : 3n, most, signed ? -most - 1n : most - 1n, 4n, 60n, 100n]
    return column(name, type, bits === 64 ? cells : cells.map(Number), 1 + bits)
  }
  const texts = [
    '',
    'a',
    'Abc',
    '12',
    '-7',
    ' 3.5 ',
    '1e3',
    'true',
    '2020-02-29',
    'été',
    '100%',
    'a_b,c',
    "it's",
    '🦆x',
  ]
  const days = ['1970-01-01', '2020-02-29', '1969-12-31', '2000-12-31', '1600-03-01', '2021-01-03', '0444-03-15']
  const moments = ['1970-01-01T00:00:00Z', '2020-02-29T12:34:56Z', '1969-12-31T23:59:59Z', '2000-12-31T23:00:00Z']
  return {
    name: 'mixed',
    dims: [{ name: 'row', size, chunk: 5 }],
    columns: [
      column('b', 'BOOLEAN', [true, false, true, true, false]),
      column(
        'd',
        'DATE',
        days.map((day) => Date.parse(day) / 86_400_000),
      ),
      column(
        'f32',
        'FLOAT',
        [0, 1.5, -2.25, 1e10, -0, Number.NaN, 0.1, Number.POSITIVE_INFINITY, 7].map(Math.fround),
        2,
      ),
      column('f64', 'DOUBLE', [
        2.5,
        -0.5,
        3,
        1e300,
        Number.NEGATIVE_INFINITY,
        0.30000000000000004,
        -0,
        Number.NaN,
        100,
      ]),
      integers('i16', 'SMALLINT', 16, true),
      integers('i32', 'INTEGER', 32, true),
      integers('i64', 'BIGINT', 64, true),
      integers('i8', 'TINYINT', 8, true),
      column('s', 'VARCHAR', texts),
      column('t', 'VARCHAR', texts, 3),
      column(
        'ts',
        'TIMESTAMP',
        moments.map((moment, i) => microsecondsOf(moment) + BigInt(i * 123_456)),
      ),
      integers('u16', 'USMALLINT', 16, false),
      integers('u32', 'UINTEGER', 32, false),
      integers('u64', 'UBIGINT', 64, false),
      integers('u8', 'UTINYINT', 8, false),
    ],
  }
}

/** Columns and no rows. */
function empty(): Dataset {
  return {
    name: 'empty',
    dims: [{ name: 'n', size: 0, chunk: 1 }],
    columns: [
      { name: 'a', type: 'INTEGER', dims: ['n'], values: [] },
      { name: 'x', type: 'DOUBLE', dims: ['n'], values: [] },
    ],
  }
}

export const datasets: ReadonlyMap<string, Dataset> = new Map(
  [climate(), numbers(), t1(), days(), profile(), people(), mixed(), empty()].map((dataset) => [dataset.name, dataset]),
)

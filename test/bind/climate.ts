/** A catalog to bind against: a climate store with grids of three sizes, a 1-D table, a store without a containing grid. */

import type { BindContext } from '../../src/bind/bind.js'
import { createRegistry } from '../../src/function/registry.js'
import { initialAccess } from '../../src/model/access.js'
import type { Catalog } from '../../src/model/catalog.js'
import type { Settings } from '../../src/model/job.js'
import type { Column, ColumnRole, Dimension, Schema, Table } from '../../src/model/schema.js'
import {
  BOOLEAN,
  DATE,
  FLOAT32,
  FLOAT64,
  INT8,
  INT32,
  INT64,
  TIMESTAMP,
  type Type,
  UINT8,
  VARCHAR,
} from '../../src/model/type.js'

const time: Dimension = { name: 'time', size: 8 }
const lat: Dimension = { name: 'lat', size: 3 }
const lon: Dimension = { name: 'lon', size: 4 }
const level: Dimension = { name: 'level', size: 2 }

export function column(name: string, type: Type, role: ColumnRole, dims: readonly number[], nullable = false): Column {
  return { name, type, role, dims, nullable, attributes: {} }
}

function table(name: string, dims: readonly Dimension[], columns: readonly Column[]): Table {
  return { name, dims, columns, attributes: {} }
}

const grid3 = [
  column('time', TIMESTAMP, 'coordinate', [0]),
  column('lat', FLOAT32, 'coordinate', [1]),
  column('lon', FLOAT32, 'coordinate', [2]),
  column('station_name', VARCHAR, 'auxiliary', [1]),
]

const t2m = table(
  't2m',
  [time, lat, lon],
  [
    column('t2m', FLOAT32, 'variable', [0, 1, 2], true),
    column('Precip', FLOAT64, 'variable', [0, 1, 2], true),
    ...grid3,
    column('land_mask', INT8, 'variable', [1, 2]),
    { ...column('odd', VARCHAR, 'variable', [0]), refused: 'its codec "vlen-x" is not known' },
  ],
)

const landMask = table(
  'land_mask',
  [lat, lon],
  [
    column('lat', FLOAT32, 'coordinate', [0]),
    column('lon', FLOAT32, 'coordinate', [1]),
    column('station_name', VARCHAR, 'auxiliary', [0]),
    column('land_mask', INT8, 'variable', [0, 1]),
  ],
)

/** As in design.md: `era` is one grid, `land_mask` a smaller one in it. */
const era: Schema = { tables: [t2m, landMask], defaultTable: 't2m' }

const split: Schema = {
  tables: [
    table(
      'wind',
      [time, level],
      [
        column('time', TIMESTAMP, 'coordinate', [0]),
        column('level', INT64, 'index', [1]),
        column('wind', FLOAT32, 'variable', [0, 1]),
      ],
    ),
    table(
      'depth',
      [lat, lon],
      [column('lat', FLOAT32, 'coordinate', [0]), column('depth', FLOAT64, 'variable', [0, 1])],
    ),
  ],
}

/** A column of each type: what DuckDB's table `t` in the judge has. */
const plain: Schema = {
  tables: [
    table(
      't',
      [{ name: 'row', size: 100 }],
      [
        column('a', INT32, 'variable', [0], true),
        column('b', FLOAT64, 'variable', [0], true),
        column('s', VARCHAR, 'variable', [0], true),
        column('d', DATE, 'variable', [0], true),
        column('ts', TIMESTAMP, 'variable', [0], true),
        column('f', BOOLEAN, 'variable', [0], true),
        column('big', INT64, 'variable', [0], true),
        column('fl', FLOAT32, 'variable', [0], true),
        column('u8', UINT8, 'variable', [0], true),
        column('Mixed', INT32, 'variable', [0], false),
        column('weird col', INT32, 'variable', [0], false),
      ],
    ),
  ],
}

export const catalog: Catalog = {
  sources: new Map([
    ['era', era],
    ['split', split],
    ['t', plain],
    ['data/era5.zarr', era],
  ]),
}

export const settings: Settings = {
  threads: 1,
  memory_limit: 2 ** 30,
  temp_directory: '',
  local_cache: '',
  cache_partials: 0,
  nan_is_null: true,
  decode_cf: true,
  decode_timedelta: false,
  mask_valid_range: false,
  engine: 'auto',
  optimizer: true,
  pruning: true,
  inline_bytes: 0,
  exchange_groups: 2 ** 21,
  statistics_location: 'cache',
  trust_statistics: false,
  collect_statistics: 'off',
  ...initialAccess,
}

export function bindContext(
  positional: readonly unknown[] = [],
  named: Readonly<Record<string, unknown>> = {},
): BindContext {
  return {
    catalog,
    registry: createRegistry(),
    parameters: { positional, named: new Map(Object.entries(named)) },
    settings,
  }
}

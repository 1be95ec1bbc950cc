/** The grids of a group: every array names one; its columns are all arrays over a subset of its dimensions. Called by open.ts. */
import { refusalOf } from '../../codec/registry.js'
import type { Column, Table } from '../../model/schema.js'
import { FLOAT64, INT64, NULL } from '../../model/type.js'
import { type AnyArray, isRefused } from './array.js'
import { type Axis, axesOfGroup, checkLengths, isWithin } from './axes.js'
import { stackCharacters } from './characters.js'
import { type DecodeOptions, type Decoding, decodingOf } from './convention.js'
import type { ZarrGroup } from './discover.js'
import { fieldsOf } from './fields.js'
import type { JsonObject } from './json.js'
import { type Role, relationsOf } from './relations.js'
import type { Rule } from './rule.js'
import { type Slice, slicedArray, slicedPath } from './slice.js'

/** A column to be: an array, or a field of a structured one. */
interface Member {
  readonly name: string
  /** The fields of one array have it in common: they are the columns of its table and of no other. */
  readonly struct?: string | undefined
  readonly array: AnyArray
  readonly axes: readonly Axis[]
  readonly role: Role
  readonly decoding: Decoding
  /** Where the array is only a part of a stored one. */
  readonly slice?: Slice | undefined
}

export interface GridTable {
  readonly table: Table
  /** The array behind a column that is not an index. */
  member(column: string): Pick<Member, 'array' | 'decoding' | 'slice'> | undefined
  /** Of a coordinate that is no array. */
  rule(column: string): Rule | undefined
}

export interface GroupTables {
  readonly path: string
  readonly tables: readonly GridTable[]
  /** The one grid that contains all others. */
  readonly main: GridTable | undefined
}

export function tablesOfGroup(group: ZarrGroup, storeName: string, options: DecodeOptions): GroupTables {
  const members = membersOf(group, storeName, options)
  const listed = members.filter(({ role }) => role === 'variable')
  const shown = new Set(listed.length > 0 ? listed : members)
  const build = tableBuilder(members, group.attributes)
  const built = new Map<Member, GridTable>()
  for (const member of members) {
    const { path, field } = member.array
    const fields = field ? members.filter(({ array }) => array.field && array.path === path) : [member]
    built.set(member, built.get(fields[0] as Member) ?? build(fields, !shown.has(member)))
  }
  // What cannot be read cannot be asked for either: it does not stand beside the grid of all others.
  const readable = [...shown].filter(({ decoding }) => !decoding.refused)
  const main = readable.find((member) => readable.every((other) => holds(member, other)))
  return { path: group.path, tables: [...new Set(built.values())], main: main && built.get(main) }
}

/** Whether the table of one has the other as a column. */
function holds(outer: Member, inner: Member): boolean {
  return outer.struct === inner.struct && isWithin(inner.axes, outer.axes)
}

function membersOf(group: ZarrGroup, storeName: string, options: DecodeOptions): Member[] {
  const arrays = options.conventions ? stackCharacters(group.arrays) : group.arrays.map(asStored)
  const related = relationsOf({ ...group, arrays })
  const axesOf = axesOfGroup({ ...group, arrays }, options.conventions)
  const named = arrays.map((array) => {
    const name = array.path.slice(array.path.lastIndexOf('/') + 1) || storeName.replace(/\.zarr$/i, '')
    const axes = axesOf(array)
    return {
      name,
      array,
      axes,
      role: isCoordinate(name, array, axes) ? 'coordinate' : (related.roles.get(name) ?? 'variable'),
    }
  })
  checkLengths(named, group.path || storeName)
  const decode = (array: AnyArray, by: string) => decodeMember(array, related.inherited.get(by), options)
  const names = new Set(named.map(({ name }) => name))
  const members = named.flatMap((member): Member[] =>
    columnArrays(member.name, member.array, names, options).map((array) => ({
      ...member,
      ...nameInTable(member.name, array),
      array,
      role: array.field ? 'variable' : (member.role as Role),
      decoding: decode(array, member.name),
    })),
  )
  return [...members, ...endsOfBounds(members, related.bounds, decode)]
}

/** Without conventions the fill value is a value as others are. */
function asStored(array: AnyArray): AnyArray {
  return isRefused(array) ? array : { ...array, fillIsMissing: false }
}

/** Fields of a structured array have a table of their own; the parts of complex numbers stand among other variables. */
function nameInTable(name: string, { path, field }: AnyArray): Pick<Member, 'name' | 'struct'> {
  if (!field) return { name }
  const { dataType } = field.whole
  const isComplex = dataType.kind === 'struct' && dataType.complex
  return isComplex ? { name: `${name}.${field.name}` } : { name: field.name, struct: path }
}

/** What an array has as columns: itself, or its fields. `taken`: the names of the arrays of the group. */
function columnArrays(
  name: string,
  array: AnyArray,
  taken: ReadonlySet<string>,
  { conventions }: DecodeOptions,
): readonly AnyArray[] {
  if (isRefused(array)) return [array]
  try {
    const fields = fieldsOf(array, conventions)
    const parts = fields.map((field) => nameInTable(name, field)).filter(({ struct }) => struct === undefined)
    const clash = parts.find((part) => part.name !== name && taken.has(part.name))
    if (clash) throw new Error(`one of its parts would be called "${clash.name}", as another array is`)
    return fields
  } catch (error) {
    const { path, shape, dimensionNames, attributes } = array
    return [{ path, shape, dimensionNames, attributes, refused: (error as Error).message }]
  }
}

/** `time_bnds(time, bnds)` of `time` as the columns `time_lower` and `time_upper`, where their names are free. */
function endsOfBounds(
  members: readonly Member[],
  bounds: ReadonlyMap<string, string>,
  decode: (array: AnyArray, bounds: string) => Decoding,
): Member[] {
  const byName = new Map(members.filter(({ struct }) => struct === undefined).map((member) => [member.name, member]))
  return [...bounds].flatMap(([of, by]) => {
    const inner = byName.get(of)
    const outer = byName.get(by)
    if (!inner || !outer || outer.axes.length !== inner.axes.length + 1 || outer.axes.at(-1)?.size !== 2) return []
    if (!inner.axes.every(({ key }, axis) => outer.axes[axis]?.key === key)) return []
    return ['lower', 'upper'].flatMap((end, index): Member[] => {
      const name = `${of}_${end}`
      if (byName.has(name)) return []
      const slice = isRefused(outer.array) ? undefined : { array: outer.array, decoding: outer.decoding, index }
      // Each is a table with a name of its own, also where none can be read.
      const array = slice ? slicedArray(slice) : { ...outer.array, path: slicedPath(outer.array.path, index) }
      return [{ name, array, axes: inner.axes, role: 'auxiliary', decoding: decode(array, by), slice }]
    })
  })
}

function decodeMember(array: AnyArray, inherited: JsonObject | undefined, options: DecodeOptions): Decoding {
  if (isRefused(array)) return { type: NULL, nullable: true, refused: array.refused }
  const decoding = decodingOf(array, options.conventions ? { ...inherited, ...array.attributes } : {}, options)
  const wrappers = array.shards.flatMap(({ around }) => around)
  const [refused] = [...array.codecs, ...wrappers].flatMap(({ name }) => refusalOf(name) ?? [])
  return refused === undefined ? decoding : { ...decoding, refused }
}

function isCoordinate(name: string, array: AnyArray, axes: readonly Axis[]): boolean {
  return axes.length === 1 && array.dimensionNames?.[0] === name
}

interface Entry {
  /** Absent for an index. */
  readonly member: Member | undefined
  readonly column: Column
}

/** The columns of all variables of a grid. Each of a thousand tables takes them but for one: as whole runs of the list. */
interface Variables {
  without(members: readonly Member[]): Column[]
}

function variablesOf(entries: readonly Entry[]): Variables {
  const columns = entries.map(({ column }) => column)
  const places = new Map(entries.map(({ member }, place) => [member, place]))
  return {
    without(members) {
      const left = members.flatMap((member) => places.get(member) ?? []).sort((a, b) => a - b)
      const runs = [-1, ...left].map((place, i) => columns.slice(place + 1, left[i] ?? columns.length))
      return runs.length === 1 ? (runs[0] as Column[]) : runs.reduce((all, run) => all.concat(run))
    },
  }
}

/** What the tables over the same axes share. */
interface Grid {
  /** Coordinates and indexes, then auxiliary coordinates. */
  readonly leading: readonly Entry[]
  readonly variables: Variables
  readonly byName: ReadonlyMap<string, Member>
}

/** A group of a thousand arrays is a thousand tables of a thousand columns: what they share is made once. */
function tableBuilder(all: readonly Member[], attributes: JsonObject) {
  const grids = new Map<string, Grid>()
  return (members: readonly Member[], hidden: boolean): GridTable => {
    const [own] = members as [Member]
    const key = JSON.stringify(own.axes.map((axis) => axis.key))
    const grid = grids.get(key) ?? gridOf(own.axes, all)
    grids.set(key, grid)
    const table: Table = {
      name: own.array.path || own.name,
      dims: own.axes.map(({ name, size }) => ({ name, size })),
      columns: own.struct === undefined ? columnsOf(grid, members) : ownColumns(grid, members),
      attributes: own.struct === undefined ? attributes : { ...attributes, ...own.array.field?.whole.attributes },
      ...(hidden ? { hidden } : {}),
    }
    const named = new Map(members.map((member) => [member.name, member]))
    const member = (column: string) => named.get(column) ?? grid.byName.get(column)
    return { table, member, rule: (column) => own.axes.find(({ name }) => name === column)?.rule }
  }
}

/** The variable that names the table comes first among variables; bounds are columns of their own table alone. */
function columnsOf(grid: Grid, own: readonly Member[]): Column[] {
  const named = own.filter(({ role }) => role === 'variable' || role === 'support')
  return ownColumns(grid, named).concat(grid.variables.without(own))
}

/** Coordinates of the dimensions, then what the table is about, which stands for a coordinate or an index of its name. */
function ownColumns({ leading }: Grid, own: readonly Member[]): Column[] {
  const names = new Set(own.map(({ name }) => name))
  const others = leading.map(({ column }) => column).filter(({ name }) => !names.has(name))
  return [...others, ...own.map((member) => entryOf(member, member.axes).column)]
}

function gridOf(axes: readonly Axis[], members: readonly Member[]): Grid {
  const fitting = members.filter(
    ({ role, struct, axes: inner }) => role !== 'support' && struct === undefined && isWithin(inner, axes),
  )
  const byName = new Map(fitting.map((member) => [member.name, member]))
  const dimensions = axes.flatMap((axis, dim): Entry[] => {
    const named = byName.get(axis.name)
    if (named?.role === 'coordinate' && named.axes[0]?.key === axis.key) return [entryOf(named, axes)]
    return named ? [] : [{ member: undefined, column: ownColumn(axis, dim) }]
  })
  const entriesOf = (wanted: Role) =>
    fitting.filter(({ role }) => role === wanted).map((member) => entryOf(member, axes))
  return { leading: [...dimensions, ...entriesOf('auxiliary')], variables: variablesOf(entriesOf('variable')), byName }
}

function entryOf(member: Member, axes: readonly Axis[]): Entry {
  const { name, array, role, decoding } = member
  const column: Column = {
    name,
    type: decoding.type,
    nullable: decoding.nullable,
    dims: member.axes.map(({ key }) => axes.findIndex((axis) => axis.key === key)),
    role: role === 'support' ? 'variable' : role,
    attributes: decoding.units === undefined ? array.attributes : { units: decoding.units, ...array.attributes },
    ...(decoding.layout && !decoding.refused ? { layout: decoding.layout } : {}),
    ...(decoding.refused ? { refused: decoding.refused } : {}),
  }
  return { member, column }
}

/** What a dimension has of itself: a coordinate by rule, or the index. */
function ownColumn({ name, rule }: Axis, dim: number): Column {
  if (!rule) return { name, type: INT64, nullable: false, dims: [dim], role: 'index', attributes: {} }
  return { name, type: FLOAT64, nullable: false, dims: [dim], role: 'coordinate', attributes: rule.attributes }
}

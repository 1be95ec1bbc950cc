/** The grids of a group: every array names one; its columns are all arrays over a subset of its dimensions. Called by open.ts. */
import { codecNames } from '../../codec/registry.js'
import { ChunkQLError } from '../../model/error.js'
import type { Column, ColumnRole, Dimension, Table } from '../../model/schema.js'
import { INT64, NULL } from '../../model/type.js'
import { type AnyArray, isRefused } from './array.js'
import { type DecodeOptions, type Decoding, decodingOf } from './convention.js'
import type { ZarrGroup } from './discover.js'
import { isObject, type JsonObject } from './json.js'

/** Two axes are one dimension where their keys are equal: the name, or something private where there is none. */
interface Axis extends Dimension {
  readonly key: string
}

/** support: bounds, grid mappings; found as tables by name, but no columns of others. */
type Role = Exclude<ColumnRole, 'index'> | 'support'

interface Member {
  readonly name: string
  readonly array: AnyArray
  readonly axes: readonly Axis[]
  readonly role: Role
  readonly decoding: Decoding
}

export interface GridTable {
  readonly table: Table
  /** The array behind a column that is not an index. */
  member(column: string): { readonly array: AnyArray; readonly decoding: Decoding } | undefined
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
  const built = new Map(members.map((member) => [member, build(member, !shown.has(member))]))
  // What cannot be read cannot be asked for either: it does not stand beside the grid of all others.
  const readable = [...shown].filter(({ decoding }) => !decoding.refused)
  const main = readable.find((member) => readable.every((other) => isWithin(other.axes, member.axes)))
  return { path: group.path, tables: [...built.values()], main: main && built.get(main) }
}

function membersOf(group: ZarrGroup, storeName: string, options: DecodeOptions): Member[] {
  const roles = rolesOf(group)
  const shared = !isPyramid(group.attributes)
  const named = group.arrays.map((array) => {
    const name = array.path.slice(array.path.lastIndexOf('/') + 1) || storeName.replace(/\.zarr$/i, '')
    const axes = axesOf(array, shared)
    return { name, array, axes, role: isCoordinate(name, array, axes) ? 'coordinate' : (roles.get(name) ?? 'variable') }
  })
  checkLengths(named, group.path || storeName)
  const attributes = boundsAttributes(group)
  return named.map((member) => ({
    ...member,
    role: member.role as Role,
    decoding: decodeMember(member.array, attributes.get(member.name), options),
  }))
}

function decodeMember(array: AnyArray, inherited: JsonObject | undefined, options: DecodeOptions): Decoding {
  if (isRefused(array)) return { type: NULL, nullable: true, refused: array.refused }
  const decoding = decodingOf(array, { ...inherited, ...array.attributes }, options)
  const unknown = array.codecs.find(({ name }) => !knownCodecs.has(name.replace(/^numcodecs\./, '')))
  return unknown ? { ...decoding, refused: `there is no codec "${unknown.name}"` } : decoding
}

const knownCodecs = new Set(codecNames())

function axesOf(array: AnyArray, shared: boolean): Axis[] {
  const used = new Set<string>()
  return array.shape.map((size, axis) => {
    const given = array.dimensionNames?.[axis]
    const isNamed = given !== undefined && given !== null && !used.has(given)
    let name = isNamed ? given : `dim_${axis}`
    while (used.has(name)) name += '_'
    used.add(name)
    return { name, size, key: isNamed && shared ? name : `${name} of ${array.path}` }
  })
}

function isCoordinate(name: string, array: AnyArray, axes: readonly Axis[]): boolean {
  return axes.length === 1 && array.dimensionNames?.[0] === name
}

/** The levels of an image pyramid name their dimensions alike, at different lengths: each is a world of its own. */
function isPyramid(attributes: JsonObject): boolean {
  return 'multiscales' in attributes || (isObject(attributes.ome) && 'multiscales' in attributes.ome)
}

/** What attributes say of other arrays. */
function rolesOf(group: ZarrGroup): Map<string, Role> {
  const roles = new Map<string, Role>()
  const say = (value: unknown, role: Role) => {
    if (typeof value !== 'string') return
    // `crs: x y` is the long form of grid_mapping.
    for (const word of value.split(/\s+/)) if (word) roles.set(word.replace(/:$/, ''), role)
  }
  const holders = [group.attributes, ...group.arrays.map((array) => array.attributes)]
  for (const { coordinates } of holders) say(coordinates, 'auxiliary')
  for (const { bounds, climatology, grid_mapping } of holders) {
    say(bounds, 'support')
    say(climatology, 'support')
    if (typeof grid_mapping === 'string')
      say(grid_mapping.includes(':') ? longForm(grid_mapping) : grid_mapping, 'support')
  }
  return roles
}

/** In `crs: x y other: lat lon` only the words before colons are grid mappings. */
function longForm(text: string): string {
  return [...text.matchAll(/(\S+):/g)].map((match) => match[1]).join(' ')
}

/** Bounds of times have the units of their times, and often do not say so. */
function boundsAttributes(group: ZarrGroup): Map<string, JsonObject> {
  const inherited = new Map<string, JsonObject>()
  for (const { attributes } of group.arrays) {
    const { bounds, units, calendar } = attributes
    if (typeof bounds !== 'string' || typeof units !== 'string') continue
    inherited.set(bounds, calendar === undefined ? { units } : { units, calendar })
  }
  return inherited
}

function checkLengths(members: readonly Pick<Member, 'name' | 'axes'>[], where: string): void {
  const seen = new Map<string, { size: number; by: string }>()
  for (const { name: by, axes } of members) {
    for (const { key, name, size } of axes) {
      const other = seen.get(key)
      if (other && other.size !== size) {
        const what = `dimension '${name}' has length ${other.size} in '${other.by}' and ${size} in '${by}'`
        throw new ChunkQLError('store', what, { where })
      }
      seen.set(key, { size, by })
    }
  }
}

function isWithin(inner: readonly Axis[], outer: readonly Axis[]): boolean {
  return inner.every(({ key }) => outer.some((axis) => axis.key === key))
}

interface Entry {
  /** Absent for an index. */
  readonly member: Member | undefined
  readonly column: Column
}

/** What the tables over the same axes share. */
interface Grid {
  /** Coordinates and indexes, then auxiliary coordinates. */
  readonly leading: readonly Entry[]
  readonly variables: readonly Entry[]
  readonly byName: ReadonlyMap<string, Member>
}

/** A group of a thousand arrays is a thousand tables of a thousand columns: what they share is made once. */
function tableBuilder(members: readonly Member[], attributes: JsonObject) {
  const grids = new Map<string, Grid>()
  return (own: Member, hidden: boolean): GridTable => {
    const key = own.axes.map((axis) => axis.key).join('\n')
    const grid = grids.get(key) ?? gridOf(own.axes, members)
    grids.set(key, grid)
    const table: Table = {
      name: own.array.path || own.name,
      dims: own.axes.map(({ name, size }) => ({ name, size })),
      columns: columnsOf(grid, own),
      attributes,
      ...(hidden ? { hidden } : {}),
    }
    return { table, member: (column) => (column === own.name ? own : grid.byName.get(column)) }
  }
}

/** The variable that names the table comes first among variables; bounds are columns of their own table alone. */
function columnsOf({ leading, variables }: Grid, own: Member): Column[] {
  const columns = leading.map(({ column }) => column)
  if (own.role === 'variable' || own.role === 'support') columns.push(entryOf(own, own.axes).column)
  for (const { member, column } of variables) if (member !== own) columns.push(column)
  return columns
}

function gridOf(axes: readonly Axis[], members: readonly Member[]): Grid {
  const fitting = members.filter(({ role, axes: inner }) => role !== 'support' && isWithin(inner, axes))
  const byName = new Map(fitting.map((member) => [member.name, member]))
  const dimensions = axes.flatMap((axis, dim): Entry[] => {
    const named = byName.get(axis.name)
    if (named?.role === 'coordinate' && named.axes[0]?.key === axis.key) return [entryOf(named, axes)]
    return named ? [] : [{ member: undefined, column: indexColumn(axis.name, dim) }]
  })
  const entriesOf = (wanted: Role) =>
    fitting.filter(({ role }) => role === wanted).map((member) => entryOf(member, axes))
  return { leading: [...dimensions, ...entriesOf('auxiliary')], variables: entriesOf('variable'), byName }
}

function entryOf(member: Member, axes: readonly Axis[]): Entry {
  const { name, array, role, decoding } = member
  const column: Column = {
    name,
    type: decoding.type,
    nullable: decoding.nullable,
    dims: member.axes.map(({ key }) => axes.findIndex((axis) => axis.key === key)),
    role: role === 'support' ? 'variable' : role,
    attributes: array.attributes,
    ...(decoding.layout && !decoding.refused ? { layout: decoding.layout } : {}),
    ...(decoding.refused ? { refused: decoding.refused } : {}),
  }
  return { member, column }
}

function indexColumn(name: string, dim: number): Column {
  return { name, type: INT64, nullable: false, dims: [dim], role: 'index', attributes: {} }
}

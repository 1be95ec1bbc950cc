/** What the attributes of a group say of its arrays among each other. Called by tables.ts. */
import type { ColumnRole } from '../../model/schema.js'
import type { ZarrGroup } from './discover.js'
import type { Json, JsonObject } from './json.js'

/** support: bounds, grid mappings; found as tables by name, but no columns of others. */
export type Role = Exclude<ColumnRole, 'index'> | 'support'

export interface Relations {
  /** Of the arrays that others name; the rest are coordinates of their dimension or variables. */
  readonly roles: ReadonlyMap<string, Role>
  /** From an array to that of its bounds. */
  readonly bounds: ReadonlyMap<string, string>
  /** Attributes that bounds take over from what they bound: they have its units, and often do not say so. */
  readonly inherited: ReadonlyMap<string, JsonObject>
}

export function relationsOf(group: ZarrGroup): Relations {
  const roles = new Map<string, Role>()
  const say = (names: readonly string[], role: Role) => {
    for (const name of names) roles.set(name, role)
  }
  const holders = [group.attributes, ...group.arrays.map(({ attributes }) => attributes)]
  // Columns as others, to weigh and to filter with, but not what a store is about.
  for (const { ancillary_variables, cell_measures } of holders) {
    say([...words(ancillary_variables), ...labelled(cell_measures)], 'auxiliary')
  }
  for (const { coordinates } of holders) say(words(coordinates), 'auxiliary')
  const bounds = boundsOf(group)
  say([...bounds.values()], 'support')
  for (const { grid_mapping } of holders) say(mappings(grid_mapping), 'support')
  return { roles, bounds, inherited: inheritedBy(group, bounds) }
}

function boundsOf({ arrays }: ZarrGroup): Map<string, string> {
  const bounds = new Map<string, string>()
  for (const { path, attributes } of arrays) {
    const [by] = [...words(attributes.bounds), ...words(attributes.climatology)]
    if (by !== undefined) bounds.set(path.slice(path.lastIndexOf('/') + 1), by)
  }
  return bounds
}

function inheritedBy({ arrays }: ZarrGroup, bounds: ReadonlyMap<string, string>): Map<string, JsonObject> {
  const inherited = new Map<string, JsonObject>()
  for (const { path, attributes } of arrays) {
    const by = bounds.get(path.slice(path.lastIndexOf('/') + 1))
    const { units, calendar } = attributes
    if (by === undefined || typeof units !== 'string') continue
    inherited.set(by, calendar === undefined ? { units } : { units, calendar })
  }
  return inherited
}

function words(value: Json | undefined): string[] {
  return typeof value === 'string' ? value.split(/\s+/).filter(Boolean) : []
}

/** `area: areacello volume: volcello`: the words that are no labels. */
function labelled(value: Json | undefined): string[] {
  return words(value).filter((word) => !word.endsWith(':'))
}

/** In `crs: x y other: lat lon` the labels are the grid mappings; without any, the only word is. */
function mappings(value: Json | undefined): string[] {
  const labels = words(value).filter((word) => word.endsWith(':'))
  return labels.length > 0 ? labels.map((label) => label.slice(0, -1)) : words(value)
}
